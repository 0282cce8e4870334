internal import AgentRuns
internal import JSONPull
internal import Policy

extension ReplayReport {
    /// `{"flips": […], "cannotTell": […], "problems": […], "rules": {…}, "summary": {…}}`, one line.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("flips")
        writer.beginArray()
        for flip in flips { flip.write(to: &writer) }
        writer.endArray()
        writer.key("cannotTell")
        writer.beginArray()
        for doubt in doubts { doubt.write(to: &writer) }
        writer.endArray()
        writer.key("problems")
        writer.strings(problems)
        writer.key("rules")
        writer.beginObject()
        for (rule, changes) in rules.sorted(by: { $0.key < $1.key }) {
            writer.escapedKey(rule)
            writer.beginObject()
            Self.write(changes, to: &writer)
            writer.endObject()
        }
        writer.endObject()
        writeSummary(to: &writer)
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private static func write(_ changes: [Change: Int], to writer: inout JSONWriter) {
        for change in Change.allCases {
            writer.escapedKey(change.rawValue)
            writer.integer(changes[change] ?? 0)
        }
    }

    private func writeSummary(to writer: inout JSONWriter) {
        writer.key("summary")
        writer.beginObject()
        writer.member("decisions", decisions)
        Self.write(changes, to: &writer)
        writer.member("cannotTell", doubtful)
        writer.member("errored", errored)
        writer.member("dropped", dropped)
        writer.member("unreadable", unreadable)
        writer.member("cutOff", cutOff)
        writer.endObject()
    }
}

extension ReplayReport.Flip {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        decision.writeMembers(at: place, to: &writer)
        writer.member("was", decision.allowed == true ? "allowed" : "denied")
        writer.key("rules")
        writer.strings(rules)
        writer.key("verdict")
        verdict.write(to: &writer)
        writer.endObject()
    }
}

extension ReplayReport.Doubt {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        decision.writeMembers(at: place, to: &writer)
        writer.member("was", decision.allowed == true ? "allowed" : "denied")
        writer.key("reasons")
        writer.strings(reasons)
        writer.endObject()
    }
}

extension LoggedDecision {
    fileprivate func writeMembers(at place: String, to writer: inout JSONWriter) {
        writer.member("place", place)
        if let time { writer.member("time", time.text) }
        writer.member("uid", uid)
        writer.member("decision", title)
    }
}

extension JSONWriter {
    fileprivate mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
