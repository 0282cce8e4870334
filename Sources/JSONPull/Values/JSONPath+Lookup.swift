extension JSONPath {
    /// Where a path leads in a document.
    package struct Place: Equatable, Sendable {
        /// Offset of the member's key or of the list's element.
        package var offset: Int
        /// The same as a JSON Pointer (RFC 6901).
        package var pointer: String
        /// Whether the path leads there to its end; else this is the last thing on its way that there is.
        package var isExact: Bool

        package init(offset: Int, pointer: String, isExact: Bool) {
            (self.offset, self.pointer, self.isExact) = (offset, pointer, isExact)
        }
    }

    /// Finds what each of `paths`, texts with whole keys (``wholeMember(_:)``), names in `bytes`, which must be JSON, all in one
    /// pass.
    ///
    /// Of a repeated key the last one counts, as everywhere.
    package static func places(of paths: [String], in bytes: UnsafeRawBufferPointer) -> [Place] {
        var tree = JSONPathTree()
        let leaves = paths.map { tree.add($0) }
        do throws(JSONError) {
            try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try tree.visit(&reader, JSONPathTree.root) }
        } catch {
            // What was found before the fault stands.
        }
        return leaves.map { tree.place(of: $0) }
    }

    /// What kind of value the member has whose key stands at `offset` of `bytes`; null where there is none.
    package static func kindOfMember(at offset: Int, in bytes: UnsafeRawBufferPointer) -> JSONKind {
        var index = offset + 1
        while unsafe index < bytes.count && bytes[index] != UInt8(ascii: "\"") {
            index += unsafe bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index += 1
        while unsafe index < bytes.count && (bytes[index] == UInt8(ascii: ":") || JSONWhitespace.contains(bytes[index]))
        {
            index += 1
        }
        guard index < bytes.count else { return .null }
        return switch unsafe bytes[index] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }
}

/// Paths, what they have in common told once, and where each step was found.
private struct JSONPathTree {
    /// A step of a path, `.name`, `["name"]` or `[1]`, behind those that lead to it.
    private struct Node {
        /// Itself for the root.
        var parent: Int
        var members: [ExactString: Int] = [:]
        var elements: [Int: Int] = [:]
        /// Where it was found last.
        var offset = 0
        /// The key or index there.
        var token = ""
        /// A number for each time something was found; 0 before that.
        var visit = 0
        /// The visit of the parent it was found in: if that has been found again since, as a key is repeated, it is gone.
        var visitOfParent = 0
    }

    static let root = 0

    private var nodes = [Node(parent: root)]
    private var visits = 0

    /// Adds a path and returns the node it leads to.
    mutating func add(_ path: String) -> Int {
        let bytes = Array(path.utf8)
        var node = Self.root
        var start = 0
        while start < bytes.count {
            let end = Self.endOfStep(bytes, start)
            let step = String(decoding: bytes[start..<end], as: UTF8.self)
            // The first name has no dot in front.
            let isFirstName = start == 0 && bytes[0] != UInt8(ascii: "[") && bytes[0] != UInt8(ascii: ".")
            if bytes[start] == UInt8(ascii: "["),
                let index = Int(String(decoding: bytes[start..<end].dropFirst().dropLast(), as: UTF8.self))
            {
                node = child(of: node, \.elements, index)
            } else {
                node = child(of: node, \.members, ExactString(isFirstName ? ".\(step)" : step))
            }
            start = end
        }
        return node
    }

    /// Behind the step that starts at `start`: before the next dot or bracket that is in no key.
    private static func endOfStep(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start + 1
        if index < bytes.count, bytes[start] == UInt8(ascii: "["), bytes[index] == UInt8(ascii: "\"") {
            index += 1
            while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            index += 1
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: "."), bytes[index] != UInt8(ascii: "[") { index += 1 }
        return min(index, bytes.count)
    }

    private mutating func child<Key>(of node: Int, _ children: WritableKeyPath<Node, [Key: Int]>, _ key: Key) -> Int {
        if let child = nodes[node][keyPath: children][key] { return child }
        nodes.append(Node(parent: node))
        nodes[node][keyPath: children][key] = nodes.count - 1
        return nodes.count - 1
    }

    /// Looks in the next value, which `node` leads to, for what is behind it.
    mutating func visit(_ reader: inout JSONReader, _ node: Int) throws(JSONError) {
        visits += 1
        nodes[node].visit = visits
        switch try reader.peek() {
        case .object where !nodes[node].members.isEmpty: try visitMembers(&reader, node)
        case .array where !nodes[node].elements.isEmpty: try visitElements(&reader, node)
        default: try reader.skipValue()
        }
    }

    private mutating func visitMembers(_ reader: inout JSONReader, _ node: Int) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = key.string
            if let child = nodes[node].members[ExactString(JSONPath.wholeMember(name))] {
                note(child, at: reader.keyOffset, name)
                try visit(&reader, child)
            } else {
                try reader.skipValue()
            }
        }
    }

    private mutating func visitElements(_ reader: inout JSONReader, _ node: Int) throws(JSONError) {
        guard try reader.enterArray() else { return }
        var isFirst = true
        var index = 0
        while try reader.nextElement(&isFirst) {
            _ = try reader.peek()
            if let child = nodes[node].elements[index] {
                note(child, at: reader.position, String(index))
                try visit(&reader, child)
            } else {
                try reader.skipValue()
            }
            index += 1
        }
    }

    private mutating func note(_ node: Int, at offset: Int, _ token: String) {
        nodes[node].offset = offset
        nodes[node].token = token
        nodes[node].visitOfParent = nodes[nodes[node].parent].visit
    }

    /// Where the steps to `leaf` lead, as far as they were found.
    func place(of leaf: Int) -> JSONPath.Place {
        var steps: [Int] = []
        var node = leaf
        while node != Self.root {
            steps.append(node)
            node = nodes[node].parent
        }
        var place = JSONPath.Place(offset: 0, pointer: "", isExact: false)
        for step in steps.reversed() {
            let found = nodes[step]
            guard found.visit > 0, found.visitOfParent == nodes[found.parent].visit else { return place }
            place.offset = found.offset
            place.pointer += "/\(Self.escaped(found.token))"
        }
        place.isExact = true
        return place
    }

    /// A reference token: `~` and `/` escaped.
    private static func escaped(_ key: String) -> String {
        var token = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
