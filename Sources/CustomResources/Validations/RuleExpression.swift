internal import JSONPull

/// What of CEL is read: members, indices, lists, `has`, `all`, `exists`, `exists_one`, `filter`, `map`, the operators, and the
/// functions of texts and sizes.
indirect enum RuleExpression: Sendable {
    case literal(TreeValue)
    case name(ExactString)
    case member(RuleExpression, ExactString)
    case index(RuleExpression, RuleExpression)
    case list([RuleExpression])
    case has(RuleExpression, ExactString)
    /// A function, with what stands before its dot as the first argument.
    case call(ExactString, [RuleExpression], isMethod: Bool)
    case not(RuleExpression)
    case negative(RuleExpression)
    case binary(RuleOperator, RuleExpression, RuleExpression)
    case conditional(RuleExpression, RuleExpression, RuleExpression)
    /// `list.all(name, condition)` and its like.
    case each(RuleLoop, RuleExpression, name: ExactString, RuleExpression)

    /// Whether a name occurs.
    func names(_ wanted: ExactString) -> Bool {
        switch self {
        case .literal: false
        case .name(let name): name == wanted
        case .member(let base, _), .has(let base, _), .not(let base), .negative(let base): base.names(wanted)
        case .index(let one, let other), .binary(_, let one, let other), .each(_, let one, _, let other):
            one.names(wanted) || other.names(wanted)
        case .list(let all), .call(_, let all, _): all.contains { $0.names(wanted) }
        case .conditional(let one, let two, let three): one.names(wanted) || two.names(wanted) || three.names(wanted)
        }
    }
}

enum RuleOperator: String, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case greater = ">"
    case isIn = "in"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case modulo = "%"

    /// What binds tighter is higher (CEL's language definition, "Syntax").
    var strength: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .lessOrEqual, .greaterOrEqual, .equal, .notEqual, .less, .greater, .isIn: 3
        case .plus, .minus: 4
        case .times, .divided, .modulo: 5
        }
    }
}

enum RuleLoop: String, Sendable {
    case all
    case exists
    case existsOne = "exists_one"
    case filter
    case map
}

/// Why an expression has no value.
enum RuleFailure: Error {
    /// It is beyond what is read of CEL.
    case unsupported
    case tooLong
    /// As the API server puts it.
    case error(String)
}
