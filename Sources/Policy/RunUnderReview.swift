internal import AgentRuns
internal import JSONPull

/// A run with all that rules ask of it more than once, read the controller's way.
///
/// A class, made once a judgement and used on one thread: what two rules need is worked out once.
final class RunUnderReview {
    let run: AgentRun
    let generation: Generation
    /// The namespace the run is, or will be, in.
    let namespace: ExactString
    let state: (any ClusterLookup)?
    let now: Timestamp
    let repositoryOptions: RepositoryName.Options
    let policyName: String
    /// The run itself, then every step.
    let runAndSteps: [RunUnit]
    /// What an UPDATE changes; nil for a CREATE, and for what is judged as one.
    let update: RunUpdate?
    /// The Agent, if it is found.
    let agent: Agent?
    /// Every secret the run would use.
    private(set) lazy var secrets: [RunSecret] = findSecrets()
    /// The repository of each of ``runAndSteps``, nil where nobody gave one.
    private(set) lazy var repositories: [Repository?] = runAndSteps.map { repository(of: $0) }
    /// The heads of ``runAndSteps``, in order, each with the index of its unit.
    private(set) lazy var heads: [(unit: Int, head: RunUnit.Head)] = findHeads()

    init(
        _ run: AgentRun,
        namespace: ExactString,
        state: (any ClusterLookup)?,
        now: Timestamp,
        policy: AdmissionPolicy,
        update: RunUpdate? = nil
    ) {
        self.update = update
        self.run = run
        self.namespace = namespace
        self.state = state
        self.now = now
        generation = policy.generation
        repositoryOptions = policy.repositoryOptions
        policyName = policy.name
        let generation = policy.generation
        let steps = run.steps(generation: generation)
        var units: [RunUnit] = []
        units.reserveCapacity(steps.count + 1)
        func add(_ step: WorkflowStep?) {
            units.append(
                RunUnit(of: run.spec, step: step, generation: generation) { state?.implementation($0, in: namespace) }
            )
        }
        add(nil)
        for step in steps { add(step) }
        runAndSteps = units
        agent = state.flatMap { state in run.spec.agentName.flatMap { state.agent($0, in: namespace) } }
    }

    /// The run itself.
    var runUnit: RunUnit { runAndSteps[0] }

    /// Every step.
    var stepUnits: ArraySlice<RunUnit> { runAndSteps.dropFirst() }

    /// What executes: the steps of a workflow that has any, else the run.
    var units: ArraySlice<RunUnit> { runAndSteps.count > 1 ? stepUnits : runAndSteps[...] }

    /// What the run may do to its repository.
    var mode: VcsMode { run.spec.vcsPolicy.mode }

    /// What each of ``units`` tells its agent.
    private(set) lazy var prompts: [(unit: RunUnit, prompt: EffectivePrompt)] = units.map {
        ($0, EffectivePrompt(of: $0, generation: generation))
    }

    /// The AgentProvider behind the Agent, if both are found.
    private(set) lazy var agentProvider: AgentProvider? = state.flatMap { state in
        agent?.providerName.flatMap { state.agentProvider($0, in: namespace) }
    }

    /// The workload `unit` would have: a step's own, as a whole, else the run's.
    func workload(of unit: RunUnit) -> Workload {
        if let own = unit.step?.workload, own.isPresent { own } else { run.spec.workload }
    }

    /// A resolved VersionControlProvider with its name and the reference that led there.
    struct Provider {
        var name: ExactString
        var field: FieldPath
        var object: VersionControlProvider
    }

    /// The provider of `unit`: the run's reference, the implementation's, the Agent's.
    ///
    /// Nil if none is found.
    func provider(of unit: RunUnit) -> Provider? {
        guard let state, let (name, field) = providerReference(of: unit) else { return nil }
        return state.versionControlProvider(name, in: namespace).map { Provider(name: name, field: field, object: $0) }
    }

    /// The reference to the provider of `unit`; nil when none is known.
    func providerReference(of unit: RunUnit) -> (ExactString, FieldPath)? {
        if let name = run.spec.vcsRefName { return (name, FieldPath("spec.vcsRef.name")) }
        if let name = unit.implementation?.vcsRefName, let field = unit.implementationField(".vcsRef.name") {
            return (name, field)
        }
        return agent?.vcsRefName.map { ($0, FieldPath("spec.agentRef.name")) }
    }

    /// A repository a unit works on.
    struct Repository {
        var name: RepositoryName
        var field: FieldPath
    }

    private func repository(of unit: RunUnit) -> Repository? {
        guard let value = unit.metadata[.repository] else { return nil }
        let field = unit.field(of: value) ?? FieldPath("spec.parameters.repository")
        return Repository(name: RepositoryName(value.text, options: repositoryOptions), field: field)
    }

    /// The base branch of `unit`: metadata `base`, else the provider's default.
    func base(of unit: RunUnit) -> ExactString? {
        unit.metadata[.base]?.text ?? provider(of: unit)?.object.baseBranch
    }

    /// The head branches the run and its steps would push to.
    private func findHeads() -> [(unit: Int, head: RunUnit.Head)] {
        var heads: [(unit: Int, head: RunUnit.Head)] = []
        for (index, unit) in runAndSteps.enumerated() {
            let resolved = unit.head(
                provider: unit.metadata[.head] == nil ? provider(of: unit)?.object : nil,
                run: run.metadata,
                mode: mode,
                generation: generation
            )
            if let resolved { heads.append((index, resolved)) }
            if let branch = unit.branchParameter { heads.append((index, branch)) }
        }
        return heads
    }

    /// The branches the run takes when it is admitted, each once with the first head that names it: none unless it
    /// writes.
    private(set) lazy var claimedBranches: [(key: BranchKey, head: RunUnit.Head)] = {
        guard mode == .readWrite else { return [] }
        var claimed: [(key: BranchKey, head: RunUnit.Head)] = []
        for (unit, head) in heads {
            guard let repository = repositories[unit]?.name else { continue }
            claimed.append((BranchKey(repository: repository.key, head: head.name), head))
        }
        return claimed
    }()
}
