internal import AgentRuns
internal import JSONPull
internal import Policy

extension SpecChange {
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
        self.init(isSpecChanged: isSpecChanged, fields: fields)
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
