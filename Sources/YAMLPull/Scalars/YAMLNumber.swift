internal import JSONPull

/// Numbers as go-yaml v2 reads them, that is as Go's `strconv.ParseInt` and `ParseFloat` do.
enum YAMLNumber {
    /// A number that starts with a digit or a sign; nil when it is none.
    ///
    /// Underscores count for nothing.
    static func resolving(_ text: Span<UInt8>) -> YAMLScalar? {
        for index in text.indices where text[index] == UInt8(ascii: "_") {
            return plain(withoutUnderscores(text).span)
        }
        return plain(text)
    }

    /// A float that starts with its point; here an underscore must stand between two digits.
    static func fraction(_ text: Span<UInt8>) -> YAMLScalar? {
        for index in text.indices where text[index] == UInt8(ascii: "_") {
            guard index > 0, isDigit(text[index - 1]), index + 1 < text.count, isDigit(text[index + 1]) else {
                return nil
            }
        }
        return float(withoutUnderscores(text).span)
    }

    private static func withoutUnderscores(_ text: Span<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        for index in text.indices where text[index] != UInt8(ascii: "_") { digits.append(text[index]) }
        return digits
    }

    private static func plain(_ text: Span<UInt8>) -> YAMLScalar? {
        if let integer = integer(text) { return integer }
        if let float = float(text) { return float }
        // Go's own 0b knows no sign behind it, go-yaml's older reading of 0b does: 0b-1 is -1.
        guard text.count > 2, text[0] == UInt8(ascii: "0"), text[1] == UInt8(ascii: "b") else { return nil }
        return integer(text, from: 2, radix: 2)
    }

    /// `.inf` and `.nan` with their signs.
    static func special(_ text: Span<UInt8>) -> YAMLScalar? {
        let isSigned = text[0] != UInt8(ascii: ".")
        guard text.count == (isSigned ? 5 : 4) else { return nil }
        let start = isSigned ? 1 : 0
        let word = (text[start], text[start + 1], text[start + 2], text[start + 3])
        if [".inf", ".Inf", ".INF"].contains(where: { isWord(word, $0) }) {
            return .float(text[0] == UInt8(ascii: "-") ? -.infinity : .infinity)
        }
        return !isSigned && [".nan", ".NaN", ".NAN"].contains { isWord(word, $0) } ? .float(.nan) : nil
    }

    private static func isWord(_ bytes: (UInt8, UInt8, UInt8, UInt8), _ word: String) -> Bool {
        word.utf8.elementsEqual([bytes.0, bytes.1, bytes.2, bytes.3])
    }

    // MARK: Integers

    /// `[+-]? (0[bB] | 0[oO] | 0[xX] | 0)? digits`, in Int64 or, without a sign, in UInt64.
    private static func integer(_ text: Span<UInt8>) -> YAMLScalar? {
        let sign = hasSign(text, at: 0) ? 1 : 0
        guard text.count > sign, text[sign] == UInt8(ascii: "0") else { return integer(text, from: 0, radix: 10) }
        guard text.count > sign + 1 else { return .integer(0) }
        if text.count > sign + 2 {
            switch text[sign + 1] | 0x20 {
            case UInt8(ascii: "b"): return magnitude(text, from: sign + 2, radix: 2).flatMap { signed($0, text) }
            case UInt8(ascii: "o"): return magnitude(text, from: sign + 2, radix: 8).flatMap { signed($0, text) }
            case UInt8(ascii: "x"): return magnitude(text, from: sign + 2, radix: 16).flatMap { signed($0, text) }
            default: break
            }
        }
        return magnitude(text, from: sign + 1, radix: 8).flatMap { signed($0, text) }
    }

    /// `[+-]? digits` from `start` on.
    private static func integer(_ text: Span<UInt8>, from start: Int, radix: UInt64) -> YAMLScalar? {
        let rest = text.extracting(start...)
        return magnitude(rest, from: hasSign(rest, at: 0) ? 1 : 0, radix: radix).flatMap { signed($0, rest) }
    }

    private static func hasSign(_ text: Span<UInt8>, at index: Int) -> Bool {
        index < text.count && (text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-"))
    }

    private static func signed(_ magnitude: UInt64, _ text: Span<UInt8>) -> YAMLScalar? {
        if text[0] == UInt8(ascii: "-") {
            return magnitude <= 1 << 63 ? .integer(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
        }
        if let value = Int64(exactly: magnitude) { return .integer(value) }
        return text[0] == UInt8(ascii: "+") ? nil : .unsigned(magnitude)
    }

    /// The digits from `start` to the end; nil when there are none, or others, or too many for UInt64.
    private static func magnitude(_ text: Span<UInt8>, from start: Int, radix: UInt64) -> UInt64? {
        guard start < text.count else { return nil }
        var value: UInt64 = 0
        for index in start..<text.count {
            guard let digit = HexDigit.value(text[index]), digit < radix else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: radix)
            let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
            guard !overflows, !carries else { return nil }
            value = sum
        }
        return value
    }

    // MARK: Floats

    /// `[+-]? (\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][+-]?[0-9]+)?`; nil also when it is beyond Double.
    static func float(_ text: Span<UInt8>) -> YAMLScalar? {
        guard hasFloatGrammar(text) else { return nil }
        // Swift's reader wants a digit before the point and one after it.
        var digits: [UInt8] = []
        for index in text.indices {
            if text[index] == UInt8(ascii: ".") {
                if digits.last.map(isDigit) != true { digits.append(UInt8(ascii: "0")) }
                digits.append(UInt8(ascii: "."))
                if index + 1 == text.count || !isDigit(text[index + 1]) { digits.append(UInt8(ascii: "0")) }
            } else {
                digits.append(text[index])
            }
        }
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else { return nil }
        return .float(value)
    }

    private static func hasFloatGrammar(_ text: Span<UInt8>) -> Bool {
        var index = hasSign(text, at: 0) ? 1 : 0
        let whole = passDigits(text, &index)
        var fraction = 0
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            fraction = passDigits(text, &index)
        }
        guard whole > 0 || fraction > 0 else { return false }
        guard index < text.count else { return true }
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return false }
        index += 1
        if hasSign(text, at: index) { index += 1 }
        return passDigits(text, &index) > 0 && index == text.count
    }

    private static func passDigits(_ text: Span<UInt8>, _ index: inout Int) -> Int {
        let start = index
        while index < text.count, isDigit(text[index]) { index += 1 }
        return index - start
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
