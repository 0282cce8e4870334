package import JSONPull

/// What in a prompt looks as if somebody would replace it: `${name}`, `{{ path }}` and `$name`
/// (`controller-semantics.md` section 7).
package struct PromptTokens: Sendable, Equatable {
    /// Distinct names of one kind that are kept.
    ///
    /// A text of 131,072 characters could hold tens of thousands.
    package static let maximumNames = 256

    /// Names in `${name}`, each once, in order; blanks inside the braces are dropped.
    package private(set) var dollarBraces: [ExactString] = []
    /// Paths in `{{ path }}`, trimmed, each once, in order.
    package private(set) var braces: [ExactString] = []
    /// Names in `$name`, each once, in order.
    package private(set) var shellVariables: [ExactString] = []
    /// Whether there is more than white space outside of `${...}` and `{{...}}`.
    package private(set) var hasOtherText = false

    /// Whether nothing at all looks like a token.
    package var isEmpty: Bool { dollarBraces.isEmpty && braces.isEmpty && shellVariables.isEmpty }

    /// Looks through a text.
    package init(in text: ExactString) {
        let bytes = Array(text.string.utf8)
        guard bytes.contains(UInt8(ascii: "$")) || bytes.contains(UInt8(ascii: "{")) else {
            hasOtherText = !text.isBlank
            return
        }
        var index = 0
        var other: [UInt8] = []
        while index < bytes.count {
            if let end = passToken(bytes, at: index) {
                index = end
            } else {
                if !hasOtherText { other.append(bytes[index]) }
                // A visible character settles it; others are put together and looked at in the end.
                if bytes[index] > 0x20, bytes[index] < 0x7F { hasOtherText = true }
                index += 1
            }
        }
        if !hasOtherText { hasOtherText = !ExactString(String(decoding: other, as: UTF8.self)).isBlank }
    }

    /// Notes the token at `index`; where what it takes ends, nil when it is part of the text.
    private mutating func passToken(_ bytes: [UInt8], at index: Int) -> Int? {
        switch bytes[index] {
        case UInt8(ascii: "{"): return passBraces(bytes, at: index)
        case UInt8(ascii: "$"):
            let isEscaped =
                index > 0 && (bytes[index - 1] == UInt8(ascii: "$") || bytes[index - 1] == UInt8(ascii: "\\"))
            return isEscaped ? nil : passDollar(bytes, at: index)
        default: return nil
        }
    }

    /// `{{`, one or more characters other than `}`, `}}`.
    private mutating func passBraces(_ bytes: [UInt8], at index: Int) -> Int? {
        guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "{") else { return nil }
        guard let close = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: "}")), close > index + 2,
            close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "}")
        else { return nil }
        Self.add(ExactString(String(decoding: bytes[(index + 2)..<close], as: UTF8.self)).trimmed, to: &braces)
        return close + 2
    }

    private mutating func passDollar(_ bytes: [UInt8], at index: Int) -> Int? {
        guard index + 1 < bytes.count else { return nil }
        if bytes[index + 1] != UInt8(ascii: "{") {
            let end = Self.endOfName(bytes, from: index + 1, mayHoldDotsAndDashes: false)
            if end > index + 1 {
                let name = ExactString(String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
                Self.add(name, to: &shellVariables)
            }
            // Nobody replaces it for certain, so it counts as text.
            return nil
        }
        guard let close = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let name = ExactString(String(decoding: bytes[(index + 2)..<close], as: UTF8.self)).trimmed
        let nameBytes = Array(name.string.utf8)
        guard !nameBytes.isEmpty, Self.endOfName(nameBytes, from: 0, mayHoldDotsAndDashes: true) == nameBytes.count
        else {
            return nil
        }
        Self.add(name, to: &dollarBraces)
        return close + 1
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

    private static func add(_ name: ExactString, to names: inout [ExactString]) {
        guard names.count < maximumNames, !names.contains(name) else { return }
        names.append(name)
    }
}
