internal import AgentRuns
internal import JSONPull

/// A time to live in `spec.runtime.config` instead of `spec`, where it is another one or none.
struct MisplacedTtl: Rule {
    static let descriptor = RuleDescriptor(
        id: "misplaced-ttl",
        title: "A time to live in runtime.config, which is not the run's",
        action: .warn,
        reasons: [.misplacedTtl]
    )

    /// The remedy of what changes nothing when it goes.
    static let removal = "remove it"

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for (key, value) in run.run.spec.runtime.timesToLive {
            let field = FieldPath("spec.runtime.config").member(ExactString(key.description))
            let isJobs = run.run.isPod && key.description == "ttlSecondsAfterFinished"
            let (message, remedy) = isJobs ? Self.ofJob(run.run.spec) : Self.ofNobody(run.run.spec)
            let draft = RuleFindings.Draft(
                reason: .misplacedTtl,
                field: field,
                message: message,
                remedy: remedy,
                values: [value]
            )
            findings.report(draft)
        }
    }

    /// What the controller reads, but not for the run (`controller-semantics.md` section 13.1).
    private static func ofJob(_ spec: AgentRun.Spec) -> (message: String, remedy: String) {
        let message =
            "Forbidden: here it is the time the runner's Job is kept (30 s to 7 days, 0 or less none), not the run: "
        return spec.hasTimeToLive
            ? (
                message + "spec.ttlSecondsAfterFinished is in force for that as well",
                "remove it, unless the Job is meant"
            )
            : (
                message + "the run is kept for as long as the controller's default says",
                "move it to spec.ttlSecondsAfterFinished, unless the Job is meant"
            )
    }

    private static func ofNobody(_ spec: AgentRun.Spec) -> (message: String, remedy: String) {
        let message = "Forbidden: nothing reads a time to live here; "
        return spec.hasTimeToLive
            ? (message + "spec.ttlSecondsAfterFinished is in force", removal)
            : (
                message + "the run is kept for as long as the controller's default says",
                "move it to spec.ttlSecondsAfterFinished"
            )
    }
}

extension RuleID {
    package static let misplacedTtl = MisplacedTtl.id
}

extension Reason {
    static let misplacedTtl = Reason(
        "MisplacedTTL",
        meaning:
            "a time to live in runtime.config is the runner's Job's (ttlSecondsAfterFinished at job and workflow) or nobody's",
        example: "runtime.config.ttlSecondsAfterFinished: 60",
        fix: "move it to spec.ttlSecondsAfterFinished",
        mend: .move
    )
}

extension Mend {
    fileprivate static let move = Mend(dependingOn: "spec.ttlSecondsAfterFinished") { mended in
        guard mended.isExact else { return [] }
        guard mended.presentFields["spec.ttlSecondsAfterFinished"] != nil else {
            return [.move(from: mended.pointer, path: "/spec/ttlSecondsAfterFinished")]
        }
        // The time of the Job and that of the run can both be meant.
        return mended.finding.remedy == MisplacedTtl.removal ? [.remove(path: mended.pointer)] : []
    }
}
