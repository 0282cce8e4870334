/// What there is to say of a rule beside what it does: documentation, schema and built-in policy are made from it.
package struct RuleDescriptor: Sendable {
    /// The key of its entry in a policy file.
    package let id: String
    /// What it is about: one line, without a full stop.
    package let title: String
    /// What its findings do unless the reason or the policy says otherwise.
    package let action: Action
    /// The kinds it looks at.
    let kinds: [JudgedKind]
    /// In the order its findings are listed.
    package let reasons: [Reason]
    /// The keys of its entry in a policy file beside `action` and `reasons`, as documentation and built-in policy list them.
    let options: [any DescribedOption]
    /// What the patterns of its lists are matched with.
    let patterns: PatternSubject?
    /// The kinds of the cluster it cannot judge without, beside runs themselves; SecretBindings are told of by the policy.
    let asks: Set<ReferencedKind>
    /// Whether it runs on a template of the controllers that have them.
    let runsOnTemplates: Bool
    /// Whether it runs on an export of the past, which takes no branch, key or place in a queue any more.
    let runsOnPastRuns: Bool

    init(
        id: String,
        title: String,
        action: Action,
        kinds: [JudgedKind] = [.agentRun],
        reasons: [Reason],
        options: [any DescribedOption] = [],
        patterns: PatternSubject? = nil,
        asks: Set<ReferencedKind> = [],
        runsOnTemplates: Bool = true,
        runsOnPastRuns: Bool = true
    ) {
        (self.id, self.title, self.action, self.kinds) = (id, title, action, kinds)
        (self.reasons, self.options, self.patterns, self.asks) = (reasons, options, patterns, asks)
        (self.runsOnTemplates, self.runsOnPastRuns) = (runsOnTemplates, runsOnPastRuns)
    }

    /// The keys of its entry in a policy file beside `action` and `reasons`.
    package var optionKeys: [String] { options.map { $0.key.description } }
}
