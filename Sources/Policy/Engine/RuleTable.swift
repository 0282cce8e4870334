internal import AgentRuns
internal import JSONPull

/// What a policy says of one rule, ready to run.
///
/// A class around closures that are specialised for the rule: going through a generic table cost ten times as much as the
/// call (measured).
final class CompiledRule: Sendable {
    /// Runs the rule as it is for a request and returns its actions, nil when it found nothing; an override or the base
    /// that is `Off` does not run.
    typealias Check<Judged> =
        @Sendable (Judged, RequestMatch.Request, inout RuleFindings) throws -> RuleActions?

    let id: RuleID
    let runsOnTemplates: Bool
    let runsOnPastRuns: Bool
    /// The keys of the rule's entry in a policy file.
    let options: [PolicyOption]
    /// Whether the rule can come to nothing, whatever it is asked of.
    let isOff: Bool
    let checkRun: Check<RunUnderReview>
    /// The same for an object that is no run.
    let checkObject: Check<ObjectUnderReview>

    init<R: Rule>(_ table: RuleTable<R>) {
        id = table.id
        runsOnTemplates = R.descriptor.runsOnTemplates
        runsOnPastRuns = R.descriptor.runsOnPastRuns
        options = table.options
        isOff = table.isOff
        checkRun = { run, subject, findings in
            try table.check(subject, &findings) { rule, findings in try rule.check(run, &findings) }
        }
        checkObject = { object, subject, findings in
            try table.check(subject, &findings) { rule, findings in try rule.check(object, &findings) }
        }
    }
}

/// The action of each reason: the first that is set of override's reasons, override's action, base's reasons, base's
/// action, the reason's default, the rule's default.
struct RuleActions: Sendable {
    /// One layer: an entry's `action`, `reasons` and `note`.
    struct Layer: Sendable {
        var action: Action?
        var reasons: [Reason: Action] = [:]
        /// What the operator says beside the findings, fit to print.
        var note: String?

        init(_ entry: inout PolicyEntry, rule: RuleID) {
            action = entry.choice("action", of: Action.self)
            var map = entry.entry("reasons")
            map.describeNames(.choice(Action.allCases.map(\.rawValue)), names: rule.reasons.map(\.rawValue))
            for (name, offset, node) in map.names {
                guard let reason = rule.reasons.first(where: { ExactString($0.rawValue) == name }) else {
                    let hint = NearestName.hint(for: name.string, among: rule.reasons.map(\.rawValue)) ?? ""
                    map.report(offset, "\(map.path): unknown reason \(VisibleText.quoted(name))\(hint)")
                    continue
                }
                reasons[reason] = map.choice(node, at: "\(map.path).\(reason.rawValue)", of: Action.self)
            }
            entry.adopt(map)
            note = entry.text("note", upTo: PolicyBounds.toldText)
        }
    }

    let rule: RuleID
    /// Whether no reason of the rule can come to anything.
    let isOff: Bool
    /// Of the reasons the policy says something of.
    private let actions: [Reason: Action]
    /// The operator's own words beside the findings, of the first layer that has any; empty for none.
    let note: String

    /// - Parameters:
    ///   - rule: whose reasons they are.
    ///   - layers: override first.
    init(rule: RuleID, layers: [Layer]) {
        var actions: [Reason: Action] = [:]
        for reason in rule.reasons {
            actions[reason] = layers.lazy.compactMap { $0.reasons[reason] ?? $0.action }.first
        }
        self.rule = rule
        self.actions = actions
        note = layers.lazy.compactMap(\.note).first ?? ""
        isOff = rule.reasons.allSatisfy { actions[$0] == .off }
    }

    /// What a finding of `reason` does.
    func action(of reason: Reason, generation: Generation) -> Action {
        actions[reason] ?? reason.defaultAction(generation: generation) ?? rule.defaultAction
    }
}

/// The settings of rule `R`, compiled once when the policy is loaded.
struct RuleTable<R: Rule>: Sendable {
    let id = R.id
    let base: R
    /// The keys of the rule's entry.
    let options: [PolicyOption]
    private let baseActions: RuleActions
    private let matches: [RequestMatch]
    private let index: MatchIndex
    /// The rule as each override has it.
    private let overrides: [(rule: R, actions: RuleActions)]

    /// - Parameters:
    ///   - node: the rule's entry under `rules`; nil when the policy does not name it.
    ///   - overrides: match and entry of each override that names the rule, in order.
    ///   - mistakes: gets what is wrong.
    init(
        _ node: PolicyNode?,
        overrides: [(match: RequestMatch, node: PolicyNode, path: String)],
        _ mistakes: inout [PolicyEntry.Mistake]
    ) {
        let baseEntry = PolicyEntry(node, path: "spec.rules.\(id.rawValue)")
        var own = baseEntry
        let baseLayer = RuleActions.Layer(&own, rule: id)
        base = R(options: &own)
        own.finish()
        mistakes += own.mistakes
        options = own.options
        baseActions = RuleActions(rule: id, layers: [baseLayer])
        matches = overrides.map(\.match)
        index = MatchIndex(matches)
        self.overrides = overrides.map { [id] _, node, path in
            var entry = PolicyEntry(node, path: path)
            let layer = RuleActions.Layer(&entry, rule: id)
            _ = R(options: &entry)
            entry.finish()
            mistakes += entry.mistakes
            var merged = baseEntry.merging(PolicyEntry(node, path: path))
            let rule = R(options: &merged)
            return (rule, RuleActions(rule: id, layers: [layer, baseLayer]))
        }
    }

    /// Whether the rule, where the base or an override has it on, is one that `holds` is true of.
    func contains(where holds: (R) -> Bool) -> Bool {
        !baseActions.isOff && holds(base) || overrides.contains { !$0.actions.isOff && holds($0.rule) }
    }

    /// Whether the base is off and no override has the rule on.
    var isOff: Bool { baseActions.isOff && overrides.allSatisfy(\.actions.isOff) }

    /// Lets `check` run the rule as it is for `subject`.
    func check(
        _ subject: RequestMatch.Request,
        _ findings: inout RuleFindings,
        _ check: (R, inout RuleFindings) throws -> Void
    ) throws -> RuleActions? {
        // Nearly always; and without a copy of the rule.
        if matches.isEmpty {
            if baseActions.isOff { return nil }
            try check(base, &findings)
            return findings.drafts.isEmpty ? nil : baseActions
        }
        let (rule, actions) = active(for: subject)
        if actions.isOff { return nil }
        try check(rule, &findings)
        return findings.drafts.isEmpty ? nil : actions
    }

    /// The rule as the first override that matches has it, else as the base has it.
    func active(for subject: RequestMatch.Request) -> (rule: R, actions: RuleActions) {
        if !matches.isEmpty, let number = firstMatch(subject) { return overrides[number] }
        return (base, baseActions)
    }

    private func firstMatch(_ subject: RequestMatch.Request) -> Int? {
        index.candidates(for: subject).first { matches[$0].matches(subject) }
    }
}
