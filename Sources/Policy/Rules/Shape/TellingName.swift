internal import AgentRuns
internal import JSONPull

/// A name too short to tell what the run is for.
struct TellingName: Rule {
    static let descriptor = RuleDescriptor(
        id: "telling-name",
        title: "A name that tells what the run is for",
        action: .warn,
        reasons: [.runNameTooShort],
        options: [Keys.minimumLength]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let minimumLength = RuleOption("minimumLength", "bytes a name must have at least", default: 1)
    }

    private let minimumLength: Int

    init(options entry: inout PolicyEntry) {
        minimumLength = entry.integer(Keys.minimumLength, in: 1...63)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let name = run.run.metadata.name
        guard !name.isEmpty, name.string.utf8.count < minimumLength else { return }
        report(
            .runNameTooShort,
            FieldPath("metadata.name"),
            "Invalid value: \(QuotedName.quote(name)): must have at least \(minimumLength) bytes",
            "choose a name that tells what the run is for",
            name,
            nil,
            &findings
        )
    }
}

extension RuleID {
    package static let tellingName = TellingName.id
}

extension Reason {
    static let runNameTooShort = Reason(
        "RunNameTooShort",
        meaning: "shorter than the policy wants",
        example: "metadata.name: a",
        fix: "a name that tells what the run is for"
    )
}
