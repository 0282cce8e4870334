internal import JSONPull

/// One entry of `overrides`: other rule settings for the requests it matches.
struct PolicyOverride {
    private let match: RequestMatch
    private let nodes: [RuleID: PolicyNode]
    private let path: String
    /// What is wrong with the entry itself.
    let mistakes: [PolicyEntry.Mistake]

    /// Reads `overrides` of `spec`.
    static func read(_ spec: inout PolicyEntry) -> [PolicyOverride] {
        spec.entries("overrides").map { PolicyOverride($0) }
    }

    private init(_ entry: PolicyEntry) {
        var entry = entry
        match = RequestMatch.read(&entry)
        var rules = entry.entry("rules")
        nodes = Self.rules(of: &rules)
        path = rules.path
        entry.adopt(rules)
        entry.finish()
        mistakes = entry.mistakes
    }

    /// The keys of an override.
    static var options: [PolicyOption] {
        var entry = PolicyEntry(nil, path: "")
        _ = RequestMatch.read(&entry)
        _ = entry.node("rules", .sameAs(["spec", "rules"]))
        return entry.options
    }

    /// What the override says of `rule`; nil when it does not name it.
    func variant(of rule: RuleID) -> (match: RequestMatch, node: PolicyNode, path: String)? {
        nodes[rule].map { (match, $0, "\(path).\(rule.rawValue)") }
    }

    /// The entries of a `rules` object by rule; unknown ids are reported.
    static func rules(of entry: inout PolicyEntry) -> [RuleID: PolicyNode] {
        var nodes: [RuleID: PolicyNode] = [:]
        let known = RuleCatalogue.rules
        for (name, offset, node) in entry.names {
            if let rule = known.first(where: { ExactString($0.rawValue) == name }) {
                nodes[rule] = node
            } else {
                let hint = NearestName.hint(for: name.string, among: known.map(\.rawValue)) ?? ""
                entry.report(offset, "\(entry.path): unknown rule \(VisibleText.quoted(name))\(hint)")
            }
        }
        return nodes
    }
}

/// What a policy file says of the rules.
struct WrittenRules {
    let entries: [RuleID: PolicyNode]
    let overrides: [PolicyOverride]

    /// The settings of rule `R`; `mistakes` gets what is wrong with them.
    func table<R: Rule>(_: R.Type, _ mistakes: inout [PolicyEntry.Mistake]) -> RuleTable<R> {
        let id = R.id
        return RuleTable(entries[id], overrides: overrides.compactMap { $0.variant(of: id) }, &mistakes)
    }
}
