internal import AgentRuns
internal import JSONPull

extension LabelLength {
    /// Another active run of the namespace whose Jobs would have the names of this run's.
    ///
    /// `outcome` is that of the run whose Job is refused: the one that is submitted later, which a run that is there already
    /// need not be.
    func checkJobName(
        _ name: ExactString,
        _ run: RunUnderReview,
        _ outcome: ControllerOutcome?,
        _ findings: inout RuleFindings
    ) {
        guard let state = run.state, run.run.isPod, !run.subject.isPast,
            run.run.standing(generation: run.generation).needsClaims,
            let others = state.jobNamesakes(of: name, in: run.namespace)
        else { return }
        let count = others.count - 1
        let rest = others.count < BranchHolders.maximumJobNameCount ? "more" : "or more"
        let more = count > 0 ? " and \(count) \(rest)" : ""
        let other = HeadBranchConflict.name(others.first, now: run.now)
        findings.report(
            .jobNameCollision,
            FieldPath("metadata.name"),
            """
            Duplicate value: \(VisibleText.quoted(name)) becomes \(VisibleText.quoted(JobName.of(name))) in the names of Jobs, \
            as does the name of run \(other)\(more); the one that is submitted later fails
            """,
            "use \(VisibleText.quoted(ExactString(VolumeNames.shortened(name)))), or wait until that run is over",
            name,
            run.update?.createsRun ?? true ? outcome : nil
        )
    }
}

extension Reason {
    static let jobNameCollision = Reason(
        "JobNameCollision",
        action: .warn,
        meaning: "another active run of the namespace has a name that becomes the same in the names of Jobs",
        example: "a run nightly.1 while nightly-1 runs",
        fix: "the other name the message proposes"
    )
}
