/// A key of a policy file, as the reader that asks for it declares it: what the JSON Schema is made from.
struct PolicyOption: Sendable {
    /// What the value must be.
    indirect enum ValueType: Sendable {
        case any
        case string
        /// A text of at most so many characters (Unicode scalars).
        case text(Int)
        case boolean
        case integer(ClosedRange<Int>)
        case strings
        case choice([String])
        case object([PolicyOption])
        case list(ValueType)
        /// As the value at this path of keys.
        case sameAs([String])
    }

    /// The key; nil for any key of an object whose keys are names.
    let name: String?
    var type: ValueType
    /// What it means, in a line; nil where nobody has said.
    var meaning: String?

    init(key: StaticString, type: ValueType) {
        (name, self.type) = (key.description, type)
    }

    init(name: String?, type: ValueType) {
        (self.name, self.type) = (name, type)
    }

    /// The entry of `rule`, whose keys are `options`.
    init(rule: RuleDescriptor, options: [PolicyOption]) {
        let documented = options.map { option in
            var option = option
            option.meaning = rule.options.first { option.hasKey($0.key) }?.meaning
            return option
        }
        self.init(name: rule.id, type: .object(documented))
        meaning = rule.title
    }

    func hasKey(_ key: StaticString) -> Bool { name == key.description }
}
