internal import AgentRuns
internal import JSONPull

/// How many parameters there may be, of which type and how long (`controller-semantics.md` section 4), and how large an
/// object may be at all (``SizeLimit``).
struct ParameterLimits: Rule {
    static let descriptor = RuleDescriptor(
        id: "parameters",
        title: "Number, type and length of parameters, and the size of what is judged",
        action: .deny,
        kinds: [.agentRun, .implementationSpec, .versionControlProvider],
        reasons: [.tooLarge, .parametersTooLarge, .parameterNotString, .parameterValueTooLarge],
        asks: [.implementationSpec]
    )

    /// Entries of one map.
    static let maximumEntries = 100
    /// Length of a value in UTF-8 bytes.
    static let maximumValueBytes = 2048

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for excess in run.excesses { findings.report(excess.draft) }
        check(run.run.spec.parameters, of: nil, run, &findings)
        for unit in run.stepUnits {
            if let step = unit.step { check(step.parameters, of: step, run, &findings) }
        }
    }

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        for excess in SizeExcess.all(in: object) { findings.report(excess.draft) }
    }

    private func check(
        _ parameters: Parameters,
        of step: WorkflowStep?,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        var map: FieldPath { step.map { FieldPath(step: $0, ".parameters") } ?? FieldPath("spec.parameters") }
        // Of a step only the strings count.
        let count = parameters.entries.count(where: { step == nil || $0.isString })
        if count > Self.maximumEntries {
            let message = "Too many: \(count) entries, and the controller takes at most \(Self.maximumEntries)"
            let remedy = "put long input into the ImplementationSpec"
            let outcome = ControllerOutcome.ofParameter(.parametersTooLarge, of: step, at: -1)
            findings.report(.parametersTooLarge, map, message, remedy, parameters.identity, outcome)
        }
        for place in parameters.entries.indices where parameters.entries[place].mayBreakLimits {
            let entry = parameters.entries[place]
            if let length = entry.value.byteCount {
                guard length > Self.maximumValueBytes else { continue }
                if isLeftToPromptOverride(entry, run) { continue }
                let message = "Too long: \(length) bytes, and the controller takes at most \(Self.maximumValueBytes)"
                let remedy = "shorten it, or put it into the ImplementationSpec"
                let outcome = ControllerOutcome.ofParameter(.parameterValueTooLarge, of: step, at: place)
                let value = entry.value.identity
                findings.report(.parameterValueTooLarge, map.member(entry.key), message, remedy, value, outcome)
            } else if step == nil {
                // The controller drops such an entry of a step in silence.
                checkType(of: entry, at: place, map.member(entry.key), run, &findings)
            }
        }
    }

    private func checkType(
        of entry: Parameters.Entry,
        at place: Int,
        _ field: FieldPath,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        guard case .other(let other) = entry.value, case .notString(let kind, let json) = other.content,
            !isLeftToPromptOverride(entry, run)
        else { return }
        let message = "Invalid value: a parameter must be a string, and this is of type \(kind.rawValue)"
        let outcome = ControllerOutcome.ofParameter(.parameterNotString, of: nil, at: place)
        findings.report(.parameterNotString, field, message, "put it in quotes", json, outcome)
    }

    /// A controller that refuses the key looks at it first.
    private func isLeftToPromptOverride(_ entry: Parameters.Entry, _ run: RunUnderReview) -> Bool {
        run.generation.forbidsPromptParameter && entry.isPromptInAnyCase
    }
}

extension Parameters.Entry {
    /// Whether the value is none of the short strings that nearly all are.
    fileprivate var mayBreakLimits: Bool {
        if case .string(let text) = value { text.string.utf8.count > ParameterLimits.maximumValueBytes } else { true }
    }
}

extension RuleID {
    package static let parameters = ParameterLimits.id
}

extension ControllerOutcome.Check {
    static let parameters = Self(60)
}

extension Reason {
    static let tooLarge = Reason(
        "TooLarge",
        meaning: "larger than a limit of policy.md allows; when that denies, nothing else is judged",
        example: "300 steps",
        fix: "split or shorten it"
    )
    static let parametersTooLarge = Reason(
        "ParametersTooLarge",
        meaning: "more than 100 entries",
        example: "101 parameters",
        fix: "put long input into the ImplementationSpec"
    )
    static let parameterNotString = Reason(
        "ParameterNotString",
        meaning: "not a string",
        example: "parameters: {issue: 7}",
        fix: "put it in quotes",
        mend: .quoting
    )
    static let parameterValueTooLarge = Reason(
        "ParameterValueTooLarge",
        meaning: "more than 2,048 bytes",
        example: "a long parameter",
        fix: "put it into the ImplementationSpec"
    )
}

extension Mend {
    /// A list or a map has no text that is surely meant.
    fileprivate static let quoting = Mend { mended in
        let isScalar = mended.value.utf8.first != UInt8(ascii: "{") && mended.value.utf8.first != UInt8(ascii: "[")
        return mended.isExact && isScalar ? [.replace(path: mended.pointer, value: mended.value)] : []
    }
}
