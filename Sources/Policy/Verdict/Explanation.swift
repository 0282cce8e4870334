package import AgentRuns
package import JSONPull
internal import OrderedCollections

/// What a verdict rests on, whether or not there was anything to complain about.
///
/// Never a prompt's text; names are fit to print and cut. A class, as part of a ``Verdict`` that is filled where it is.
// Unchecked: nothing is set once the engine has returned the verdict.
package final class Explanation: @unchecked Sendable {
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
    package private(set) var prompts: [Prompt] = []
    /// Steps that run, or 1 for the run itself: how many entries ``prompts`` has when none lacks a prompt.
    package private(set) var unitCount = 0
    /// The repository of the run, else of the first step that has one, as written.
    package private(set) var repository: ExactString?
    package private(set) var base: ExactString?
    package private(set) var head: ExactString?
    package private(set) var vcsMode: VcsMode?
    /// Name of the VersionControlProvider.
    package private(set) var vcsProvider: ExactString?
    /// Names of all secrets the run would use, each once.
    package private(set) var secrets: [ExactString] = []
    /// `InvalidSpec/SecretNotAllowed`: how the controller would end the run, nil when nothing says that it would.
    package internal(set) var predicted: String?
    /// Age of the cluster state in milliseconds; nil without state.
    package internal(set) var stateAgeMilliseconds: Int?

    init() {}

    /// Each name once, in order.
    private static func distinctNames(_ secrets: [RunSecret]) -> [ExactString] {
        // A few are compared sooner than hashed.
        guard secrets.count <= 8 else { return OrderedSet(secrets.lazy.map { $0.name }).elements }
        var names: [ExactString] = []
        for secret in secrets where !names.contains(secret.name) {
            if names.isEmpty { names.reserveCapacity(secrets.count) }
            names.append(secret.name)
        }
        return names
    }

    /// Takes what the rules found out about a run.
    func describe(_ run: RunUnderReview) {
        unitCount = run.units.count
        prompts.reserveCapacity(unitCount)
        for prompt in run.prompts {
            guard let winner = prompt.winner else { continue }
            let overrides = prompt.hidden.map { [Prompt.Source($0)] } ?? []
            prompts.append(
                Prompt(step: prompt.unit.step?.name.visible, source: Prompt.Source(winner), overrides: overrides)
            )
        }
        vcsMode = run.mode
        head = run.heads.first?.head.name.visible
        repository = run.repositories.lazy.compactMap { $0 }.first?.name.told.visible
        for unit in run.runAndSteps {
            if vcsProvider == nil { vcsProvider = run.providerReference(of: unit)?.0.visible }
            if base == nil { base = unit.metadata.text(.base)?.visible }
        }
        if base == nil {
            base = run.runAndSteps.lazy.compactMap { run.provider(of: $0)?.object.spec.baseBranch }.first?.visible
        }
        secrets = Self.distinctNames(run.secrets).map { $0.visible }
    }
}
