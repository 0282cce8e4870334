package import JSONPull

/// What in a prompt looks as if somebody would replace it: `${name}`, `{{ path }}` and `$name`
/// (`controller-semantics.md` section 7).
package struct PromptTokens: Sendable, Equatable {
    /// Distinct names of one kind that are kept.
    ///
    /// A text of 131,072 characters could hold tens of thousands.
    package static let maximumNames = 256

    /// Longest text that is kept as ``onlyTokens``, in bytes.
    package static let maximumOnlyTokens = 4096

    /// Names in `${name}` outside of `{{ path }}`, each once, in order; blanks inside the braces are dropped.
    package private(set) var dollarBraces: [ExactString] = []
    /// Paths in `{{ path }}`, trimmed, each once, in order.
    package private(set) var braces: [ExactString] = []
    /// Names in `$name` outside of `{{ path }}`, each once, in order.
    package private(set) var shellVariables: [ExactString] = []
    /// The same two inside of `{{ path }}`, with which they go where that is replaced and stay where it is not.
    package private(set) var (bracedDollarBraces, bracedShellVariables): ([ExactString], [ExactString]) = ([], [])
    /// Whether there is more than white space outside of `${...}` and `{{...}}`.
    package private(set) var hasOtherText = false
    /// The whole text if there is no other text in it and it is short: what is left of it depends on what tokens become.
    package private(set) var onlyTokens: ExactString?
    /// Names that are not known, as they are too long for names.
    package private(set) var omittedNames = 0
    /// Paths that are not known, as they read like text.
    package private(set) var omittedPaths = 0

    /// Of a text without any.
    package static let none = PromptTokens()

    private init() {}

    package init(
        dollarBraces: [ExactString],
        braces: [ExactString],
        shellVariables: [ExactString],
        bracedDollarBraces: [ExactString],
        bracedShellVariables: [ExactString],
        hasOtherText: Bool,
        onlyTokens: ExactString?,
        omittedNames: Int,
        omittedPaths: Int
    ) {
        (self.dollarBraces, self.braces, self.shellVariables) = (dollarBraces, braces, shellVariables)
        (self.bracedDollarBraces, self.bracedShellVariables) = (bracedDollarBraces, bracedShellVariables)
        (self.hasOtherText, self.omittedNames, self.omittedPaths) = (hasOtherText, omittedNames, omittedPaths)
        self.onlyTokens = onlyTokens
    }

    /// Whether nothing at all looks like a token.
    package var isEmpty: Bool { dollarBraces.isEmpty && braces.isEmpty && shellVariables.isEmpty }

    /// Names in `${name}` wherever they stand, as nothing is replaced.
    package var allDollarBraces: [ExactString] { dollarBraces + bracedDollarBraces }

    /// Names in `$name` wherever they stand.
    package var allShellVariables: [ExactString] { shellVariables + bracedShellVariables }

    /// Looks through a text.
    package init(in text: ExactString) {
        guard Self.mayHoldTokens(text) else {
            hasOtherText = !text.isBlank
            return
        }
        let bytes = Array(text.string.utf8)
        var index = 0
        var closing = ClosingBrace()
        var other: [UInt8] = []
        var seen = Seen()
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "{"),
                let end = passToken(bytes, at: index, &closing, &seen)
            {
                index = end
                continue
            }
            // A visible character settles it; others are put together and looked at in the end.
            if !hasOtherText {
                if byte > 0x20, byte < 0x7F { hasOtherText = true } else { other.append(byte) }
            }
            index += 1
        }
        if !hasOtherText { hasOtherText = !ExactString(String(decoding: other, as: UTF8.self)).isBlank }
        if !hasOtherText, bytes.count <= Self.maximumOnlyTokens { onlyTokens = text }
    }

    /// Whether there is a `$` or a `{{`: nearly all texts have neither, and some are long.
    private static func mayHoldTokens(_ text: ExactString) -> Bool {
        unsafe text.withBytes { bytes in
            var previous: UInt8 = 0
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                if byte == UInt8(ascii: "$") { return true }
                if byte == UInt8(ascii: "{"), previous == byte { return true }
                previous = byte
            }
            return false
        }
    }

    /// Notes the token at `index`; where what it takes ends, nil when it is part of the text.
    private mutating func passToken(
        _ bytes: [UInt8],
        at index: Int,
        _ closing: inout ClosingBrace,
        _ seen: inout Seen
    ) -> Int? {
        switch bytes[index] {
        case UInt8(ascii: "{"): return passBraces(bytes, at: index, &closing, &seen)
        case UInt8(ascii: "$"):
            return Self.isEscaped(bytes, at: index) ? nil : passDollar(bytes, at: index, &seen)
        default: return nil
        }
    }

    /// Whether the dollar at `index` stands behind another one or a backslash.
    private static func isEscaped(_ bytes: [UInt8], at index: Int) -> Bool {
        index > 0 && (bytes[index - 1] == UInt8(ascii: "$") || bytes[index - 1] == UInt8(ascii: "\\"))
    }

    /// `{{`, one or more characters other than `}`, `}}`.
    private mutating func passBraces(
        _ bytes: [UInt8],
        at index: Int,
        _ closing: inout ClosingBrace,
        _ seen: inout Seen
    ) -> Int? {
        guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "{") else { return nil }
        guard let close = closing.next(in: bytes, from: index + 2), close > index + 2,
            close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "}")
        else { return nil }
        Self.add(
            ExactString(String(decoding: bytes[(index + 2)..<close], as: UTF8.self)).trimmed,
            to: &braces,
            &seen.braces
        )
        // A token in it ends with the first of the two braces.
        for dollar in (index + 2)..<close where bytes[dollar] == UInt8(ascii: "$") {
            switch Self.isEscaped(bytes, at: dollar) ? nil : Self.token(bytes, at: dollar) {
            case .dollarBraces(let name, _)?: Self.add(name, to: &bracedDollarBraces, &seen.bracedDollarBraces)
            case .shellVariable(let name)?: Self.add(name, to: &bracedShellVariables, &seen.bracedShellVariables)
            case nil: break
            }
        }
        return close + 2
    }

    private mutating func passDollar(_ bytes: [UInt8], at index: Int, _ seen: inout Seen) -> Int? {
        switch Self.token(bytes, at: index) {
        case .dollarBraces(let name, let end)?:
            Self.add(name, to: &dollarBraces, &seen.dollarBraces)
            return end
        case .shellVariable(let name)?: Self.add(name, to: &shellVariables, &seen.shellVariables)
        case nil: break
        }
        // Nobody replaces it for certain, so it counts as text.
        return nil
    }

    /// What a dollar begins.
    private enum DollarToken {
        case dollarBraces(ExactString, end: Int)
        case shellVariable(ExactString)
    }

    private static func token(_ bytes: [UInt8], at index: Int) -> DollarToken? {
        guard index + 1 < bytes.count else { return nil }
        if bytes[index + 1] != UInt8(ascii: "{") {
            let end = endOfName(bytes, from: index + 1, mayHoldDotsAndDashes: false)
            guard end > index + 1 else { return nil }
            return .shellVariable(ExactString(String(decoding: bytes[(index + 1)..<end], as: UTF8.self)))
        }
        // Nothing that reaches another brace or dollar first can be a name: no text is looked through twice.
        let isEnd: (UInt8) -> Bool = { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "$") }
        guard let close = bytes[(index + 2)...].firstIndex(where: isEnd), bytes[close] == UInt8(ascii: "}") else {
            return nil
        }
        let name = ExactString(String(decoding: bytes[(index + 2)..<close], as: UTF8.self)).trimmed
        let nameBytes = Array(name.string.utf8)
        guard !nameBytes.isEmpty, endOfName(nameBytes, from: 0, mayHoldDotsAndDashes: true) == nameBytes.count
        else {
            return nil
        }
        return .dollarBraces(name, end: close + 1)
    }

    /// Behind the longest `[A-Za-z_][A-Za-z0-9_]*` at `start`, with `.` and `-` where they may be; `start` if there is none.
    private static func endOfName(_ bytes: [UInt8], from start: Int, mayHoldDotsAndDashes: Bool) -> Int {
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where end > start: break
            case UInt8(ascii: "."), UInt8(ascii: "-"): guard mayHoldDotsAndDashes, end > start else { return end }
            default: return end
            }
            end += 1
        }
        return end
    }

    /// Where the next `}` is: found once for all that open before it, or a text of opening braces alone would be looked
    /// through once for each of them.
    private struct ClosingBrace {
        private var place = -1

        /// The first at or after `start`, which never decreases from call to call.
        mutating func next(in bytes: [UInt8], from start: Int) -> Int? {
            if place < start { place = bytes[start...].firstIndex(of: UInt8(ascii: "}")) ?? bytes.count }
            return place < bytes.count ? place : nil
        }
    }

    /// The names found so far, to be looked up by hash: a text may repeat 256 of them thousands of times.
    private struct Seen {
        var dollarBraces: Set<ExactString> = []
        var braces: Set<ExactString> = []
        var shellVariables: Set<ExactString> = []
        var bracedDollarBraces: Set<ExactString> = []
        var bracedShellVariables: Set<ExactString> = []
    }

    private static func add(_ name: ExactString, to names: inout [ExactString], _ seen: inout Set<ExactString>) {
        guard names.count < maximumNames, seen.insert(name).inserted else { return }
        names.append(name)
    }
}
