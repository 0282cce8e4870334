internal import AgentRuns
internal import JSONPull

/// Whether a judgement on what a decision log keeps of an object read what it does not keep.
extension RunUnderReview {
    /// True when a branch, a repository or a prompt that rules look at is only known by its measures, and those do not do.
    var restsOnRedactedText: Bool {
        let names =
            heads.map(\.head.name) + repositories.compactMap { $0?.name.written }
            + runAndSteps.compactMap { base(of: $0) }
        return names.contains { $0.contains(RedactedText.standIn) }
            || prompts.contains { prompt in
                [prompt.winner, prompt.hidden].contains { $0?.text?.lacksMeasures(for: generation) == true }
            }
    }
}

extension PolicyEngine {
    /// The same of the run before an update, with which findings are compared.
    func restsOnRedactedText(
        _ old: AgentRun?,
        of subject: Subject,
        _ state: (any ClusterLookup)?,
        _ now: Timestamp
    ) -> Bool {
        guard let old else { return false }
        return RunUnderReview(subject.with(old), state: state, now: now, policy: policy).restsOnRedactedText
    }
}

extension ObjectUnderReview {
    /// The same of an object of another kind; of those only an ImplementationSpec has a text that is looked at.
    func restsOnRedactedText(_ generation: Generation) -> Bool {
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
        case .redacted(let text): text.lacksTokens(for: generation)
        }
    }
}
