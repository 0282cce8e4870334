internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// What an update changes of a spec, as the whole objects told; what is kept of them does not.
struct RecordedChange: Sendable {
    /// Whether the specs differ as JSON.
    let isSpecChanged: Bool
    /// See ``RunUpdate/changedFields``.
    let fields: [RunUpdate.Field]

    /// Nil unless the review is an update that is looked at.
    init?(_ decoded: DecodedReview, _ body: UnsafeRawBufferPointer) {
        let request = decoded.review.request
        guard let kind = decoded.judgedKind, request.operation == .update, let object = request.object,
            let oldObject = request.oldObject
        else { return nil }
        if kind == .agentRun, let run = decoded.object, let old = decoded.oldObject {
            isSpecChanged = unsafe !PolicyEngine.isSpecUnchanged(body, run.specRange, old.specRange)
            fields = unsafe isSpecChanged ? RunUpdate(body, from: old, to: run).changedFields : []
        } else {
            let (new, old) = unsafe (PolicyEngine.spec(body, object), PolicyEngine.spec(body, oldObject))
            isSpecChanged = unsafe !PolicyEngine.isSpecUnchanged(body, new, old)
            fields = []
        }
    }

    /// Reads what ``write(to:)`` wrote.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var (isSpecChanged, fields): (Bool, [RunUpdate.Field]) = (true, [])
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "spec": isSpecChanged = try reader.readBoolean() ?? true
            case "fields": fields = try reader.readStrings().compactMap { RunUpdate.Field(rawValue: $0.string) }
            default: try reader.skipValue()
            }
        }
        (self.isSpecChanged, self.fields) = (isSpecChanged, fields)
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("spec")
        writer.boolean(isSpecChanged)
        writer.key("fields")
        writer.beginArray()
        for field in fields { writer.string(field.rawValue) }
        writer.endArray()
        writer.endObject()
    }
}
