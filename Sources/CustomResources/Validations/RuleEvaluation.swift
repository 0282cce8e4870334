internal import JSONPull

/// Works out what an expression is of a value, `self`.
struct RuleEvaluation {
    /// Steps that are left.
    private(set) var steps: Int
    private var names: [(name: ExactString, value: TreeValue)]

    init(value: TreeValue, steps: Int) {
        self.steps = steps
        names = [("self", value)]
    }

    mutating func value(of expression: RuleExpression) throws(RuleFailure) -> TreeValue {
        steps -= 1
        guard steps > 0 else { throw .tooLong }
        switch expression {
        case .literal(let value): return value
        case .name(let name):
            guard let found = names.last(where: { $0.name == name }) else { throw .unsupported }
            return found.value
        case .member(let base, let name): return try member(name, of: try value(of: base))
        case .has(let base, let name):
            guard case .object(let members) = try value(of: base) else { throw .unsupported }
            return .boolean(members[name] != nil)
        case .index(let base, let index): return try element(try value(of: index), of: try value(of: base))
        case .list(let elements):
            var values: [TreeValue] = []
            for element in elements { values.append(try value(of: element)) }
            return .array(values)
        case .not(let inner): return .boolean(!(try boolean(inner)))
        case .negative(let inner):
            switch try value(of: inner) {
            case .integer(let number) where number != .min: return .integer(-number)
            case .number(let number): return .number(-number)
            default: throw .unsupported
            }
        case .conditional(let condition, let one, let other):
            return try value(of: try boolean(condition) ? one : other)
        case .binary(let relation, let left, let right): return try binary(relation, left, right)
        case .each(let loop, let list, let name, let body): return try each(loop, try value(of: list), name, body)
        case .call(let name, let arguments, let isMethod):
            var values: [TreeValue] = []
            for argument in arguments { values.append(try value(of: argument)) }
            return try RuleFunctions.call(name, values, isMethod: isMethod)
        }
    }

    private mutating func boolean(_ expression: RuleExpression) throws(RuleFailure) -> Bool {
        guard case .boolean(let value) = try value(of: expression) else { throw .unsupported }
        return value
    }

    private func member(_ name: ExactString, of value: TreeValue) throws(RuleFailure) -> TreeValue {
        guard case .object(let members) = value else { throw .unsupported }
        guard let found = members[name] else { throw .error("no such key: \(name.visible)") }
        return found
    }

    private func element(_ index: TreeValue, of value: TreeValue) throws(RuleFailure) -> TreeValue {
        switch (value, index) {
        case (.object, .string(let name)): return try member(name, of: value)
        case (.array(let elements), .integer(let place)):
            guard place >= 0, place < elements.count else { throw .error("index out of bounds: \(place)") }
            return elements[Int(place)]
        default: throw .unsupported
        }
    }

    private mutating func binary(
        _ relation: RuleOperator,
        _ left: RuleExpression,
        _ right: RuleExpression
    ) throws(RuleFailure) -> TreeValue {
        if relation == .and || relation == .or { return .boolean(try logical(left, right, decidedBy: relation == .or)) }
        let (one, other) = (try value(of: left), try value(of: right))
        switch relation {
        case .equal: return .boolean(Self.areEqual(one, other))
        case .notEqual: return .boolean(!Self.areEqual(one, other))
        case .isIn:
            switch (one, other) {
            case (_, .array(let elements)):
                steps -= elements.count
                return .boolean(elements.contains { Self.areEqual($0, one) })
            case (.string(let name), .object(let members)): return .boolean(members[name] != nil)
            default: throw .unsupported
            }
        default: return try RuleFunctions.arithmetic(relation, one, other)
        }
    }

    /// `&&` and `||`: either side may decide, and then the other may have no value.
    private mutating func logical(
        _ left: RuleExpression,
        _ right: RuleExpression,
        decidedBy decisive: Bool
    ) throws(RuleFailure) -> Bool {
        let failure: RuleFailure
        do throws(RuleFailure) {
            return try boolean(left) == decisive ? decisive : boolean(right)
        } catch {
            guard case .error = error else { throw error }
            failure = error
        }
        guard try boolean(right) == decisive else { throw failure }
        return decisive
    }

    private mutating func each(
        _ loop: RuleLoop,
        _ value: TreeValue,
        _ name: ExactString,
        _ body: RuleExpression
    ) throws(RuleFailure) -> TreeValue {
        let elements: [TreeValue]
        switch value {
        case .array(let list): elements = list
        case .object(let members): elements = members.keys.sorted().map { .string($0) }
        default: throw .unsupported
        }
        var (kept, results) = ([] as [TreeValue], [] as [TreeValue])
        for element in elements {
            names.append((name, element))
            defer { names.removeLast() }
            let result = try self.value(of: body)
            if loop == .map {
                results.append(result)
            } else if result == .boolean(true) {
                kept.append(element)
            } else if result != .boolean(false) {
                throw .unsupported
            }
        }
        switch loop {
        case .all: return .boolean(kept.count == elements.count)
        case .exists: return .boolean(!kept.isEmpty)
        case .existsOne: return .boolean(kept.count == 1)
        case .filter: return .array(kept)
        case .map: return .array(results)
        }
    }

    /// Whether two values are equal; whole numbers are whatever their type.
    static func areEqual(_ one: TreeValue, _ other: TreeValue) -> Bool {
        switch (one, other) {
        case (.integer(let left), .number(let right)), (.number(let right), .integer(let left)): Double(left) == right
        default: one == other
        }
    }
}
