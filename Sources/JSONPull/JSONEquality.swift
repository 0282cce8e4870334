/// Whether two JSON values say the same: key order, a null member against an absent one, and `1` against `1.0` make no
/// difference; of a repeated key the last counts.
///
/// Iterative, like all that walks a peer's nesting.
package enum JSONEquality {
    /// Compares two values of documents that have been read before.
    ///
    /// - Throws: ``JSONError`` when one of them is no JSON value.
    package static func areEqual(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer
    ) throws(JSONError) -> Bool {
        // Equal bytes are equal values, and an update that leaves the spec alone nearly always repeats its bytes.
        if left.count == right.count, unsafe left.elementsEqual(right) { return true }
        let leftTree = unsafe try JSONTree(left)
        let rightTree = unsafe try JSONTree(right)
        var pending = [(0, 0)]
        while let (leftIndex, rightIndex) = pending.popLast() {
            guard compare(leftTree, leftIndex, rightTree, rightIndex, &pending) else { return false }
        }
        return true
    }

    /// Compares two nodes apart from their children, which are added to `pending`.
    private static func compare(
        _ left: borrowing JSONTree,
        _ leftIndex: Int,
        _ right: borrowing JSONTree,
        _ rightIndex: Int,
        _ pending: inout [(Int, Int)]
    ) -> Bool {
        switch (left.nodes[leftIndex], right.nodes[rightIndex]) {
        case (.null, .null): return true
        case (.boolean(let one), .boolean(let other)): return one == other
        case (.string(let one), .string(let other)): return one == other
        case (.number(let one), .number(let other)): return one == other
        case (.array, .array):
            return pair(left.elements(of: leftIndex), right.elements(of: rightIndex), &pending)
        case (.object, .object):
            let (one, other) = (left.members(of: leftIndex), right.members(of: rightIndex))
            guard one.count == other.count, zip(one, other).allSatisfy({ $0.key == $1.key }) else { return false }
            return pair(one.map(\.value), other.map(\.value), &pending)
        default: return false
        }
    }

    private static func pair(_ left: [Int], _ right: [Int], _ pending: inout [(Int, Int)]) -> Bool {
        guard left.count == right.count else { return false }
        pending.append(contentsOf: zip(left, right))
        return true
    }
}

/// A value as nodes in document order, each container knowing where its subtree ends.
private struct JSONTree: ~Copyable {
    enum Node {
        case null
        case boolean(Bool)
        case string(ExactString)
        case number(DecimalNumber)
        case array(end: Int)
        case object(end: Int)
        /// A member's key; its value is the next node.
        case key(ExactString)
    }

    private(set) var nodes: [Node] = []

    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        nodes = try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try Self.read(&reader) }
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> [Node] {
        var nodes: [Node] = []
        // The open containers: index of their node, and whether their first item is still to come.
        var open: [(index: Int, isFirst: Bool)] = []
        repeat {
            try appendValue(&reader, &nodes, &open)
            while let last = open.last, try !advance(&reader, &nodes, &open[open.count - 1].isFirst, last.index) {
                open.removeLast()
            }
        } while !open.isEmpty
        return nodes
    }

    /// Moves to the next item of the container at `index`; false at its end, which is then noted.
    private static func advance(
        _ reader: inout JSONReader,
        _ nodes: inout [Node],
        _ isFirst: inout Bool,
        _ index: Int
    ) throws(JSONError) -> Bool {
        if case .object = nodes[index] {
            if let key = try reader.nextKey(&isFirst) {
                nodes.append(.key(ExactString(key.string)))
                return true
            }
            nodes[index] = .object(end: nodes.count)
            return false
        }
        if try reader.nextElement(&isFirst) { return true }
        nodes[index] = .array(end: nodes.count)
        return false
    }

    private static func appendValue(
        _ reader: inout JSONReader,
        _ nodes: inout [Node],
        _ open: inout [(index: Int, isFirst: Bool)]
    ) throws(JSONError) {
        switch try reader.peek() {
        case .object:
            _ = try reader.enterObject()
            open.append((nodes.count, true))
            nodes.append(.object(end: 0))
        case .array:
            _ = try reader.enterArray()
            open.append((nodes.count, true))
            nodes.append(.array(end: 0))
        case .string: nodes.append(.string(ExactString(try reader.readString() ?? "")))
        case .number: nodes.append(.number(DecimalNumber(try reader.readNumber() ?? "0")))
        case .boolean: nodes.append(.boolean(try reader.readBoolean() ?? false))
        case .null:
            try reader.skipValue()
            nodes.append(.null)
        }
    }

    /// Indices of the elements of the array at `index`.
    func elements(of index: Int) -> [Int] {
        guard case .array(let end) = nodes[index] else { return [] }
        var elements: [Int] = []
        var next = index + 1
        while next < end {
            elements.append(next)
            next = self.end(of: next)
        }
        return elements
    }

    /// The members of the object at `index` that are not null, by key, of each key the last.
    func members(of index: Int) -> [(key: ExactString, value: Int)] {
        guard case .object(let end) = nodes[index] else { return [] }
        var last: [ExactString: Int] = [:]
        var next = index + 1
        while next < end, case .key(let key) = nodes[next] {
            last[key] = next + 1
            next = self.end(of: next + 1)
        }
        return last.filter { if case .null = nodes[$0.value] { false } else { true } }
            .sorted { $0.key < $1.key }
            .map { (key: $0.key, value: $0.value) }
    }

    private func end(of index: Int) -> Int {
        switch nodes[index] {
        case .array(let end), .object(let end): end
        default: index + 1
        }
    }
}
