internal import AgentRuns
internal import JSONPull

/// Who answers for an exemption and where it is dealt with, fit to print; empty where the policy does not say.
package struct ExemptionContact: Sendable, Equatable {
    package var owner = ""
    package var ticket = ""

    /// `owner ops, ticket OPS-4711`; empty without both.
    package var text: String {
        [("owner", owner), ("ticket", ticket)].filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(
            separator: ", "
        )
    }
}

/// A named, reasoned and usually dated exception: its findings stay visible as `Audit`.
///
/// A class, as every finding that it covers has it.
final class Exemption: Sendable {
    let name: ExactString
    let reason: ExactString
    /// Who answers for it and where it is dealt with.
    let contact: ExemptionContact
    let rules: [RuleID]
    let match: RequestMatch
    /// Nil for never.
    let expires: Timestamp?

    init(_ entry: inout PolicyEntry) {
        name = entry.string("name") ?? ""
        if name.isBlank { entry.report(entry.offset, "\(entry.joined("name")): Required value: findings name it") }
        reason = entry.string("reason") ?? ""
        if reason.isBlank {
            entry.report(entry.offset, "\(entry.joined("reason")): Required value: say why the exception is made")
        }
        contact = ExemptionContact(
            owner: entry.text("owner", upTo: PolicyBounds.toldText) ?? "",
            ticket: entry.text("ticket", upTo: PolicyBounds.toldText) ?? ""
        )
        rules = Self.rules(&entry)
        match = RequestMatch.read(&entry)
        expires = Self.expiry(&entry)
        entry.finish()
    }

    /// The name as it is told, in findings, metrics and the decision log.
    var toldName: String { VisibleText.part(name) }

    /// The keys of an exemption.
    static var options: [PolicyOption] {
        var entry = PolicyEntry(nil, path: "")
        _ = Exemption(&entry)
        return entry.options
    }

    private static func rules(_ entry: inout PolicyEntry) -> [RuleID] {
        guard case .array(let items, _)? = entry.node("rules", .list(.choice(RuleCatalogue.rules.map(\.rawValue)))),
            !items.isEmpty
        else {
            entry.report(entry.offset, "\(entry.joined("rules")): Required value: a list of rule ids")
            return []
        }
        let path = entry.joined("rules")
        return items.enumerated().compactMap {
            entry.choice($0.element, at: "\(path)[\($0.offset)]", of: ExemptibleRule.self)
        }
        .compactMap { RuleID(rawValue: $0.rawValue) }
    }

    private static func expiry(_ entry: inout PolicyEntry) -> Timestamp? {
        guard let node = entry.node("expires", .string) else { return nil }
        if case .string(let text, _) = node, let time = Timestamp(text) { return time }
        let path = entry.joined("expires")
        entry.report(node.offset, "\(path): Invalid value: must be an RFC 3339 time such as \"2026-12-31T00:00:00Z\"")
        return nil
    }

    /// Whether the exemption covers findings of `rule` on `subject`, expired or not.
    func covers(_ rule: RuleID, _ subject: RequestMatch.Request) -> Bool {
        rules.contains(rule) && match.matches(subject)
    }
}

/// The rules an exemption can name: those of the catalogue.
private struct ExemptibleRule: RawRepresentable, CaseIterable {
    let rawValue: String

    static let allCases = RuleCatalogue.rules.map { ExemptibleRule(rule: $0) }

    private init(rule: RuleID) {
        rawValue = rule.rawValue
    }

    init?(rawValue: String) {
        guard let rule = RuleCatalogue.rules.first(where: { $0.rawValue == rawValue }) else { return nil }
        self.init(rule: rule)
    }
}
