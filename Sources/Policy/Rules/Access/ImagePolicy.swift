internal import AgentRuns
internal import JSONPull

/// Which images may run (`controller-semantics.md` section 10).
struct ImagePolicy: Rule {
    static let descriptor = RuleDescriptor(
        id: "image-policy",
        title: "Which images may run",
        action: .deny,
        reasons: [.imageBlocked, .imageNotAllowed],
        options: [Keys.allow, Keys.deny],
        patterns: .images,
        asks: .agentProvider
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let allow = RuleOption("allow", "globs; empty is not configured", default: [ExactString]())
        static let deny = RuleOption("deny", "globs, looked at before allow", default: [ExactString]())
    }

    private let allow: GlobList
    private let deny: GlobList

    init(options entry: inout PolicyEntry) {
        allow = GlobList(entry.strings(Keys.allow))
        deny = GlobList(entry.strings(Keys.deny))
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard !allow.isEmpty || !deny.isEmpty, run.run.isPod else { return }
        for unit in run.runAndSteps { checkOwn(unit, run, &findings) }
        guard run.generation.readsProviderWorkload, let image = run.agentProvider?.spec.image else { return }
        // A workload of a step's own replaces the run's as a whole, image and all.
        guard let user = run.units.first(where: { run.workload(of: $0).image == nil }) else { return }
        check(image, FieldPath("spec.agentRef.name"), user: user, run, &findings)
    }

    private func checkOwn(_ unit: RunUnit, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        if let step = unit.step {
            guard let image = step.workload.image else { return }
            check(image, FieldPath(step: step, ".workload.image"), user: unit, run, &findings)
        } else if let image = run.run.spec.workload.image {
            let user = run.units.first { $0.step?.workload.isPresent != true }
            check(image, FieldPath("spec.workload.image"), user: user, run, &findings)
        }
    }

    /// - Parameters:
    ///   - image: as written.
    ///   - field: where it was written, or the reference that led there.
    ///   - user: the first unit it would run for; nil where the controller never looks at it.
    ///   - run: the run.
    ///   - findings: gets the finding.
    private func check(
        _ image: ExactString,
        _ field: FieldPath,
        user: RunUnit?,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let reason: Reason
        let message: String
        if let pattern = deny.match(image) {
            reason = .imageBlocked
            message =
                "Forbidden: \(VisibleText.quoted(image)) matches the denied pattern \(VisibleText.quoted(pattern))"
        } else if !allow.isEmpty, allow.match(image) == nil {
            reason = .imageNotAllowed
            message = "Forbidden: \(VisibleText.quoted(image)) is not an allowed image"
        } else {
            return
        }
        let list = reason == .imageBlocked ? "change deny" : "add it to allow"
        let policy = VisibleText.quoted(ExactString(run.policyName))
        findings.report(
            reason,
            field,
            message,
            "use an allowed image, or \(list) of rule image-policy in policy \(policy)",
            image,
            user.map { ControllerOutcome(.image, reason, place: $0.step?.index ?? 0) }
        )
    }
}

extension RuleID {
    package static let imagePolicy = ImagePolicy.id
}

extension ControllerOutcome.Check {
    static let image = Self(120, workflow: 190, imageFirst: 90)
}

extension Reason {
    static let imageBlocked = Reason(
        "ImageBlocked",
        meaning: "matches the policy's deny",
        example: "workload.image: tools:latest",
        fix: "an allowed image"
    )
    static let imageNotAllowed = Reason(
        "ImageNotAllowed",
        meaning: "matches no allow",
        example: "workload.image: docker.io/tools:1",
        fix: "an allowed image, or the policy"
    )
}
