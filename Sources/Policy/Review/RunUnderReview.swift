internal import AgentRuns
internal import JSONPull

/// A run with all that rules ask of it more than once, read the controller's way.
///
/// A class, made once a judgement and used on one thread: what two rules need is worked out once.
final class RunUnderReview {
    let subject: SubmittedRun
    let generation: Generation
    let state: (any ClusterLookup)?
    let now: Timestamp
    let repositoryOptions: RepositoryName.Options
    let policyName: String
    /// The run itself, then every step.
    private(set) lazy var runAndSteps: [RunUnit] = findUnits()
    /// What an UPDATE changes; nil for a CREATE, and for what is judged as one.
    let update: RunUpdate?
    /// The Agent, if it is found.
    let agent: Agent?
    /// Every secret the run would use.
    private(set) lazy var secrets: [RunSecret] = findSecrets()
    /// The repository of each of ``runAndSteps``, nil where nobody gave one.
    private(set) lazy var repositories: [Repository?] = findRepositories()
    /// The base branch of each of ``runAndSteps``: metadata `base`, else the provider's default.
    private(set) lazy var bases: [ExactString?] = runAndSteps.map { base(of: $0) }
    /// The heads of ``runAndSteps``, in order, each with the index of its unit.
    private(set) lazy var heads: [UnitHead] = findHeads()
    /// What each of ``units`` tells its agent.
    private(set) lazy var prompts: [EffectivePrompt] = findPrompts()
    /// What of the run is larger than a limit allows; nearly always nothing.
    private(set) lazy var excesses: [SizeExcess] = SizeExcess.all(in: self)
    /// Whether it was refused for its size, and nothing else of it was judged.
    var isSetAside = false
    /// The ImplementationSpec found last: nearly always all units have the same.
    private var found: (name: ExactString, implementation: Implementation?)?
    /// The branches the run takes when it is admitted, with every head that names one: none unless it writes.
    private(set) lazy var claimedBranches: [ClaimedBranch] = findClaimedBranches()

    init(
        _ subject: SubmittedRun,
        state: (any ClusterLookup)?,
        now: Timestamp,
        policy: borrowing AdmissionPolicy,
        update: RunUpdate? = nil
    ) {
        self.subject = subject
        self.update = update
        self.state = state
        self.now = now
        generation = policy.generation
        repositoryOptions = policy.repositoryOptions
        policyName = policy.name
        let (run, namespace) = (subject.run, subject.namespace)
        agent = state.flatMap { state in run.spec.agentName.flatMap { state.agent($0, in: namespace) } }
    }

    private func findUnits() -> [RunUnit] {
        let steps = run.steps(generation: generation)
        var units: [RunUnit] = []
        units.reserveCapacity(steps.count + 1)
        units.append(RunUnit(of: run.spec, step: nil, generation: generation, specification: specification))
        for step in steps {
            units.append(
                RunUnit(
                    of: run.spec,
                    step: step,
                    generation: generation,
                    like: units.last,
                    specification: specification
                )
            )
        }
        return units
    }

    /// The `spec` of an ImplementationSpec; nil when it is not known.
    func specification(_ name: ExactString) -> Implementation? {
        if let found, found.name == name { return found.implementation }
        let implementation = state?.implementation(name, in: namespace)
        found = (name, implementation)
        return implementation
    }

    private func findPrompts() -> [EffectivePrompt] {
        var texts: [RunMetadata.RunParameter: PromptText] = [:]
        return units.map { EffectivePrompt(of: $0, generation: generation, texts: &texts) }
    }

    /// The run as it was read.
    var run: AgentRun { subject.run }

    /// The namespace the run is, or will be, in.
    var namespace: ExactString { subject.namespace }

    /// Branches that are known to be other runs' because they could not be claimed.
    var claimed: [TakenBranch] { subject.claimed }

    /// The run itself.
    var runUnit: RunUnit { runAndSteps[0] }

    /// Every step.
    var stepUnits: ArraySlice<RunUnit> { runAndSteps.dropFirst() }

    /// What executes: the steps of a workflow that has any, else the run.
    var units: ArraySlice<RunUnit> { runAndSteps.count > 1 ? stepUnits : runAndSteps[...] }

    /// Whether this is a template, and if it is an UPDATE, was one before.
    var staysTemplate: Bool {
        run.isTemplate(generation: generation) && update?.hadTemplateAnnotation ?? true
    }

    /// What the run may do to its repository.
    var mode: VcsMode { run.spec.vcsPolicy.mode }

    /// The AgentProvider behind the Agent, if both are found.
    private(set) lazy var agentProvider: AgentProvider? = state.flatMap { state in
        agent?.spec.providerName.flatMap { state.agentProvider($0, in: namespace) }
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
        return agent?.spec.vcsRefName.map { ($0, FieldPath("spec.agentRef.name")) }
    }

