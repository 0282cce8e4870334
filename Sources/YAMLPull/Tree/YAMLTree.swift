internal import JSONPull

/// A `SourcePosition` in eight bytes; the tree and the position map hold one for each value.
struct YAMLMark {
    /// Line from 1.
    var line: UInt32
    /// Column from 1.
    var column: UInt32

    var position: SourcePosition { SourcePosition(line: Int(line), column: Int(column)) }
}

/// What an explicit tag says of a scalar; on sequences and mappings tags say nothing (as in go-yaml v2).
enum YAMLTag: UInt8 {
    case none
    case string
    case boolean
    case integer
    case float
    case null
    case timestamp
    case binary
    case merge
    /// Any other tag, also the lone `!`: the scalar is a string.
    case other

    /// The tag as YAML's short form writes it.
    var name: String {
        switch self {
        case .none, .other: "!"
        case .string: "!!str"
        case .boolean: "!!bool"
        case .integer: "!!int"
        case .float: "!!float"
        case .null: "!!null"
        case .timestamp: "!!timestamp"
        case .binary: "!!binary"
        case .merge: "!!merge"
        }
    }
}

/// One node of a ``YAMLTree``.
struct YAMLNode {
    enum Kind: UInt8 {
        case scalar
        case sequence
        case mapping
        case alias
    }

    var kind: Kind
    var tag = YAMLTag.none
    /// Whether a scalar is written without quotes and without a tag, so that its text decides its type.
    var isPlain = false
    /// Whether a scalar is plain, or has the lone tag `!`, with which a `<<` still merges.
    var isImplicit = false
    var mark: YAMLMark
    /// Where a scalar's text starts in ``YAMLTree/text``.
    var textStart: UInt32 = 0
    /// How many bytes of text a scalar has.
    var textCount: UInt32 = 0
    /// The index after the node and everything inside it; 0 while the node is being read.
    var end: UInt32 = 0
    /// The node an alias stands for.
    var target: UInt32 = 0
}

/// One document as libyaml reports it: nodes in the order of the text, aliases not expanded.
///
/// The nodes lie flat, so that neither building nor reading a deep document recurses.
struct YAMLTree {
    var nodes: [YAMLNode] = []
    /// The text of all scalars, and of keys made from other scalars.
    var text: [UInt8] = []

    /// The text of a scalar.
    func text(of node: YAMLNode) -> ArraySlice<UInt8> {
        text[Int(node.textStart)..<Int(node.textStart + node.textCount)]
    }

    /// The index of the node that `index` stands for.
    func resolvingAlias(_ index: Int) -> Int {
        nodes[index].kind == .alias ? Int(nodes[index].target) : index
    }

    /// Whether the node is an unquoted `<<`, or a `<<` tagged as merge key or with the lone `!` (`isMerge` in go-yaml v2).
    func isMergeKey(_ node: YAMLNode) -> Bool {
        guard node.kind == .scalar, node.textCount == 2, node.isImplicit || node.tag == .merge else { return false }
        let start = Int(node.textStart)
        return text[start] == UInt8(ascii: "<") && text[start + 1] == UInt8(ascii: "<")
    }
}
