package import AgentRuns
package import JSONPull

/// What a verdict rests on, whether or not there was anything to complain about.
///
/// Never a prompt's text.
package struct Explanation: Sendable {
    /// What one unit's agent would be told.
    package struct Prompt: Sendable {
        /// A place, and what is known of the text there.
        package struct Source: Sendable {
            package var source: String
            /// Characters (Unicode scalars); nil when the text is not known.
            package var length: Int?
            /// Hexadecimal; nil when the text is not known.
            package var sha256: String?

            init(_ prompt: EffectivePrompt.Prompt) {
                source = prompt.source.text
                length = prompt.text?.length
                sha256 = prompt.text?.sha256
            }
        }

        /// The step's name; nil for the run itself.
        package var step: ExactString?
        package var source: Source
        /// What the source hides.
        package var overrides: [Source]
    }

    /// One entry a unit that has a prompt.
    package var prompts: [Prompt] = []
    /// Steps that run, or 1 for the run itself: how many entries ``prompts`` has when none lacks a prompt.
    package var unitCount = 0
    /// The repository of the run, else of the first step that has one, as written.
    package var repository: ExactString?
    package var base: ExactString?
    package var head: ExactString?
    package var vcsMode: VcsMode?
    /// Name of the VersionControlProvider.
    package var vcsProvider: ExactString?
    /// Names of all secrets the run would use, each once.
    package var secrets: [ExactString] = []
    /// `InvalidSpec/SecretNotAllowed`: how the controller would end the run, nil when nothing says that it would.
    package var predicted: String?
    /// Age of the cluster state in milliseconds; nil without state.
    package var stateAgeMilliseconds: Int?

    package init() {}

    init(_ run: RunUnderReview) {
        unitCount = run.units.count
        for prompt in run.prompts {
            guard let winner = prompt.winner else { continue }
            let overrides = prompt.hidden.map { [Prompt.Source($0)] } ?? []
            prompts.append(Prompt(step: prompt.unit.step?.name, source: Prompt.Source(winner), overrides: overrides))
        }
        vcsMode = run.mode
        head = run.heads.first?.head.name
        for (index, unit) in run.runAndSteps.enumerated() {
            if repository == nil { repository = run.repositories[index]?.name.written }
            if vcsProvider == nil { vcsProvider = run.providerReference(of: unit)?.0 }
            if base == nil { base = unit.metadata.text(.base) }
        }
        for unit in run.runAndSteps where base == nil { base = run.provider(of: unit)?.object.baseBranch }
        for secret in run.secrets where !secrets.contains(secret.name) { secrets.append(secret.name) }
    }
}
