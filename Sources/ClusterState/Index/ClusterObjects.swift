internal import AgentRuns
internal import JSONPull

/// The objects of the cluster state, indexed so that a look-up costs the same however many there are.
struct ClusterObjects: Sendable {
    /// An object and where it was read, an index into ``LoadedManifests/files``.
    struct Filed<Object: Sendable>: Sendable {
        var object: Object
        var file: UInt32
    }

    typealias Table<Object: Sendable> = [ObjectKey: Filed<Object>]

    /// How runs were projected.
    let projection: RunProjection
    var runs = RunIndex()
    var implementationSpecs: Table<ImplementationSpec> = [:]
    var agents: Table<Agent> = [:]
    var agentProviders: Table<AgentProvider> = [:]
    var versionControlProviders: Table<VersionControlProvider> = [:]
    var memories: Table<Memory> = [:]
    var secretBindings: Table<SecretBinding> = [:]
    var jobs = JobIndex()
    /// Names alone.
    var secrets: Table<Void> = [:]
    /// By namespace the first Memory by name with `spec.default: true`.
    private(set) var defaultMemories: [ExactString: Memory] = [:]
    /// By namespace, sorted by name.
    private(set) var bindingsOfNamespace: [ExactString: [SecretBinding]] = [:]
    /// A few texts occur in every run.
    private var texts = SharedTexts()

    init(projection: RunProjection) {
        self.projection = projection
    }

    /// How many objects of that kind there are.
    func count(of kind: ClusterKind) -> Int {
        switch kind {
        case .agentRun: runs.count
        case .implementationSpec: implementationSpecs.count
        case .agent: agents.count
        case .agentProvider: agentProviders.count
        case .versionControlProvider: versionControlProviders.count
        case .memory: memories.count
        case .secretBinding: secretBindings.count
        case .job: jobs.count
        case .secret: secrets.count
        }
    }

    /// Adds an object in place of one of the same kind and key.
    ///
    /// Of Memories and SecretBindings what is looked up by namespace is made by ``complete()``.
    mutating func put(_ object: ClusterObject, at key: ObjectKey, file: UInt32 = 0) {
        switch object {
        case .agentRun(let run): put(ProjectedRun(run, key: key, projection: projection), file: file)
        case .implementationSpec(let spec): implementationSpecs[key] = Filed(object: spec, file: file)
        case .agent(let agent): agents[key] = Filed(object: agent, file: file)
        case .agentProvider(let provider): agentProviders[key] = Filed(object: provider, file: file)
        case .versionControlProvider(let provider): versionControlProviders[key] = Filed(object: provider, file: file)
        case .memory(let memory): memories[key] = Filed(object: memory, file: file)
        case .secretBinding(let binding): secretBindings[key] = Filed(object: binding, file: file)
        case .job(let job): put(job, at: key, file: file)
        case .secret: secrets[key] = Filed(object: (), file: file)
        }
    }

    /// Adds a run that is projected already.
    mutating func put(_ run: ProjectedRun, file: UInt32 = 0) {
        var run = run
        run.key.namespace = texts.share(run.key.namespace)
        run.phase = texts.share(run.phase)
        for index in run.branches.indices {
            run.branches[index].repository = texts.share(run.branches[index].repository)
        }
        runs.insert(run, file: file)
        noteJobs(of: run.key)
    }

    /// Takes the object of that kind and key out, if it is there.
    mutating func remove(_ kind: ClusterKind, at key: ObjectKey) {
        switch kind {
        case .agentRun: runs.remove(key)
        case .implementationSpec: implementationSpecs[key] = nil
        case .agent: agents[key] = nil
        case .agentProvider: agentProviders[key] = nil
        case .versionControlProvider: versionControlProviders[key] = nil
        case .memory: memories[key] = nil
        case .secretBinding: secretBindings[key] = nil
        case .job: removeJob(key)
        case .secret: secrets[key] = nil
        }
    }

    /// Takes all objects of that kind, or those of one namespace, from `other`, which has none beside them.
    mutating func takeOver(_ kind: ClusterKind, in namespace: ExactString?, from other: inout ClusterObjects) {
        switch kind {
        case .agentRun: takeOverRuns(in: namespace, from: &other)
        case .implementationSpec: Self.takeOver(&implementationSpecs, in: namespace, from: &other.implementationSpecs)
        case .agent: Self.takeOver(&agents, in: namespace, from: &other.agents)
        case .agentProvider: Self.takeOver(&agentProviders, in: namespace, from: &other.agentProviders)
        case .versionControlProvider:
            Self.takeOver(&versionControlProviders, in: namespace, from: &other.versionControlProviders)
        case .memory: Self.takeOver(&memories, in: namespace, from: &other.memories)
        case .secretBinding: Self.takeOver(&secretBindings, in: namespace, from: &other.secretBindings)
        case .job: takeOverJobs(in: namespace, from: &other)
        case .secret: Self.takeOver(&secrets, in: namespace, from: &other.secrets)
        }
    }

    /// Everything is exchanged, so that whoever holds `other` frees what was here before.
    private static func takeOver<Object>(
        _ table: inout Table<Object>,
        in namespace: ExactString?,
        from other: inout Table<Object>
    ) {
        if let namespace {
            other.merge(table.filter { $0.key.namespace != namespace }) { new, _ in new }
        }
        swap(&table, &other)
    }

    private mutating func takeOverRuns(in namespace: ExactString?, from other: inout ClusterObjects) {
        if let namespace {
            runs.forEachRun { run in
                guard run.namespace != namespace else { return }
                other.runs.insert(run, branches: runs.branches(of: run.key))
            }
        }
        swap(&runs, &other.runs)
        noteJobs()
    }

    /// Makes what is looked up by namespace; to be called when everything is added.
    mutating func complete() {
        texts = SharedTexts()
        completeMemories()
        completeBindings()
    }

    /// The same after a change of objects of one kind.
    mutating func complete(_ kind: ClusterKind) {
        switch kind {
        case .memory: completeMemories()
        case .secretBinding: completeBindings()
        default: break
        }
    }

    private mutating func completeMemories() {
        defaultMemories = [:]
        for memory in memories.sorted(by: { $0.key < $1.key }) where memory.value.object.isDefault {
            if defaultMemories[memory.key.namespace] == nil {
                defaultMemories[memory.key.namespace] = memory.value.object
            }
        }
    }

    private mutating func completeBindings() {
        bindingsOfNamespace = [:]
        for binding in secretBindings.sorted(by: { $0.key < $1.key }) {
            bindingsOfNamespace[binding.key.namespace, default: []].append(binding.value.object)
        }
    }
}
