internal import JSONPull

/// CEL's functions and operators on values, as far as rules have them.
enum RuleFunctions {
    static func call(_ name: ExactString, _ values: [TreeValue], isMethod: Bool) throws(RuleFailure) -> TreeValue {
        switch (name.string, values.first, values.dropFirst().first) {
        case ("size", .string(let text)?, nil): return .integer(Int64(text.characterCount))
        case ("size", .array(let elements)?, nil): return .integer(Int64(elements.count))
        case ("size", .object(let members)?, nil): return .integer(Int64(members.count))
        case ("startsWith", .string(let text)?, .string(let part)?) where isMethod:
            return .boolean(text.starts(with: part))
        case ("endsWith", .string(let text)?, .string(let part)?) where isMethod: return .boolean(text.ends(with: part))
        case ("contains", .string(let text)?, .string(let part)?) where isMethod:
            // Searching takes as long as both are, multiplied.
            guard text.string.utf8.count * part.string.utf8.count <= 16 << 20 else { throw .tooLong }
            return .boolean(text.contains(part))
        case ("matches", .string(let text)?, .string(let pattern)?):
            guard let pattern = LinearPattern(pattern) else { throw .unsupported }
            return .boolean(pattern.matches(text))
        case ("lowerAscii", .string(let text)?, nil) where isMethod: return .string(text.asciiLowercased)
        case ("string", let value?, nil) where !isMethod: return try text(of: value)
        case ("int", let value?, nil) where !isMethod:
            switch value {
            case .integer: return value
            case .number(let number) where abs(number) < 9e18: return .integer(Int64(number))
            case .string(let text):
                guard let number = Int64(text.string) else { throw .error("type conversion error") }
                return .integer(number)
            default: throw .unsupported
            }
        default: throw .unsupported
        }
    }

    private static func text(of value: TreeValue) throws(RuleFailure) -> TreeValue {
        switch value {
        case .string: return value
        case .integer(let number): return .string(ExactString("\(number)"))
        case .boolean(let value): return .string(ExactString(value ? "true" : "false"))
        default: throw .unsupported
        }
    }

    static func arithmetic(
        _ relation: RuleOperator,
        _ one: TreeValue,
        _ other: TreeValue
    ) throws(RuleFailure) -> TreeValue {
        switch (one, other) {
        case (.integer(let left), .integer(let right)): return try integers(relation, left, right)
        case (.integer(let left), .number(let right)): return try numbers(relation, Double(left), right)
        case (.number(let left), .integer(let right)): return try numbers(relation, left, Double(right))
        case (.number(let left), .number(let right)): return try numbers(relation, left, right)
        case (.string(let left), .string(let right)):
            if relation == .plus { return .string(ExactString(left.string + right.string)) }
            return .boolean(try compared(relation, left, right))
        case (.array(let left), .array(let right)) where relation == .plus: return .array(left + right)
        default: throw .unsupported
        }
    }

    private static func integers(
        _ relation: RuleOperator,
        _ left: Int64,
        _ right: Int64
    ) throws(RuleFailure) -> TreeValue {
        let result: (partialValue: Int64, overflow: Bool)
        switch relation {
        case .plus: result = left.addingReportingOverflow(right)
        case .minus: result = left.subtractingReportingOverflow(right)
        case .times: result = left.multipliedReportingOverflow(by: right)
        case .divided, .modulo:
            guard right != 0 else { throw .error(relation == .divided ? "division by zero" : "modulus by zero") }
            result =
                relation == .divided
                ? left.dividedReportingOverflow(by: right) : left.remainderReportingOverflow(dividingBy: right)
        default: return .boolean(try compared(relation, left, right))
        }
        if result.overflow { throw .error("integer overflow") }
        return .integer(result.partialValue)
    }

    private static func numbers(
        _ relation: RuleOperator,
        _ left: Double,
        _ right: Double
    ) throws(RuleFailure) -> TreeValue {
        switch relation {
        case .plus: return .number(left + right)
        case .minus: return .number(left - right)
        case .times: return .number(left * right)
        case .divided: return .number(left / right)
        default: return .boolean(try compared(relation, left, right))
        }
    }

    private static func compared<Value: Comparable>(
        _ relation: RuleOperator,
        _ left: Value,
        _ right: Value
    ) throws(RuleFailure) -> Bool {
        switch relation {
        case .less: return left < right
        case .lessOrEqual: return left <= right
        case .greater: return left > right
        case .greaterOrEqual: return left >= right
        default: throw .unsupported
        }
    }
}
