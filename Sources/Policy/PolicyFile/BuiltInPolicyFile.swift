internal import AgentRuns
internal import JSONPull

extension AdmissionPolicy {
    /// The built-in defaults as a policy file.
    package static var builtInFile: String {
        """
        apiVersion: \(apiVersionOfFiles.string)
        kind: \(kindOfFiles.string)
        metadata:
          name: \(defaults.name)
        spec:
          generation: "\(defaults.generation.rawValue)"
          onError: \(defaults.onError.rawValue)
          onStale: \(defaults.onStale.rawValue)
          onUnclaimed: \(defaults.onUnclaimed.rawValue)
          stateMaxAgeSeconds: \(defaults.maximumStateAgeSeconds)
          rules:

        """ + AllRules.list.map { entry(of: $0.descriptor) }.joined() + "  overrides: []\n  exemptions: []\n"
    }

    /// One rule with its defaults.
    private static func entry(of rule: RuleDescriptor) -> String {
        let indentation = String(repeating: " ", count: 6)
        var lines = actions(of: rule)
        // Nothing comes of them before the rule has an action.
        for option in rule.action == .off ? [] : rule.options {
            if let value = option.defaultText { lines.append("\(option.key): \(value)") }
        }
        return comment(on: rule) + "    \(rule.id):\n" + lines.map { "\(indentation)\($0)\n" }.joined()
    }

    /// An action in an entry is that of all its reasons, so that one whose default depends on the generation leaves no room.
    static func actions(of rule: RuleDescriptor) -> [String] {
        if rule.reasons.contains(where: \.dependsOnGeneration) { return [] }
        let reasons = rule.reasons.compactMap { reason in
            reason.defaultAction(generation: defaults.generation).map { "\(reason.rawValue): \($0.rawValue)" }
        }
        let action = "action: \(rule.action.rawValue)"
        return reasons.isEmpty ? [action] : [action, "reasons: { \(reasons.joined(separator: ", ")) }"]
    }

    /// Says what an entry without an action does.
    private static func comment(on rule: RuleDescriptor) -> String {
        guard rule.reasons.contains(where: \.dependsOnGeneration) else { return "" }
        func action(_ reason: Reason, _ generation: Generation) -> Action? {
            reason.defaultAction(generation: generation)
        }
        var sentences: [String] = []
        for reason in rule.reasons {
            let with = Generation.allCases.filter { action(reason, $0) != nil }
            guard let generation = with.first, let action = action(reason, generation) else { continue }
            let word = action == .deny ? "denial" : "warning"
            let always = "is a \(word) unless said otherwise here"
            let sometimes = " with \(with.map(\.rawValue).joined(separator: ", "))"
            sentences.append(
                sentences.isEmpty
                    ? "\(reason.rawValue) \(always)\(reason.dependsOnGeneration ? sometimes : "")"
                    : "\(reason.rawValue)\(reason.dependsOnGeneration ? sometimes : "")"
            )
        }
        return "    # " + sentences.joined(separator: ", and ") + ".\n"
    }
}
