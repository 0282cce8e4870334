internal import JSONPull

/// Writes a ``YAMLTree`` as JSON: aliases expanded, keys merged and made strings, duplicates dropped.
///
/// It keeps its own stack, so that nesting costs no thread stack.
struct YAMLJSONWriter {
    /// A collection that is being written.
    private struct Frame {
        /// Index in `entries` of a mapping's first member; nil for a sequence.
        var firstEntry: Int?
        /// Index of the next member in `entries`, or of a sequence's next element in the tree.
        var next: Int
        /// The index `next` stops at.
        var end: Int
        var isFirst = true
        /// Whether an alias led here.
        var isAliased: Bool
    }

    private var tree: YAMLTree
    private let limits: YAMLLimits
    private var json: [UInt8] = []
    private var map = YAMLPositionMap()
    private var frames: [Frame] = []
    /// The members of the mappings in `frames`, one mapping behind the other.
    private var entries: [YAMLMappingEntry] = []
    private var members = YAMLMappingMembers()
    /// How many of `frames` an alias led to.
    private var aliasDepth = 0

    private init(tree: YAMLTree, limits: YAMLLimits) {
        self.tree = tree
        self.limits = limits
        members.maximumWarnings = limits.maximumWarnings
        json.reserveCapacity(tree.text.count + tree.nodes.count * 4)
    }

    /// The document; nil when it is empty or null.
    static func document(of tree: YAMLTree, limits: YAMLLimits) throws(YAMLError) -> YAMLDocument? {
        guard let root = tree.nodes.first else { return nil }
        var writer = YAMLJSONWriter(tree: tree, limits: limits)
        try writer.members.check(tree)
        try YAMLAliasBudget.check(tree)
        try writer.writeValue(0)
        while !writer.frames.isEmpty { try writer.step() }
        if root.kind == .scalar, writer.json == Array("null".utf8) { return nil }
        return YAMLDocument(
            json: writer.json,
            position: root.mark.position,
            warnings: writer.members.warnings,
            positions: writer.map
        )
    }

    /// Writes the next member of the innermost collection, or closes it.
    private mutating func step() throws(YAMLError) {
        let top = frames.count - 1
        let frame = frames[top]
        guard frame.next < frame.end else { return close(frame) }
        if !frame.isFirst { json.append(UInt8(ascii: ",")) }
        frames[top].isFirst = false
        guard frame.firstEntry != nil else {
            let element = frame.next
            frames[top].next = Int(tree.nodes[element].end)
            return try writeValue(element)
        }
        let entry = entries[frame.next]
        frames[top].next += 1
        try writeKey(entry)
        try writeValue(Int(entry.value))
    }

    private mutating func close(_ frame: Frame) {
        json.append(frame.firstEntry == nil ? UInt8(ascii: "]") : UInt8(ascii: "}"))
        if let firstEntry = frame.firstEntry { entries.removeSubrange(firstEntry...) }
        if frame.isAliased { aliasDepth -= 1 }
        frames.removeLast()
    }

    private mutating func writeKey(_ entry: YAMLMappingEntry) throws(YAMLError) {
        let mark = tree.nodes[Int(entry.key)].mark
        map.append(offset: json.count, position: mark)
        try writeString(tree.text[entry.text], at: mark)
        json.append(UInt8(ascii: ":"))
    }

    private mutating func writeValue(_ index: Int) throws(YAMLError) {
        let mark = tree.nodes[index].mark
        let isAlias = tree.nodes[index].kind == .alias
        let target = tree.resolvingAlias(index)
        let node = tree.nodes[target]
        map.append(offset: json.count, position: mark)
        guard node.kind != .scalar else { return try writeScalar(node, at: mark) }
        guard frames.count < limits.maximumDepth else { throw YAMLSyntax.tooDeep(at: mark.position, limits: limits) }
        if isAlias { aliasDepth += 1 }
        json.append(node.kind == .mapping ? UInt8(ascii: "{") : UInt8(ascii: "["))
        if node.kind == .mapping {
            let first = entries.count
            try members.collect(mapping: target, in: &tree, isAliased: aliasDepth > 0, into: &entries)
            frames.append(Frame(firstEntry: first, next: first, end: entries.count, isAliased: isAlias))
        } else {
            frames.append(Frame(next: target + 1, end: Int(node.end), isAliased: isAlias))
        }
    }

    // MARK: Scalars

    private mutating func writeScalar(_ node: YAMLNode, at mark: YAMLMark) throws(YAMLError) {
        if !node.isPlain, node.tag == .none { return try writeString(tree.text(of: node), at: mark) }
        switch try members.resolve(node, in: tree) {
        case .string where node.tag == .binary:
            try writeString(members.binary(node, in: tree, at: mark)[...], at: mark)
        case .string: try writeString(tree.text(of: node), at: mark)
        case .null: json += "null".utf8
        case .boolean(let value): json += (value ? "true" : "false").utf8
        case .integer(let value): json += String(value).utf8
        case .unsigned(let value): json += String(value).utf8
        case .float(let value): try writeFloat(value, at: mark)
        }
    }

    private mutating func writeFloat(_ value: Double, at mark: YAMLMark) throws(YAMLError) {
        guard value.isFinite else {
            let name = value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
            throw YAMLError(
                "JSON has no number \(name)",
                at: mark.position,
                remedy: "write a finite number, or put it in quotes"
            )
        }
        json += YAMLFloatText.value(value)
    }

    /// Writes a JSON string (RFC 8259 section 7): only quote, backslash and controls are escaped.
    private mutating func writeString(_ text: ArraySlice<UInt8>, at mark: YAMLMark) throws(YAMLError) {
        guard json.count + text.count <= limits.maximumJSONBytes else {
            throw YAMLError(
                "the document becomes more than \(limits.maximumJSONBytes) bytes of JSON",
                at: mark.position,
                remedy: "split it, or use fewer aliases"
            )
        }
        json.append(UInt8(ascii: "\""))
        var copied = text.startIndex
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            json += text[copied..<index]
            appendEscape(of: byte)
            copied = index + 1
        }
        json += text[copied...]
        json.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(of byte: UInt8) {
        json.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): json.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): json.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): json.append(UInt8(ascii: "t"))
        case 0..<0x20:
            json += (byte < 0x10 ? "u000" : "u00").utf8
            json += String(byte, radix: 16).utf8
        default: json.append(byte)
        }
    }
}
