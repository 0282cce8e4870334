internal import AgentRuns
internal import JSONPull
internal import OrderedCollections

/// Which labels runs must have and may have (`controller-semantics.md` section 11).
struct LabelPolicy: Rule {
    static let descriptor = RuleDescriptor(
        id: "label-policy",
        title: "Which labels a run must and may carry",
        action: .deny,
        reasons: [.missingRequiredLabels, .labelBlocked, .labelNotAllowed],
        options: [Keys.required, Keys.deny, Keys.allow],
        patterns: .labelKeys
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let required = RuleOption("required", "keys", default: [ExactString]())
        static let deny = RuleOption("deny", "globs over keys", default: [ExactString]())
        static let allow = RuleOption("allow", "globs over keys", default: [ExactString]())
    }

    private let required: OrderedSet<ExactString>
    private let allow: GlobList
    private let deny: GlobList

    init(options entry: inout PolicyEntry) {
        required = OrderedSet((entry.strings(Keys.required)).lazy.compactMap(\.nonBlank))
        allow = GlobList(entry.strings(Keys.allow))
        deny = GlobList(entry.strings(Keys.deny))
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let labels = run.run.metadata.labels
        let given = required.isEmpty ? [] : Set(labels.lazy.filter { !$0.value.isBlank }.map(\.key))
        for key in required where !given.contains(key) {
            let message = "Required value: the policy demands this label with a value"
            let remedy = "add label \(VisibleText.quoted(key))"
            report(.missingRequiredLabels, key, message, remedy, isSeenByController: true, &findings)
        }
        guard !deny.isEmpty || !allow.isEmpty else { return }
        for label in labels { check(label, run, &findings) }
    }

    private func check(_ label: ObjectMeta.Label, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        // To the controller a label without a value is none at all.
        let isSeen = !label.value.isBlank
        if let pattern = deny.match(label.key) {
            let message = "Forbidden: the label matches the denied pattern \(VisibleText.quoted(pattern))"
            let remedy = "remove it, or change deny \(Self.place(run))"
            report(.labelBlocked, label.key, message, remedy, isSeenByController: isSeen, &findings)
        } else if !allow.isEmpty, allow.match(label.key) == nil {
            let message = "Forbidden: the policy does not allow label \(VisibleText.quoted(label.key))"
            let remedy = "remove it, or add it to allow \(Self.place(run))"
            report(.labelNotAllowed, label.key, message, remedy, isSeenByController: isSeen, &findings)
        }
    }

    private static func place(_ run: RunUnderReview) -> String {
        "of rule label-policy in policy \(VisibleText.quoted(ExactString(run.policyName)))"
    }

    private func report(
        _ reason: Reason,
        _ key: ExactString,
        _ message: String,
        _ remedy: String,
        isSeenByController: Bool,
        _ findings: inout RuleFindings
    ) {
        let field = FieldPath("metadata.labels").member(key)
        findings.report(
            reason,
            field,
            message,
            remedy,
            key,
            isSeenByController ? ControllerOutcome(.labels, reason) : nil
        )
    }
}

extension RuleID {
    package static let labelPolicy = LabelPolicy.id
}

extension ControllerOutcome.Check {
    static let labels = Self(70)
}

extension Reason {
    static let missingRequiredLabels = Reason(
        "MissingRequiredLabels",
        meaning: "a label the policy requires is missing or empty",
        example: "required: [team]",
        fix: "add the label"
    )
    static let labelBlocked = Reason(
        "LabelBlocked",
        meaning: "a label the policy denies",
        example: "labels: {debug: \"1\"}",
        fix: "remove the label",
        mend: .removal
    )
    static let labelNotAllowed = Reason(
        "LabelNotAllowed",
        meaning: "a label the policy does not allow",
        example: "labels: {color: red}",
        fix: "remove the label, or the policy",
        mend: .removal
    )
}
