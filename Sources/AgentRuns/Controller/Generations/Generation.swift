/// Which AgentRun controller runs in the cluster: a name, and the answers to what controllers differ in.
///
/// One generation, one file, with an answer to every question, and its name among ``allCases``. Nothing asks which generation
/// it is. All of it is plain data, so that handing it on costs no retain.
package struct Generation: Sendable {
    /// As policies and flags have it.
    private let name: StaticString

    // MARK: Prompts

    /// Whether a parameter whose key is `prompt`, in any case, is refused; where it is not, it wins over the implementation.
    package var forbidsPromptParameter: Bool
    /// Whether tokens in braces are replaced in the texts of implementations.
    package var rendersTexts: Bool
    /// Whether the codex adapter gives an agent without prompt other texts.
    package var hasPromptOfAdapter: Bool
    /// Whether a run may bring a system prompt of its own; where it may not, it needs one of its Agent's.
    package var takesSystemPromptOfRun: Bool

    // MARK: Metadata

    /// Whether a workflow's stage is one of the names of the run's stage.
    package var knowsWorkflowStage: Bool
    /// Whether an issue's title and body are derived from the implementation for a run without an issue's number.
    package var derivesIssueWithoutNumber: Bool
    /// Whether a run that writes has a head `codex/NAME` where nothing, or nothing usable, names another.
    package var hasDefaultHead: Bool

    // MARK: Steps and pods

    /// Whether a step without a name never runs.
    package var dropsUnnamedSteps: Bool
    /// Whether a run can have a goal with a budget of tokens.
    package var hasGoals: Bool
    /// Whether a step can be run again and again.
    package var hasLoops: Bool
    /// Whether a pod has image, service account and environment of the AgentProvider where the run names none.
    package var readsProviderWorkload: Bool
    /// Whether an AgentProvider has an adapter, which says what its agents may do without asking.
    package var hasProviderAdapters: Bool
    /// Whether the volumes that a provider with ssh needs are named after the run, and cut.
    package var namesVolumesAfterRun: Bool
    /// Whether `runtime.config.serviceAccountName` names the service account, too.
    package var readsServiceAccountName: Bool
    /// Whether a pod's resources are also those of `runtime.config`, names and quantities trimmed.
    package var readsRuntimeResources: Bool
    /// Whether the image is looked at before anything is looked up.
    package var checksImageFirst: Bool

    // MARK: Agents and updates

    /// Whether an Agent's list of sources of work counts.
    package var checksImplementationSource: Bool
    /// Whether an annotation makes a run a template, which never runs itself.
    package var hasTemplates: Bool
    /// Whether the spec of a run that is over must not change either.
    package var locksFinishedRuns: Bool
    /// Whether `spec.goal` is among what must not change.
    package var locksGoal: Bool
}

extension Generation {
    /// An answer to every question.
    package init(
        _ name: StaticString,
        forbidsPromptParameter: Bool,
        rendersTexts: Bool,
        hasPromptOfAdapter: Bool,
        takesSystemPromptOfRun: Bool,
        knowsWorkflowStage: Bool,
        derivesIssueWithoutNumber: Bool,
        hasDefaultHead: Bool,
        dropsUnnamedSteps: Bool,
        hasGoals: Bool,
        hasLoops: Bool,
        readsProviderWorkload: Bool,
        hasProviderAdapters: Bool,
        namesVolumesAfterRun: Bool,
        readsServiceAccountName: Bool,
        readsRuntimeResources: Bool,
        checksImageFirst: Bool,
        checksImplementationSource: Bool,
        hasTemplates: Bool,
        locksFinishedRuns: Bool,
        locksGoal: Bool
    ) {
        self.name = name
        self.forbidsPromptParameter = forbidsPromptParameter
        self.rendersTexts = rendersTexts
        self.hasPromptOfAdapter = hasPromptOfAdapter
        self.takesSystemPromptOfRun = takesSystemPromptOfRun
        self.knowsWorkflowStage = knowsWorkflowStage
        self.derivesIssueWithoutNumber = derivesIssueWithoutNumber
        self.hasDefaultHead = hasDefaultHead
        self.dropsUnnamedSteps = dropsUnnamedSteps
        self.hasGoals = hasGoals
        self.hasLoops = hasLoops
        self.readsProviderWorkload = readsProviderWorkload
        self.hasProviderAdapters = hasProviderAdapters
        self.namesVolumesAfterRun = namesVolumesAfterRun
        self.readsServiceAccountName = readsServiceAccountName
        self.readsRuntimeResources = readsRuntimeResources
        self.checksImageFirst = checksImageFirst
        self.checksImplementationSource = checksImplementationSource
        self.hasTemplates = hasTemplates
        self.locksFinishedRuns = locksFinishedRuns
        self.locksGoal = locksGoal
    }
}

extension Generation: RawRepresentable, CaseIterable, Hashable {
    /// Oldest first.
    package static let allCases = [february2026, august2026]

    /// The one that is assumed where nobody says which controller runs.
    package static var assumed: Generation { february2026 }

    package var rawValue: String { "\(name)" }

    package init?(rawValue: String) {
        guard let generation = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = generation
    }

    /// Names are compared where they lie: nothing is made of them.
    package static func == (lhs: Generation, rhs: Generation) -> Bool {
        lhs.name.withUTF8Buffer { left in rhs.name.withUTF8Buffer { unsafe left.elementsEqual($0) } }
    }

    package func hash(into hasher: inout Hasher) {
        name.withUTF8Buffer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
