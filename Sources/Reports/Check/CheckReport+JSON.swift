internal import JSONPull
internal import Policy

extension CheckReport {
    /// `{"verdicts": […], "problems": […], "summary": {…}}`, one line; a finding has `line` and `column`.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("verdicts")
        writer.beginArray()
        for entry in entries {
            entry.verdict.write(
                to: &writer,
                source: entry.source,
                start: entry.isInFile ? entry.start : nil,
                positions: entry.isInFile ? entry.positions : [],
                patches: entry.ruleFindings.map(\.patch)
            ) { writer in entry.writeAPIServerFindings(to: &writer) }
        }
        writer.endArray()
        writer.key("problems")
        writer.beginArray()
        for problem in errors + doubts { problem.write(to: &writer) }
        writer.endArray()
        writeSummary(to: &writer)
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private func writeSummary(to writer: inout JSONWriter) {
        writer.key("summary")
        writer.beginObject()
        for (key, count) in [
            ("objects", objectCount), ("denied", denied), ("warned", warned), ("skipped", skipped),
            ("errors", errors.count), ("filesSkipped", filesWithoutObject),
        ] {
            writer.escapedKey(key)
            writer.integer(count)
        }
        guard subject == .existing else { return writer.endObject() }
        for reason in PassedOver.allCases {
            writer.escapedKey(reason.rawValue)
            writer.integer(passedOver[reason] ?? 0)
        }
        writer.escapedKey("notTold")
        writer.integer(untold.denied + untold.warned + untold.noted)
        writer.endObject()
    }
}

extension JudgedObject {
    /// `apiServer`: what the API server would say without any webhook; nothing where that is nothing.
    func writeAPIServerFindings(to writer: inout JSONWriter) {
        guard !apiServer.isEmpty else { return }
        writer.key("apiServer")
        writer.beginArray()
        for finding in apiServer { finding.write(to: &writer) }
        writer.endArray()
    }
}

extension ToldFinding {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.member("action", action.rawValue)
        writer.member("field", field)
        writer.member("line", position.line)
        writer.member("column", position.column)
        writer.member("message", message)
        writer.member("remedy", remedy)
        if !guess.isEmpty {
            writer.key("guess")
            guess.write(to: &writer)
        }
        writer.endObject()
    }
}

extension FileProblem {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("severity", severity == .error ? "error" : "warning")
        writer.member("source", file)
        if let position {
            writer.member("line", position.line)
            writer.member("column", position.column)
        }
        writer.member("message", message)
        writer.endObject()
    }
}
