internal import AgentRuns
internal import JSONPull

/// Whether a judgement on objects with texts withheld read what is not known.
extension RunUnderReview {
    /// True when a branch, a repository or a prompt that rules look at is only known by its measures, and those do not do; `standIn`
    /// is what stands for such a text.
    func restsOnMeasuredText(_ standIn: ExactString) -> Bool {
        let names =
            heads.map(\.head.name) + repositories.compactMap { $0?.name.written }
            + runAndSteps.compactMap { base(of: $0) }
        return names.contains { $0.contains(standIn) }
            || prompts.contains { prompt in
                [prompt.winner, prompt.hidden].contains { $0?.text?.lacksMeasures(for: generation) == true }
            }
    }
}

extension PolicyEngine {
    /// The same of the run before an update, with which findings are compared.
    func restsOnMeasuredText(
        _ standIn: ExactString,
        _ old: AgentRun?,
        of subject: SubmittedRun,
        _ state: (any ClusterLookup)?,
        _ now: Timestamp
    ) -> Bool {
        guard let old else { return false }
        return RunUnderReview(subject.with(old), state: state, now: now, policy: policy)
            .restsOnMeasuredText(standIn)
    }
}

extension ObjectUnderReview {
    /// The same of an object of another kind; of those only an ImplementationSpec has a text that is looked at.
    func restsOnMeasuredText(_ generation: Generation) -> Bool {
        guard case .implementationSpec(let spec, _) = self, let implementation = spec.implementation else {
            return false
        }
        return (implementation.text ?? implementation.summary)?.lacksMeasures(for: generation) == true
    }
}

extension PromptText {
    fileprivate func lacksMeasures(for generation: Generation) -> Bool {
        switch self {
        case .whole: false
        case .measured(_, _, let tokens): tokens.hasOmissions(for: generation)
        case .withheld(let text): text.lacksTokens(for: generation)
        }
    }
}
