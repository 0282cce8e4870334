internal import JSONPull

/// Replaces what stands between braces in a text, as the controller does (`controller-semantics.md` section 7).
package struct TokenRenderer {
    /// Bytes of a text that is rendered, after which the rest is dropped.
    ///
    /// A text of 131,072 characters may name a value of megabytes thousands of times. No branch is as long, and what is cut is
    /// not empty.
    package static let maximumBytes = 65_536
    /// Bytes of a text that are looked at, as many as the CRD lets an implementation's text have characters.
    package static let maximumInput = 131_072

    let names: TokenMembers

    init(_ names: TokenMembers) {
        self.names = names
    }

    /// `text` with every `{{ path }}` replaced, an unknown path by nothing; nil when a value it names is hidden.
    func replacingBraces(in text: ExactString) -> ExactString? {
        guard text.contains("{{") else { return text }
        return replacing("{{", "}}", in: text) { path in
            guard let value = names.value(at: path) else { return .text("") }
            return Replacement(value)
        }
    }

    /// `text` with every `${ path }` replaced that names something, by its path or as a whole; nil when a value it names is
    /// hidden.
    private func replacingDollars(in text: ExactString) -> ExactString? {
        guard text.contains("${") else { return text }
        return replacing("${", "}", in: text) { path in
            let name = path.trimmed
            guard !name.isEmpty, let value = names.value(at: name) ?? names[name] else { return .asWritten }
            return Replacement(value)
        }
    }

    /// Both, `${ path }` also in what `{{ path }}` has become, `count` times over.
    func rendering(_ text: ExactString, times count: Int = 1) -> ExactString? {
        var text = text
        for _ in 0..<count {
            guard let rendered = replacingBraces(in: text).flatMap({ replacingDollars(in: $0) }) else { return nil }
            text = rendered
        }
        return text
    }

    /// What comes in the place of a token.
    private enum Replacement {
        case asWritten
        case text(ExactString)
        case hidden

        init(_ value: TokenValue) {
            self = value.written(upTo: TokenRenderer.maximumBytes).map(Self.text) ?? .hidden
        }
    }

    /// Replaces everything between `opening` and `closing` that is one or more characters other than `}`; nil when what comes
    /// in its place is hidden.
    private func replacing(
        _ opening: StaticString,
        _ closing: StaticString,
        in text: ExactString,
        _ replacement: (ExactString) -> Replacement
    ) -> ExactString? {
        let bytes = Array(text.string.utf8.prefix(Self.maximumInput))
        let (opening, closing) = (Array("\(opening)".utf8), Array("\(closing)".utf8))
        var result: [UInt8] = []
        var index = 0
        var close = -1
        while index < bytes.count, result.count < Self.maximumBytes {
            guard bytes[index] == opening[0], bytes[index...].starts(with: opening) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let inner = index + opening.count
            // Found once for all that open before it, or a text of opening braces alone would be looked through for each.
            if close < inner { close = bytes[inner...].firstIndex(of: UInt8(ascii: "}")) ?? bytes.count }
            guard close > inner, bytes[close...].starts(with: closing) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let end = close + closing.count
            switch replacement(ExactString(String(decoding: bytes[inner..<close], as: UTF8.self))) {
            case .asWritten: result += bytes[index..<end]
            case .text(let text): result += text.string.utf8.prefix(Self.maximumBytes - result.count)
            case .hidden: return nil
            }
            index = end
        }
        return ExactString(String(decoding: result.prefix(Self.maximumBytes), as: UTF8.self))
    }
}