    /// A repository a unit works on.
    ///
    /// A class because several rules look at it, and steps share the run's.
    final class Repository {
        let name: RepositoryName
        let field: FieldPath
        /// Whether it was written with a `${name}`, which nobody replaces: then it names no repository.
        let isPlaceholder: Bool
        /// `RepositoryName.key`.
        private(set) lazy var key: ExactString = name.key

        init(name: RepositoryName, field: FieldPath) {
            (self.name, self.field) = (name, field)
            isPlaceholder = name.written.holdsLiteralToken
        }
    }

    private func findRepositories() -> [Repository?] {
        var shared = SharedByUnits<Repository?>()
        return runAndSteps.map { unit in
            shared.value(unit.metadata.runParameter(.repository)) { repository(of: unit) }
        }
    }

    private func repository(of unit: RunUnit) -> Repository? {
        guard let value = unit.metadata[.repository] else { return nil }
        let field = unit.field(of: value) ?? FieldPath("spec.parameters.repository")
        return Repository(name: RepositoryName(value.text, options: repositoryOptions), field: field)
    }

    /// The base branch of `unit`: metadata `base`, else the provider's default.
    func base(of unit: RunUnit) -> ExactString? {
        unit.metadata.text(.base) ?? provider(of: unit)?.object.spec.baseBranch
    }

    /// A head branch with the index of its unit in ``runAndSteps``.
    struct UnitHead {
        var unit: Int
        var head: RunUnit.Head
    }

    /// The head branches the run and its steps would push to.
    private func findHeads() -> [UnitHead] {
        var heads: [UnitHead] = []
        heads.reserveCapacity(runAndSteps.count)
        var shared = SharedByUnits<RunUnit.Head?>()
        var branches = SharedByUnits<RunUnit.Head?>()
        var last: (metadata: RunMetadata, head: RunUnit.Head?)?
        for (index, unit) in runAndSteps.enumerated() {
            if last?.metadata !== unit.metadata {
                last = (unit.metadata, shared.value(unit.metadata.runParameter(.head)) { head(of: unit) })
            }
            if let head = last?.head { heads.append(UnitHead(unit: index, head: head)) }
            // The runner takes it only where there is no head.
            guard !unit.metadata.has(.head) else { continue }
            if let branch = branches.value(unit.metadata.runParameter(.branch), { unit.branchParameter }) {
                heads.append(UnitHead(unit: index, head: branch))
            }
        }
        return heads
    }

    private func head(of unit: RunUnit) -> RunUnit.Head? {
        unit.head(
            provider: unit.metadata.has(.head) ? nil : provider(of: unit)?.object,
            run: run.metadata,
            namespace: namespace,
            mode: mode,
            generation: generation
        )
    }

    /// A branch the run takes, and the head that names it.
    struct ClaimedBranch {
        var key: BranchKey
        var head: RunUnit.Head
    }

    /// The branches of ``claimedBranches``, each once.
    var distinctBranches: [BranchKey] {
        let all = claimedBranches
        guard all.count > 1 else { return all.map(\.key) }
        var seen: Set<BranchKey> = []
        return all.compactMap { seen.insert($0.key).inserted ? $0.key : nil }
    }

    private func findClaimedBranches() -> [ClaimedBranch] {
        guard mode == .readWrite else { return [] }
        var claimed: [ClaimedBranch] = []
        // A step that takes both from the run claims nothing anew.
        var last: (repository: Repository, head: RunUnit.Head)?
        for found in heads {
            guard let repository = repositories[found.unit], !repository.isPlaceholder, !found.head.isPlaceholder
            else { continue }
            if let last, last.repository === repository, last.head === found.head { continue }
            last = (repository, found.head)
            let key = BranchKey(repository: repository.key, head: found.head.name)
            claimed.append(ClaimedBranch(key: key, head: found.head))
        }
        return claimed
    }
}

/// What units have from the same parameter of the run, made once for all of them.
private struct SharedByUnits<Value> {
    private var last: (parameter: RunMetadata.RunParameter, value: Value)?
    private var others: [RunMetadata.RunParameter: Value] = [:]

    /// The value of `parameter`; what `make` makes when it is new, and always without one.
    mutating func value(_ parameter: RunMetadata.RunParameter?, _ make: () -> Value) -> Value {
        guard let parameter else { return make() }
        // Nearly always there is one.
        if let last, last.parameter == parameter { return last.value }
        if let last { others[last.parameter] = last.value }
        let value = others[parameter] ?? make()
        last = (parameter, value)
        return value
    }
}
