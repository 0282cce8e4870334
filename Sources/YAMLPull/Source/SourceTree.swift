package import JSONPull

/// How a text of YAML or JSON is written: every value with the bytes it takes, in the order of the text.
///
/// What the text means ``YAMLReader`` says; this is for changing it in place. Flat, like all that a peer may nest.
package struct SourceTree: Sendable {
    /// A value, or the key of one.
    package struct Node: Sendable {
        package enum Kind: Sendable {
            case mapping
            case sequence
            case scalar
            case alias
        }

        package enum Style: Sendable {
            case plain
            case singleQuoted
            case doubleQuoted
            /// `|` or `>`.
            case block
            /// In brackets.
            case flow
        }

        package let kind: Kind
        package let style: Style
        /// The bytes from its first one, or its anchor or tag, to its last one that is no blank and no comment.
        package internal(set) var range: Range<Int>
        /// Whether it has an anchor or a tag.
        package let hasProperties: Bool
        /// Whether it is a scalar that is a text.
        package let isString: Bool
        /// The index behind it and everything in it.
        package internal(set) var end = 0
        var text = 0..<0

        init(_ kind: Kind, _ style: Style, _ range: Range<Int>, hasProperties: Bool = false, isString: Bool = false) {
            (self.kind, self.style, self.range) = (kind, style, range)
            (self.hasProperties, self.isString) = (hasProperties, isString)
        }
    }

    /// A value behind its key, both as indices of nodes.
    package struct Member: Sendable {
        package let key: Int
        package let value: Int
    }

    /// The bytes without a byte order mark.
    package let bytes: [UInt8]
    /// Whether it is JSON.
    package let isJSON: Bool
    package internal(set) var nodes: [Node] = []
    /// Whether all of the text was read.
    package internal(set) var isWhole = true
    /// What scalars hold.
    var texts: [UInt8] = []
    /// Where each line starts, as positions count lines.
    var lineStarts: [Int] = [0]
    private let characters: CharacterCounts

    init(_ bytes: [UInt8], isJSON: Bool) {
        (self.bytes, self.isJSON) = (bytes, isJSON)
        characters = CharacterCounts(bytes)
    }

    /// Reads a text as far as it can be read, without a byte order mark: as JSON if it is that, else as YAML.
    package init(_ bytes: [UInt8]) {
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let looksLikeJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        if looksLikeJSON, let tree = SourceTree(json: bytes) {
            self = tree
        } else {
            self = SourceTree(yaml: bytes)
        }
    }

    /// What a scalar holds.
    package func text(of node: Int) -> ExactString {
        ExactString(String(decoding: texts[nodes[node].text], as: UTF8.self))
    }

    /// The keys and values of a mapping, in order.
    package func members(of mapping: Int) -> [Member] {
        var members: [Member] = []
        var key = mapping + 1
        while key < nodes[mapping].end {
            let value = nodes[key].end
            members.append(Member(key: key, value: value))
            key = nodes[value].end
        }
        return members
    }

    /// The elements of a sequence, in order.
    package func elements(of sequence: Int) -> [Int] {
        var elements: [Int] = []
        var element = sequence + 1
        while element < nodes[sequence].end {
            elements.append(element)
            element = nodes[element].end
        }
        return elements
    }

    /// The mapping that starts at a position.
    package func mapping(at position: SourcePosition) -> Int? {
        guard position.line >= 1, position.line <= lineStarts.count else { return nil }
        let before = characters.characters(before: lineStarts[position.line - 1], in: bytes)
        let offset = characters.offset(ofCharacter: before + position.column - 1, in: bytes)
        // Nodes stand in the order of their starts.
        var (low, high) = (0, nodes.count)
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        while low < nodes.count, nodes[low].range.lowerBound == offset {
            if nodes[low].kind == .mapping { return low }
            low += 1
        }
        return nil
    }

    /// Whether a text is a text as well when it is written without quotes.
    package static func isPlainText(_ text: String) -> Bool {
        let isPlain =
            text.utf8.first?.isASCIIAlphanumeric == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./".utf8.contains($0) }
        guard isPlain else { return false }
        let bytes = Array(text.utf8)
        return YAMLScalar.resolving(bytes.span) == .string
    }
}
