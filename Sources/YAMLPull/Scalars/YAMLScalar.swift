/// What a scalar is, by the rules of go-yaml v2 (`resolve` in resolve.go), which are those of YAML 1.1 with a few of its
/// own: no base 60, octal also as `0o`, timestamps stay strings.
enum YAMLScalar: Equatable {
    /// The text as it stands.
    case string
    case null
    case boolean(Bool)
    case integer(Int64)
    /// An integer beyond Int64.
    case unsigned(UInt64)
    case float(Double)

    /// What an unquoted scalar without a tag is.
    static func resolving(_ text: Span<UInt8>) -> YAMLScalar {
        guard !text.isEmpty else { return .null }
        switch text[0] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return YAMLNumber.resolving(text) ?? .string
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return YAMLNumber.special(text) ?? YAMLNumber.resolving(text) ?? .string
        case UInt8(ascii: "."): return YAMLNumber.special(text) ?? YAMLNumber.fraction(text) ?? .string
        case UInt8(ascii: "~"): return text.count == 1 ? .null : .string
        case UInt8(ascii: "y"), UInt8(ascii: "Y"):
            return matches(text, "y") || matches(text, "yes") ? .boolean(true) : .string
        case UInt8(ascii: "t"), UInt8(ascii: "T"): return matches(text, "true") ? .boolean(true) : .string
        case UInt8(ascii: "f"), UInt8(ascii: "F"): return matches(text, "false") ? .boolean(false) : .string
        case UInt8(ascii: "o"), UInt8(ascii: "O"):
            if matches(text, "on") { return .boolean(true) }
            return matches(text, "off") ? .boolean(false) : .string
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            if matches(text, "null") { return .null }
            return matches(text, "n") || matches(text, "no") ? .boolean(false) : .string
        default: return .string
        }
    }

    /// What a scalar with an explicit tag is; nil when its text does not fit the tag.
    static func resolving(_ text: Span<UInt8>, tag: YAMLTag) -> YAMLScalar? {
        let resolved = resolving(text)
        switch (tag, resolved) {
        case (.none, _): return resolved
        case (.string, _), (.other, _), (.merge, _), (.binary, _): return .string
        case (.boolean, .boolean), (.integer, .integer), (.integer, .unsigned), (.float, .float), (.null, .null):
            return resolved
        case (.float, .integer(let value)): return .float(Double(value))
        case (.timestamp, .string): return startsLikeDate(text) ? .string : nil
        case (.boolean, _), (.integer, _), (.float, _), (.null, _), (.timestamp, _): return nil
        }
    }

    /// Whether `text` is `word` in lower case, in upper case or capitalised; `word` is in lower case.
    private static func matches(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            var upper = 0
            var lower = 0
            for index in text.indices {
                let letter = unsafe word[index]
                if text[index] == letter {
                    lower += 1
                } else if text[index] == letter - 0x20 {
                    upper += 1
                } else {
                    return false
                }
            }
            return upper == 0 || lower == 0 || upper == 1 && text[0] < UInt8(ascii: "a")
        }
    }

    /// Four digits and a dash, as every timestamp starts.
    private static func startsLikeDate(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 8, text[4] == UInt8(ascii: "-") else { return false }
        for index in 0..<4 where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { return false }
        return true
    }
}
