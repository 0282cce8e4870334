internal import AgentRuns
internal import JSONPull

/// The catalogue as a person, a program or the documentation reads it.
package enum RuleCatalogue {
    /// Every rule a policy can name, in catalogue order.
    package static let rules: [RuleID] = AllRules.list.map { RuleID($0.descriptor) }

    /// A line a rule, its reasons beneath it.
    package static var text: String {
        rules.map { rule in
            let head = "\(rule.rawValue) [\(rule.defaultAction.rawValue)] \(rule.descriptor.title)"
            let kinds = "    kinds: \(kinds(of: rule).joined(separator: ", "))"
            let reasons = rule.reasons.map { "    \($0.rawValue)\(suffix(of: $0))" }
            return ([head, kinds] + reasons).joined(separator: "\n") + "\n"
        }.joined()
    }

    /// `{"rules": [{"id", "action", "summary", "kinds", "reasons": [{"reason", "action", "meaning", "example", "fix"}]}]}`.
    package static var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("rules")
        writer.beginArray()
        for rule in rules { write(rule, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// The body of docs/rules.md.
    package static var markdown: String {
        let rows = rules.map { rule in
            let reasons = rule.reasons.map { "`\($0.rawValue)`\(suffix(of: $0))" }.joined(separator: ", ")
            return "| [`\(rule.rawValue)`](#\(rule.rawValue)) | \(rule.defaultAction.rawValue) | \(reasons) |\n"
        }
        let sections = rules.map { rule in "\n## \(rule.rawValue)\n\n" + section(rule) }
        return introduction + rows.joined() + sections.joined() + stateSection
    }

    /// What is found of the state itself is no rule of a policy: keys of `spec` say what becomes of it.
    private static var stateSection: String {
        let rule = RuleID.clusterState
        var text = "\n## \(rule.rawValue)\n\n\(rule.descriptor.title). No rule a policy can name: what "
        text += "happens then is `onStale` (default Warn) and `onUnclaimed` (default Deny) of its `spec`.\n\n"
        text += "| reason | key | what | example | fix |\n|---|---|---|---|---|\n"
        for reason in rule.reasons {
            let key = reason == .branchUnclaimed ? "onUnclaimed" : "onStale"
            text += "| `\(reason.rawValue)` | `\(key)` | \(reason.meaning) "
            text += "| \(reason.example) | \(reason.fix) |\n"
        }
        return text
    }

    private static let introduction = """
        # Rules

        <!-- Printed by `agentrun-admission rules --output markdown`; change Sources/Policy, not this file. -->

        What the webhook checks. Every finding has a rule, a reason, a field, a message and a remedy; a warning or a denial
        prints them as `[Reason] field: message (remedy)`. Two controllers exist: generation `2026-02` (default) and
        `2026-08`. `Deny` refuses, `Warn` admits and warns, `Audit` admits and only annotates the audit event, `Off` does not
        run. [policy.md](policy.md) says when rules run, how a policy file changes them, and what was chosen where the
        catalogue leaves room.

        | rule | default | reasons |
        |---|---|---|

        """

    private static func section(_ rule: RuleID) -> String {
        var text = "\(rule.descriptor.title). Default \(rule.defaultAction.rawValue); "
        text += "looks at \(kinds(of: rule).joined(separator: ", "))"
        let asked = ReferencedKind.allCases.filter(rule.descriptor.asks.contains).map(\.rawValue)
        text += asked.isEmpty ? ".\n\n" : "; asks the cluster for \(asked.joined(separator: ", ")).\n\n"
        for option in rule.descriptor.options { text += "- `\(option.key)`: \(option.meaning)\n" }
        if !rule.descriptor.options.isEmpty { text += "\n" }
        text += "| reason | what | example | fix |\n|---|---|---|---|\n"
        for reason in rule.reasons {
            text += "| `\(reason.rawValue)`\(suffix(of: reason)) | \(reason.meaning) "
            text += "| `\(ExactString(reason.example).replacing("|", with: "\\|"))` | \(reason.fix) |\n"
        }
        return text
    }

    /// The reason's own default where it differs from the rule's.
    private static func suffix(of reason: Reason) -> String {
        let actions = Generation.allCases.map { ($0, reason.defaultAction(generation: $0)) }
        guard let (_, action) = actions.first(where: { $0.1 != nil }), let action else { return "" }
        let with = actions.filter { $0.1 == action }.map(\.0.rawValue)
        let isAlways = with.count == actions.count
        return " (\(action.rawValue)\(isAlways ? "" : " with \(with.joined(separator: ", "))"))"
    }

    private static func kinds(of rule: RuleID) -> [String] { rule.descriptor.kinds.map(\.rawValue) }

    private static func write(_ rule: RuleID, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(rule.rawValue)
        writer.key("action")
        writer.string(rule.defaultAction.rawValue)
        writer.key("summary")
        writer.string(rule.descriptor.title)
        writer.key("kinds")
        writer.beginArray()
        for kind in kinds(of: rule) { writer.string(kind) }
        writer.endArray()
        writer.key("reasons")
        writer.beginArray()
        for reason in rule.reasons { write(reason, of: rule, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private static func write(_ reason: Reason, of rule: RuleID, to writer: inout JSONWriter) {
        let action = reason.defaultAction(generation: AdmissionPolicy.builtIn.generation) ?? rule.defaultAction
        writer.beginObject()
        for (key, value) in [
            ("reason", reason.rawValue), ("action", action.rawValue), ("meaning", reason.meaning),
            ("example", reason.example), ("fix", reason.fix),
        ] {
            writer.escapedKey(key)
            writer.string(value)
        }
        writer.endObject()
    }
}
