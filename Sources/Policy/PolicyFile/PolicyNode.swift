internal import JSONPull

/// A policy file as a small tree that remembers where everything stands.
///
/// Policy files are an operator's own, small and read rarely, so clarity goes before speed here.
indirect enum PolicyNode {
    case null(at: Int)
    case boolean(Bool, at: Int)
    case number(String, at: Int)
    case string(ExactString, at: Int)
    case array([PolicyNode], at: Int)
    case object([PolicyMember], at: Int)

    /// Deepest nesting that is read: the format itself has six levels.
    static let maximumDepth = 32

    /// Offset of the value in the JSON bytes.
    var offset: Int {
        switch self {
        case .null(let at), .boolean(_, let at), .number(_, let at), .string(_, let at), .array(_, let at),
            .object(_, let at):
            at
        }
    }

    /// The type as messages name it.
    var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    init(_ reader: inout JSONReader, depth: Int = 0) throws(JSONError) {
        let kind = try reader.peek()
        let start = reader.position
        guard depth < Self.maximumDepth else { throw JSONError(.tooDeep(limit: Self.maximumDepth), at: start) }
        switch kind {
        case .null:
            try reader.skipValue()
            self = .null(at: start)
        case .boolean: self = .boolean(try reader.readBoolean() ?? false, at: start)
        case .number: self = .number(try reader.readNumber() ?? "", at: start)
        case .string: self = .string(ExactString(try reader.readString() ?? ""), at: start)
        case .array: self = .array(try Self.elements(&reader, depth), at: start)
        case .object: self = .object(try Self.members(&reader, depth), at: start)
        }
    }

    private static func elements(_ reader: inout JSONReader, _ depth: Int) throws(JSONError) -> [PolicyNode] {
        var elements: [PolicyNode] = []
        var isFirst = true
        guard try reader.enterArray() else { return [] }
        while try reader.nextElement(&isFirst) { elements.append(try PolicyNode(&reader, depth: depth + 1)) }
        return elements
    }

    private static func members(_ reader: inout JSONReader, _ depth: Int) throws(JSONError) -> [PolicyMember] {
        var members: [PolicyMember] = []
        var isFirst = true
        guard try reader.enterObject() else { return [] }
        while let key = try reader.nextKey(&isFirst) {
            let name = ExactString(key.string)
            let offset = reader.keyOffset
            let value = try PolicyNode(&reader, depth: depth + 1)
            members.append(PolicyMember(key: name, offset: offset, value: value))
        }
        return members
    }
}

/// A key and its value.
struct PolicyMember {
    var key: ExactString
    /// Offset of the key in the JSON bytes.
    var offset: Int
    var value: PolicyNode
}
