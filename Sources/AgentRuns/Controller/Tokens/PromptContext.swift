package import JSONPull

/// What the tokens of a prompt are looked up in (2026-08): metadata overlaid by the parameters as written, and both again
/// under `metadata`, `parameters` and `inputs` (`controller-semantics.md` section 7).
///
/// What is derived from the text itself is not there yet when the text is rendered: no title, body or prompt but those of
/// parameters.
package struct PromptContext {
    /// What a token becomes.
    package enum Value: Equatable {
        /// Nothing is known by that name.
        case absent
        /// Known, and the empty string.
        case empty
        /// Known, and white space.
        case blank
        case present
    }

    let names: TokenMembers

    package init(_ unit: RunUnit) {
        self.init(unit.metadata)
    }

    /// Longest path that is looked up, in bytes: no name is as long, and every unit looks the tokens of its text up.
    package static let maximumPathBytes = 1024

    init(_ metadata: RunMetadata) {
        let inputs = TokenValue.members(TokenMembers(.parameters(metadata)))
        let maps: [TokenMembers.Entry] = [
            ("metadata", .members(TokenMembers(.given(metadata)))), ("parameters", inputs), ("inputs", inputs),
        ]
        names = TokenMembers(.given(metadata), .parameters(metadata), .entries(maps))
    }

    /// What `{{ path }}` becomes.
    package func braces(_ path: ExactString) -> Value {
        path.string.utf8.count > Self.maximumPathBytes ? .absent : Self.kind(of: names.value(at: path))
    }

    /// What `${ path }` becomes: the same walk, then the whole path as a name; an absent one is left as written.
    package func dollarBraces(_ path: ExactString) -> Value {
        path.string.utf8.count > Self.maximumPathBytes
            ? .absent : Self.kind(of: names.value(at: path) ?? names[path])
    }

    private static func kind(of value: TokenValue?) -> Value {
        switch value {
        case nil: .absent
        case .text(let text)?: kind(of: text)
        case .hidden?, .members?: .present
        }
    }

    /// What a text is that is there.
    static func kind(of text: ExactString) -> Value { text.isEmpty ? .empty : text.isBlank ? .blank : .present }
}

extension PromptText {
    /// What the text is once its tokens are replaced, `count` times over: never absent.
    func rendered(in context: @autoclosure () -> PromptContext, times count: Int = 1) -> PromptContext.Value {
        guard let tokens = onlyTokens else { return .present }
        // What is hidden is not empty.
        return TokenRenderer(context().names).rendering(tokens, times: count).map(PromptContext.kind) ?? .present
    }

    /// The text if it consists of tokens and white space; nil of nearly all.
    package var onlyTokens: ExactString? {
        switch self {
        case .whole(let whole):
            // What a text starts with stays, unless a token starts there.
            switch whole.text.string.utf8.first {
            case UInt8(ascii: "{"), UInt8(ascii: "$"):
                return whole.text.string.utf8.count > PromptTokens.maximumOnlyTokens ? nil : tokens.onlyTokens
            default: return nil
            }
        case .measured, .withheld: return tokens.onlyTokens
        }
    }
}
