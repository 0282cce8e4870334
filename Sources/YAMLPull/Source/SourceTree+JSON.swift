internal import JSONPull

extension SourceTree {
    /// Nil when the text is not JSON values one after the other.
    init?(json bytes: [UInt8]) {
        self.init(bytes, isJSON: true)
        do throws(JSONError) {
            try JSONReader.read(bytes) { reader throws(JSONError) in
                while true {
                    do throws(JSONError) {
                        _ = try reader.peek()
                    } catch {
                        guard error.reason == .unexpectedEnd else { throw error }
                        return
                    }
                    try readValue(&reader)
                }
            }
        } catch {
            return nil
        }
        for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
            let isInPair = byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            if !isInPair { lineStarts.append(index + 1) }
        }
    }

    private mutating func readValue(_ reader: inout JSONReader) throws(JSONError) {
        var open: [Int] = []
        // Of the innermost container; the others have had an item.
        var isFirst = true
        repeat {
            let kind = try reader.peek()
            let start = reader.position
            if kind == .object || kind == .array {
                _ = kind == .object ? try reader.enterObject() : try reader.enterArray()
                open.append(nodes.count)
                nodes.append(Node(kind == .object ? .mapping : .sequence, .flow, start..<start))
                isFirst = true
            } else if kind == .string {
                let text = try reader.readString() ?? ""
                append(text, start..<reader.position)
            } else {
                let range = try reader.skipValue()
                append(Node(.scalar, .plain, range))
            }
            while let last = open.last {
                if try beginItem(of: last, &reader, &isFirst) { break }
                open.removeLast()
                nodes[last].range = nodes[last].range.lowerBound..<reader.position
                nodes[last].end = nodes.count
                isFirst = false
            }
        } while !open.isEmpty
    }

    private mutating func beginItem(
        of container: Int,
        _ reader: inout JSONReader,
        _ isFirst: inout Bool
    ) throws(JSONError) -> Bool {
        guard nodes[container].kind == .mapping else { return try reader.nextElement(&isFirst) }
        guard let key = try reader.nextKey(&isFirst) else { return false }
        let start = reader.keyOffset
        var end = start + 1
        while bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        append(key.string, start..<end + 1)
        return true
    }

    private mutating func append(_ text: String, _ range: Range<Int>) {
        var node = Node(.scalar, .doubleQuoted, range, isString: true)
        let start = texts.count
        texts += text.utf8
        node.text = start..<texts.count
        append(node)
    }

    private mutating func append(_ node: Node) {
        nodes.append(node)
        nodes[nodes.count - 1].end = nodes.count
    }
}
