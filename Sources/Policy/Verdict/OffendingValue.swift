internal import JSONPull

/// What a finding is about, where that takes more than one text to tell: a head with its repository, say.
enum OffendingValue {
    /// The parts as one text that no other parts have.
    static func joining(_ parts: ExactString...) -> ExactString { joining(parts) }

    /// The parts as one text that no other parts have.
    static func joining(_ parts: [ExactString]) -> ExactString {
        ExactString(parts.map { "\($0.string.utf8.count):\($0.string)" }.joined())
    }
}
