internal import JSONPull

/// A JSON value as a tree: what rules are evaluated on, and what enumerations and sets compare.
indirect enum TreeValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(ExactString)
    case array([TreeValue])
    case object([ExactString: TreeValue])

    /// Levels that are kept; rules look at values whose schema is not deeper.
    private static let maximumDepth = SchemaLimits.maximumDepth

    /// Reads the next value; members that are null are left out, as the API server drops them.
    init(_ reader: inout JSONReader, depth: Int = 0) throws(JSONError) {
        guard depth < Self.maximumDepth else {
            try reader.skipValue()
            self = .null
            return
        }
        switch try reader.peek() {
        case .null:
            try reader.skipValue()
            self = .null
        case .boolean: self = .boolean(try reader.readBoolean() ?? false)
        case .number:
            let text = try reader.readNumber() ?? "0"
            self = Int64(text).map(TreeValue.integer) ?? .number(Double(text) ?? 0)
        case .string: self = .string(ExactString(try reader.readString() ?? ""))
        case .array:
            var elements: [TreeValue] = []
            try reader.readElements { reader, _ throws(JSONError) in
                elements.append(try TreeValue(&reader, depth: depth + 1))
            }
            self = .array(elements)
        case .object:
            var members: [ExactString: TreeValue] = [:]
            try reader.readMembers { reader, key throws(JSONError) in
                let name = ExactString(key.string)
                let value = try TreeValue(&reader, depth: depth + 1)
                members[name] = value == .null ? nil : value
            }
            self = .object(members)
        }
    }

    /// As JSON, keys in the order of their bytes.
    var canonical: String {
        var writer = JSONWriter(capacity: 64)
        write(to: &writer)
        return unsafe writer.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value): writer.value(ExactString("\(value)"))
        case .number(let value):
            let isWhole = value.rounded() == value && abs(value) < 1e15
            writer.value(ExactString(isWhole ? "\(Int64(value))" : "\(value)"))
        case .string(let text): writer.string(text.string)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.escapedKey(key.string)
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
