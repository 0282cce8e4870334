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
    var defaultMemories: NamespaceTables<Memory> = [:]
    var bindingsOfNamespace: NamespaceTables<SecretBinding> = [:]
    /// A few texts occur in every run.
    private var texts = SharedTexts()

    init(projection: RunProjection) {
        self.projection = projection
    }

    /// How many objects of that kind there are.
    func count(of kind: ClusterKind) -> Int { kind.object.count(in: self) }

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

    /// Takes all objects of that kind, or those of one namespace, from `other`, which has none beside them.
    mutating func takeOver(_ kind: ClusterKind, in namespace: ExactString?, from other: inout ClusterObjects) {
        kind.object.takeOver(in: namespace, into: &self, from: &other)
    }

    /// Adds all that `other` has.
    mutating func merge(_ other: ClusterObjects, _ merging: ObjectMerging) {
        for kind in ClusterKind.allCases { kind.object.merge(other, into: &self, merging) }
    }

    /// Everything is exchanged, so that whoever holds `other` frees what was here before.
    static func takeOver<Object>(
        _ table: inout Table<Object>,
        in namespace: ExactString?,
        from other: inout Table<Object>
    ) {
        if let namespace {
            other.merge(table.filter { $0.key.namespace != namespace }) { new, _ in new }
        }
        swap(&table, &other)
    }

    static func takeOver<Object>(
        _ tables: inout NamespaceTables<Object>,
        in namespace: ExactString?,
        from other: inout NamespaceTables<Object>
    ) {
        if let namespace {
            other.merge(tables.filter { $0.key != namespace }) { new, _ in new }
        }
        swap(&tables, &other)
    }

    mutating func takeOverRuns(in namespace: ExactString?, from other: inout ClusterObjects) {
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
        for kind in ClusterKind.allCases { kind.object.makeIndex(of: &self) }
    }

    /// Puts an object into the table of its namespace, or with nil takes it out.
    static func note<Object>(_ object: Object?, at key: ObjectKey, in tables: inout NamespaceTables<Object>) {
        if let object {
            tables[key.namespace, default: SortedTable()].put(object, at: key.name)
        } else if tables[key.namespace] != nil {
            tables[key.namespace]?.remove(key.name)
            if tables[key.namespace]?.isEmpty == true { tables[key.namespace] = nil }
        }
    }
}
