internal import JSONPull

/// A key of a rule's entry in a policy file: what it means, and what holds where a policy does not name it.
struct RuleOption<Value: PolicyFileValue>: DescribedOption {
    let key: StaticString
    let meaning: String
    let defaultValue: Value

    init(_ key: StaticString, _ meaning: String, default value: Value) {
        (self.key, self.meaning, defaultValue) = (key, meaning, value)
    }

    var defaultText: String? { defaultValue.policyText }
}

/// What documentation, schema and built-in policy tell of a key.
protocol DescribedOption: Sendable {
    var key: StaticString { get }
    /// One line, without a full stop.
    var meaning: String { get }
    /// The default as a policy file has it; nil where only a policy can know.
    var defaultText: String? { get }
}

/// What a key of a policy file can have as its value.
protocol PolicyFileValue: Sendable {
    /// The value in YAML, on one line; nil for none.
    var policyText: String? { get }
}

extension Bool: PolicyFileValue {
    var policyText: String? { "\(self)" }
}

extension Int: PolicyFileValue {
    var policyText: String? { "\(self)" }
}

extension ExactString: PolicyFileValue {
    var policyText: String? { VisibleText.quoted(self) }
}

extension Optional: PolicyFileValue where Wrapped: PolicyFileValue {
    var policyText: String? { flatMap(\.policyText) }
}

extension Array: PolicyFileValue where Element: PolicyFileValue {
    var policyText: String? { "[" + compactMap(\.policyText).joined(separator: ", ") + "]" }
}

extension PolicyFileValue where Self: RawRepresentable<String> {
    var policyText: String? { rawValue }
}

// MARK: Reading

extension PolicyEntry {
    mutating func strings(_ option: RuleOption<[ExactString]>) -> [ExactString] {
        strings(option.key) ?? option.defaultValue
    }

    mutating func string(_ option: RuleOption<ExactString?>) -> ExactString? {
        string(option.key) ?? option.defaultValue
    }

    mutating func boolean(_ option: RuleOption<Bool>) -> Bool { boolean(option.key) ?? option.defaultValue }

    mutating func boolean(_ option: RuleOption<Bool?>) -> Bool? { boolean(option.key) ?? option.defaultValue }

    mutating func integer(_ option: RuleOption<Int>, in range: ClosedRange<Int>) -> Int {
        integer(option.key, in: range) ?? option.defaultValue
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ option: RuleOption<Choice>) -> Choice {
        choice(option.key, of: Choice.self) ?? option.defaultValue
    }
}
