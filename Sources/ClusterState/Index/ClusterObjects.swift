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
    /// By namespace, in the order of the names; no table is empty.
    typealias NamespaceTables<Object: Sendable> = [ExactString: SortedTable<ExactString, Object>]

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
    /// Those with `spec.default: true`.
    private(set) var defaultMemories: NamespaceTables<Memory> = [:]
    private(set) var bindingsOfNamespace: NamespaceTables<SecretBinding> = [:]
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
    mutating func put(_ object: ClusterObject, at key: ObjectKey, file: UInt32 = 0) {
        switch object {
        case .agentRun(let run): put(ProjectedRun(run, key: key, projection: projection), file: file)
        case .implementationSpec(let spec): implementationSpecs[key] = Filed(object: spec, file: file)
        case .agent(let agent): agents[key] = Filed(object: agent, file: file)
        case .agentProvider(let provider): agentProviders[key] = Filed(object: provider, file: file)
        case .versionControlProvider(let provider): versionControlProviders[key] = Filed(object: provider, file: file)
        case .memory(let memory):
            memories[key] = Filed(object: memory, file: file)
            Self.note(memory.isDefault ? memory : nil, at: key, in: &defaultMemories)
        case .secretBinding(let binding):
            secretBindings[key] = Filed(object: binding, file: file)
            Self.note(binding, at: key, in: &bindingsOfNamespace)
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
        case .memory:
            memories[key] = nil
            Self.note(nil, at: key, in: &defaultMemories)
        case .secretBinding:
            secretBindings[key] = nil
            Self.note(nil, at: key, in: &bindingsOfNamespace)
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
        case .memory:
            Self.takeOver(&memories, in: namespace, from: &other.memories)
            Self.takeOver(&defaultMemories, in: namespace, from: &other.defaultMemories)
        case .secretBinding:
            Self.takeOver(&secretBindings, in: namespace, from: &other.secretBindings)
            Self.takeOver(&bindingsOfNamespace, in: namespace, from: &other.bindingsOfNamespace)
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

    private static func takeOver<Object>(
        _ tables: inout NamespaceTables<Object>,
        in namespace: ExactString?,
        from other: inout NamespaceTables<Object>
    ) {
        if let namespace {
            other.merge(tables.filter { $0.key != namespace }) { new, _ in new }
        }
        swap(&tables, &other)
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

    /// Makes what is looked up by namespace of tables that were filled by other ways than the functions `put`; to be called
    /// when everything is added.
    mutating func complete() {
        texts = SharedTexts()
        defaultMemories = [:]
        for (key, memory) in memories where memory.object.isDefault {
            Self.note(memory.object, at: key, in: &defaultMemories)
        }
        bindingsOfNamespace = [:]
        for (key, binding) in secretBindings { Self.note(binding.object, at: key, in: &bindingsOfNamespace) }
    }

    /// Puts an object into the table of its namespace, or with nil takes it out.
    private static func note<Object>(_ object: Object?, at key: ObjectKey, in tables: inout NamespaceTables<Object>) {
        if let object {
            tables[key.namespace, default: SortedTable()].put(object, at: key.name)
        } else if tables[key.namespace] != nil {
            tables[key.namespace]?.remove(key.name)
            if tables[key.namespace]?.isEmpty == true { tables[key.namespace] = nil }
        }
    }
}
