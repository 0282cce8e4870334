internal import AdmissionAPI
internal import AgentRuns
package import JSONPull

extension Verdict {
    /// Writes the verdict as an object, keys as RULES section 4 orders them, absent values left out.
    ///
    /// - Parameters:
    ///   - writer: gets the object.
    ///   - source: the file it came from.
    ///   - start: where in the file the object starts.
    ///   - positions: where in the file the findings are, one each; empty when that is not known.
    ///   - patches: what puts the findings right, one each; empty when that is not known.
    ///   - more: writes further members behind these.
    package func write(
        to writer: inout JSONWriter,
        source: String? = nil,
        start: SourcePosition? = nil,
        positions: [SourcePosition] = [],
        patches: [JSONPatch] = [],
        more: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.beginObject()
        writer.optional("source", source)
        writer.optional("line", start?.line)
        writer.optional("operation", operation.name.string)
        writer.key("dryRun")
        writer.boolean(dryRun)
        writer.key("object")
        object.write(to: &writer)
        writer.key("allowed")
        writer.boolean(allowed)
        writer.key("findings")
        writer.beginArray()
        for (index, finding) in findings.enumerated() {
            finding.write(
                to: &writer,
                at: index < positions.count ? positions[index] : nil,
                patch: index < patches.count ? patches[index] : JSONPatch()
            )
        }
        writer.endArray()
        writer.optional("moreFindings", omitted.count == 0 ? nil : omitted.count)
        writer.key("explanation")
        explanation.write(to: &writer)
        more(&writer)
        writer.endObject()
    }
}

extension Verdict.Object {
    /// Writes which object it is, absent values left out.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.optional("group", kind.group.string)
        writer.optional("version", kind.version.string)
        writer.optional("kind", kind.kind.string)
        writer.optional("namespace", namespace.string)
        writer.optional("name", name.string)
        writer.optional("uid", uid.string)
        writer.endObject()
    }
}

extension Finding {
    fileprivate func write(to writer: inout JSONWriter, at position: SourcePosition?, patch: JSONPatch) {
        writer.beginObject()
        writer.optional("rule", rule.rawValue)
        writer.optional("reason", reason.rawValue)
        writer.optional("action", action.rawValue)
        writer.optional("field", field)
        writer.optional("line", position?.line)
        writer.optional("column", position?.column)
        writer.optional("message", message)
        writer.optional("remedy", remedy)
        writer.optional("note", note)
        writer.optional("exemption", exemption)
        writer.optional("owner", exemptionContact.owner)
        writer.optional("ticket", exemptionContact.ticket)
        if isRatcheted {
            writer.key("ratcheted")
            writer.boolean(true)
        }
        if !patch.isEmpty {
            writer.key("patch")
            patch.write(to: &writer)
        }
        writer.endObject()
    }
}

extension Explanation {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if !prompts.isEmpty {
            writer.key("prompt")
            writer.beginArray()
            for prompt in prompts { prompt.write(to: &writer) }
            writer.endArray()
        }
        writer.optional("repository", repository?.string)
        writer.optional("base", base?.string)
        writer.optional("head", head?.string)
        writer.optional("vcsMode", vcsMode?.rawValue)
        writer.optional("vcsProvider", vcsProvider?.string)
        if !secrets.isEmpty {
            writer.key("secrets")
            writer.beginArray()
            for secret in secrets { writer.string(secret.string) }
            writer.endArray()
        }
        writer.optional("predicted", predicted)
        writer.optional("stateAgeMs", stateAgeMilliseconds)
        writer.endObject()
    }
}

extension Explanation.Prompt {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.optional("step", step?.string)
        source.writeMembers(to: &writer)
        if !overrides.isEmpty {
            writer.key("overrides")
            writer.beginArray()
            for override in overrides {
                writer.beginObject()
                override.writeMembers(to: &writer)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }
}

extension Explanation.Prompt.Source {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.optional("source", source)
        writer.optional("length", length)
        writer.optional("sha256", sha256)
    }
}

extension JSONWriter {
    fileprivate mutating func optional(_ key: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        member(key, value)
    }

    fileprivate mutating func optional(_ key: StaticString, _ value: Int?) {
        guard let value else { return }
        member(key, value)
    }
}
