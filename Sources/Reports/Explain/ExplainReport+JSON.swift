internal import AgentRuns
internal import JSONPull
internal import Policy

extension ExplainReport {
    /// `{"explanations": [{"verdict": {…}, "outcome", "apiServer": […], "run": {"units", "mode", "provider", "secrets", "target", "pod",
    /// "volumes", "atWorst"}, "fix": {"command", "patch"}}]}`.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("explanations")
        writer.beginArray()
        for entry in entries {
            writer.beginObject()
            writer.key("verdict")
            let check = entry.check
            check.verdict.write(
                to: &writer,
                source: check.source,
                start: check.start,
                positions: check.positions,
                patches: check.ruleFindings.map(\.patch)
            )
            writer.member("outcome", check.outcome)
            check.writeAPIServerFindings(to: &writer)
            writer.key("run")
            entry.run.write(to: &writer)
            if let command = command(of: entry) {
                writer.key("fix")
                writer.beginObject()
                writer.member("command", command)
                writer.key("patch")
                entry.patch.write(to: &writer)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return VisibleText.json(writer.bytes)
    }
}

extension RunReading {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("units")
        writer.beginArray()
        for unit in units { unit.write(to: &writer) }
        writer.endArray()
        writer.member("mode", mode.rawValue)
        if let provider { writer.value("provider", provider) }
        writer.key("secrets")
        writer.beginArray()
        for secret in secrets {
            writer.beginObject()
            writer.member("name", secret.name.string)
            writer.texts("uses", secret.uses)
            writer.texts("admittedBy", secret.admittedBy)
            writer.texts("refusedBy", secret.refusedBy)
            writer.endObject()
        }
        writer.endArray()
        demands.write(to: &writer)
        writer.endObject()
    }
}

extension RunReading.Unit {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let step { writer.member("step", step.string) }
        if let prompt {
            writer.key("prompt")
            writer.beginObject()
            writer.members(prompt.source)
            writer.key("hides")
            writer.beginArray()
            for hidden in prompt.overrides {
                writer.beginObject()
                writer.members(hidden)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        if let repository { writer.value("repository", repository) }
        if let base { writer.value("base", base) }
        if let head { writer.value("head", head) }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func texts(_ key: StaticString, _ texts: [String]) {
        self.key(key)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    fileprivate mutating func value(_ key: StaticString, _ value: RunReading.Value) {
        self.key(key)
        beginObject()
        member("value", value.text.string)
        member("source", value.source)
        endObject()
    }

    fileprivate mutating func members(_ source: Explanation.Prompt.Source) {
        member("source", source.source)
        if let length = source.length {
            member("length", length)
        }
        if let sha256 = source.sha256 { member("sha256", sha256) }
    }
}
