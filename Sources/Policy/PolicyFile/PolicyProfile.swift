internal import AgentRuns
internal import JSONPull

/// A commented policy file to start from, from what only advises to what denies all it can.
package enum PolicyProfile: String, CaseIterable, Sendable {
    /// Denies nothing, and warns of what the built-in policy denies.
    case advise
    /// The built-in policy, which warns where a run may demand too much of the cluster.
    case protect
    /// Denies whatever a rule finds; its lists are to be filled in.
    case strict

    /// What it is, one line without a full stop.
    package var summary: String {
        switch self {
        case .advise: "denies nothing; what the built-in policy denies is a warning"
        case .protect: "the built-in policy; what a run may demand of the cluster is a warning"
        case .strict: "whatever a rule finds is denied; the lists are to be filled in"
        }
    }

    /// The file: YAML, every rule with its reasons and keys.
    package var file: String {
        let defaults = AdmissionPolicy.defaults
        return """
            # Profile \(rawValue): \(summary).
            # \(next)
            apiVersion: \(AdmissionPolicy.apiVersionOfFiles.string)
            kind: \(AdmissionPolicy.kindOfFiles.string)
            metadata:
              name: \(rawValue)
            spec:
              # The controller that runs here: \(Generation.allCases.map(\.rawValue).joined(separator: " or ")).
              generation: "\(defaults.generation.rawValue)"
              # Whom to ask, told at the end of a denial.
              # contact: "#agents, or agents@example.com"
              # A rule that fails; cluster state that is missing or older than stateMaxAgeSeconds; a branch that could not be claimed.
              onError: \(capped(defaults.onError).rawValue)
              onStale: \(self == .strict ? "Deny" : capped(defaults.onStale).rawValue)
              onUnclaimed: \(capped(defaults.onUnclaimed).rawValue)
              stateMaxAgeSeconds: \(defaults.maximumStateAgeSeconds)
              # Any rule may have a note as well, told with its findings.
              rules:

            """ + rules + "  overrides: []\n" + exemptions
    }

    private var exemptions: String {
        """
          # What has to pass for a time, for the record alone:
          # - name: incident-4711
          #   reason: why it has to
          #   owner: who answers for it
          #   ticket: where it is dealt with
          #   rules: [secret-allowlist]
          #   match: { names: ["restore-*"] }
          #   expires: "2030-01-01T00:00:00Z"
          exemptions: []

        """
    }

    private var rules: String { AllRules.list.map { entry(of: $0.descriptor) }.joined(separator: "\n") }

    /// What to do with it.
    private var next: String {
        let steps = "on the decision log: docs/policy.md has the steps."
        return switch self {
        case .advise: "When its warnings are worth a denial, try protect \(steps)"
        case .protect: "When nothing that should pass is warned of any more, try strict \(steps)"
        case .strict: "Fill in the lists marked so, and try it \(steps)"
        }
    }

    /// Rules that have come after the others, on what a run may demand of the cluster.
    private static let demands: Set<String> = [
        WorkloadShape.descriptor.id, PodDemands.descriptor.id, CustomEndpoint.descriptor.id, RunBudget.descriptor.id,
        HiddenCharacters.descriptor.id, ProviderSafety.descriptor.id,
    ]

    private func capped(_ action: Action) -> Action { self == .advise ? min(action, .warn) : action }

    private func entry(of rule: RuleDescriptor) -> String {
        let indentation = String(repeating: " ", count: 6)
        var lines = ["    # \(rule.title)."]
        lines += rule.reasons.map { "    #   \($0.rawValue): \($0.meaning)" }
        lines.append("    \(rule.id):")
        lines += actions(of: rule).map { indentation + $0 }
        for option in rule.options {
            let isToFill = self == .strict && option.defaultText == "[]"
            let value = option.defaultText.map { " \($0)" } ?? ""
            lines.append("\(indentation)# \(option.key):\(value)  # \(isToFill ? "Fill in: " : "")\(option.meaning)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `action` and `reasons` of an entry.
    private func actions(of rule: RuleDescriptor) -> [String] {
        switch self {
        case .strict: return ["action: Deny"]
        case .protect where Self.demands.contains(rule.id): return ["action: Warn"]
        case .protect:
            let actions = AdmissionPolicy.actions(of: rule)
            // What depends on the controller is left to it.
            return actions.isEmpty ? ["# action: by reason and generation"] : actions
        case .advise:
            let base = capped(rule.action)
            let others = rule.reasons.compactMap { reason in
                let worst = Generation.allCases.map { reason.defaultAction(generation: $0) ?? rule.action }.max()
                let action = capped(worst ?? rule.action)
                return action == base ? nil : "\(reason.rawValue): \(action.rawValue)"
            }
            let action = "action: \(base.rawValue)"
            return others.isEmpty ? [action] : [action, "reasons: { \(others.joined(separator: ", ")) }"]
        }
    }
}
