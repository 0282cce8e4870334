internal import JSONPull

/// Reads an expression; nil wherever it has something that is beyond ``RuleExpression``.
struct RuleParser {
    private static let maximumDepth = 64

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    init(_ text: ExactString) {
        scalars = Array(text.string.unicodeScalars)
    }

    mutating func parse() -> RuleExpression? {
        guard let expression = parseConditional() else { return nil }
        passBlanks()
        return index == scalars.count ? expression : nil
    }

    // MARK: Text

    private mutating func passBlanks() {
        while index < scalars.count, " \t\n\r\u{0C}".unicodeScalars.contains(scalars[index]) { index += 1 }
        if index + 1 < scalars.count, scalars[index] == "/", scalars[index + 1] == "/" {
            while index < scalars.count, scalars[index] != "\n" { index += 1 }
            passBlanks()
        }
    }

    private func isNext(_ text: String) -> Bool {
        scalars[index...].starts(with: text.unicodeScalars)
    }

    private mutating func take(_ text: String) -> Bool {
        passBlanks()
        guard isNext(text) else { return false }
        index += text.unicodeScalars.count
        return true
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.isASCII && UInt8(scalar.value).isASCIIAlphanumeric
    }

    private mutating func takeWord() -> ExactString? {
        passBlanks()
        let word = scalars[index...].prefix { Self.isWord($0) }
        guard let first = word.first, !(0x30...0x39).contains(first.value) else { return nil }
        index += word.count
        return ExactString(String(String.UnicodeScalarView(word)))
    }

    // MARK: Operators

    private mutating func parseConditional() -> RuleExpression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth, let condition = parseBinary(above: 0) else { return nil }
        guard take("?") else { return condition }
        guard let one = parseConditional(), take(":"), let other = parseConditional() else { return nil }
        return .conditional(condition, one, other)
    }

    private mutating func parseBinary(above strength: Int) -> RuleExpression? {
        guard var left = parseUnary() else { return nil }
        while let found = peekOperator(), found.strength > strength {
            index += found.rawValue.unicodeScalars.count
            guard let right = parseBinary(above: found.strength) else { return nil }
            left = .binary(found, left, right)
        }
        return left
    }

    private mutating func peekOperator() -> RuleOperator? {
        passBlanks()
        guard let found = RuleOperator.allCases.first(where: { isNext($0.rawValue) }) else { return nil }
        if found == .isIn, index + 2 < scalars.count, Self.isWord(scalars[index + 2]) { return nil }
        return found
    }

    private mutating func parseUnary() -> RuleExpression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { return nil }
        passBlanks()
        if isNext("!"), !isNext("!=") {
            index += 1
            return parseUnary().map { .not($0) }
        }
        if take("-") { return parseUnary().map { .negative($0) } }
        return parsePostfix()
    }

    private mutating func parsePostfix() -> RuleExpression? {
        guard var expression = parsePrimary() else { return nil }
        while true {
            if take(".") {
                guard let name = takeWord() else { return nil }
                guard take("(") else {
                    expression = .member(expression, Self.unescaped(name))
                    continue
                }
                if let loop = RuleLoop(rawValue: name.string) {
                    guard let variable = takeWord(), take(","), let body = parseConditional(), take(")") else {
                        return nil
                    }
                    expression = .each(loop, expression, name: variable, body)
                } else {
                    guard let arguments = parseList(closing: ")") else { return nil }
                    expression = .call(name, [expression] + arguments, isMethod: true)
                }
            } else if take("[") {
                guard let index = parseConditional(), take("]") else { return nil }
                expression = .index(expression, index)
            } else {
                return expression
            }
        }
    }

    /// Property names that are words of CEL, or have marks, as the API server has them escaped.
    private static func unescaped(_ name: ExactString) -> ExactString {
        guard name.contains("__") else { return name }
        var text = name
        for (escape, mark) in [("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")] as [(ExactString, String)] {
            while let (before, after) = text.cut(atFirst: escape) {
                text = ExactString(before.string + mark + after.string)
            }
        }
        if let inner = text.dropping(prefix: "__")?.dropping(suffix: "__"), !inner.isEmpty { return inner }
        return text
    }

    // MARK: Values

    private mutating func parseList(closing: String) -> [RuleExpression]? {
        var elements: [RuleExpression] = []
        if take(closing) { return elements }
        repeat {
            guard let element = parseConditional() else { return nil }
            elements.append(element)
        } while take(",")
        return take(closing) ? elements : nil
    }

    private mutating func parsePrimary() -> RuleExpression? {
        passBlanks()
        guard index < scalars.count else { return nil }
        let scalar = scalars[index]
        if scalar == "(" {
            index += 1
            guard let inner = parseConditional(), take(")") else { return nil }
            return inner
        }
        if scalar == "[" {
            index += 1
            return parseList(closing: "]").map { .list($0) }
        }
        if scalar == "'" || scalar == "\"" { return parseText(isRaw: false) }
        if (0x30...0x39).contains(scalar.value) { return parseNumber() }
        if scalar == "r" || scalar == "R", index + 1 < scalars.count,
            scalars[index + 1] == "'" || scalars[index + 1] == "\""
        {
            index += 1
            return parseText(isRaw: true)
        }
        guard let word = takeWord() else { return nil }
        switch word.string {
        case "true": return .literal(.boolean(true))
        case "false": return .literal(.boolean(false))
        case "null": return .literal(.null)
        default: break
        }
        guard take("(") else { return .name(word) }
        if word == "has" {
            guard case .member(let base, let name)? = parseConditional(), take(")") else { return nil }
            return .has(base, name)
        }
        return parseList(closing: ")").map { .call(word, $0, isMethod: false) }
    }

    private mutating func parseNumber() -> RuleExpression? {
        let digits = scalars[index...].prefix { Self.isWord($0) || $0 == "." }
        index += digits.count
        let text = String(String.UnicodeScalarView(digits))
        if let value = Int64(text) { return .literal(.integer(value)) }
        guard text.utf8.contains(UInt8(ascii: ".")) || text.utf8.contains(UInt8(ascii: "e")), let value = Double(text)
        else {
            return nil
        }
        return .literal(.number(value))
    }

    private mutating func parseText(isRaw: Bool) -> RuleExpression? {
        let quote = scalars[index]
        index += 1
        // Three quotes are another kind of text.
        if index + 1 < scalars.count, scalars[index] == quote, scalars[index + 1] == quote { return nil }
        var text = String.UnicodeScalarView()
        let escapes: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "`": "`", "?": "?",
        ]
        while index < scalars.count, scalars[index] != quote {
            if scalars[index] == "\\", !isRaw {
                index += 1
                guard index < scalars.count, let meant = escapes[scalars[index]] else { return nil }
                text.append(meant)
            } else {
                text.append(scalars[index])
            }
            index += 1
        }
        guard index < scalars.count else { return nil }
        index += 1
        return .literal(.string(ExactString(String(text))))
    }
}
