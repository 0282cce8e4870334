package import JSONPull

/// Something in a document that reads, but hardly as its writer meant it.
package struct YAMLWarning: Equatable, Sendable, CustomStringConvertible {
    /// What is doubtful.
    package enum Kind: Equatable, Sendable {
        /// A mapping has the same key twice; the last one counts.
        case duplicateKey
        /// A merge key (`<<`) stands below a key it also brings, and replaces it: go-yaml v2, which kubectl reads YAML with,
        /// assigns in the order of the text. YAML's own merge type says the opposite.
        case mergeBelowKey
    }

    /// What is doubtful.
    package var kind: Kind
    /// The key, as text.
    package var key: String
    /// The place of the second one.
    package var position: SourcePosition
    /// The place of the first one.
    package var earlier: SourcePosition

    package var description: String {
        "\(name) at \(position)\(rest)"
    }

    /// What is doubtful and what to do about it, for those who have told the place.
    package var explanation: String {
        name + rest
    }

    private var name: String {
        kind == .duplicateKey ? "duplicate key \(YAMLError.quoted(key.utf8))" : "merge key"
    }

    private var rest: String {
        switch kind {
        case .duplicateKey: ", first at \(earlier): the last one counts (remove one of them)"
        case .mergeBelowKey:
            " also brings \(YAMLError.quoted(key.utf8)), set at \(earlier): "
                + "the merged value counts, as in kubectl (move << above the other keys)"
        }
    }
}
