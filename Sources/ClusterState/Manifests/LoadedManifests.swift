internal import AgentRuns
package import JSONPull

/// The objects of a number of manifests, indexed; of several of one name the last counts.
package struct LoadedManifests: Sendable {
    /// An object and the file it is from, an index into ``files``.
    struct Filed<Object: Sendable>: Sendable {
        var object: Object
        var file: UInt32
    }

    typealias Table<Object: Sendable> = [ObjectKey: Filed<Object>]

    package internal(set) var report = ManifestsReport()
    /// Where the objects are from; the first stands for none.
    var files: [ManifestFile?] = [nil]
    var runs = RunIndex()
    var implementationSpecs: Table<ImplementationSpec> = [:]
    var agents: Table<Agent> = [:]
    var agentProviders: Table<AgentProvider> = [:]
    var versionControlProviders: Table<VersionControlProvider> = [:]
    var memories: Table<Memory> = [:]
    var secretBindings: Table<SecretBinding> = [:]
    /// Names alone: a Secret's content is nobody's business here.
    var secrets: Table<Void> = [:]
    /// By namespace the first Memory by name with `spec.default: true`.
    private(set) var defaultMemories: [ExactString: Memory] = [:]
    /// By namespace, sorted by name.
    private(set) var bindingsOfNamespace: [ExactString: [SecretBinding]] = [:]

    /// How runs were projected.
    package let projection: RunProjection
    private let limits: ManifestsLimits
    /// Of objects that name none.
    private let defaultNamespace: ExactString
    private let keepsRunsWithoutStatus: Bool
    /// Runs that may get a status from another set; see ``init(projection:limits:keepsRunsWithoutStatus:)``.
    private(set) var runsWithoutStatus: [ObjectKey: AgentRun] = [:]
    /// The runs whose status another set asks for.
    var wantedStatuses: Set<ObjectKey> = []
    private var statuses: [ObjectKey: AgentRun.Status] = [:]
    /// Paths of the files that have problems.
    private(set) var brokenFiles: Set<String> = []
    /// A few texts occur in every run.
    private var texts: Set<ExactString> = []

    /// Nothing yet.
    ///
    /// `keepsRunsWithoutStatus` is for the files of `check`, whose runs take over the status of the `--state`.
    package init(
        projection: RunProjection,
        limits: ManifestsLimits = ManifestsLimits(),
        defaultNamespace: ExactString = "default",
        keepsRunsWithoutStatus: Bool = false
    ) {
        self.projection = projection
        self.limits = limits
        self.defaultNamespace = defaultNamespace
        self.keepsRunsWithoutStatus = keepsRunsWithoutStatus
    }

    /// The key of an object, its namespace filled in.
    private func key(of meta: ObjectMeta) -> ObjectKey {
        ObjectKey(namespace: shared(meta.namespace.isEmpty ? defaultNamespace : meta.namespace), name: meta.name)
    }

    private func shared(_ text: ExactString) -> ExactString {
        guard let index = texts.firstIndex(of: text) else { return text }
        return texts[index]
    }

    /// Keeps one copy of a text; up to so many that they are worth a look-up.
    private mutating func share(_ text: ExactString) -> ExactString {
        // Up to 15 bytes stand in the String itself.
        guard text.string.utf8.count > 15 else { return text }
        if texts.count < 4096 { return texts.insert(text).memberAfterInsert }
        return shared(text)
    }
}

// MARK: Adding

extension LoadedManifests {
    /// Adds everything in a file.
    package mutating func add(_ text: [UInt8], of file: ManifestFile) {
        files.append(file)
        let index = UInt32(files.count - 1)
        report.files += 1
        report.bytes += text.count
        ManifestReader.objects(in: text, file: file.path) { item in
            switch item {
            case .object(let object): add(object, file: index)
            case .problem(let problem): add(problem)
            }
        }
    }

    /// Adds an object of a file that someone else reads; `path` is for problems.
    package mutating func add(_ object: ManifestObject, path: String) {
        add(object, file: 0, path: path)
    }

    package mutating func add(_ problem: ManifestProblem) {
        // Doubtful, but all there.
        guard problem.severity == .error else { return }
        report.problemCount += 1
        brokenFiles.insert(problem.file)
        if report.problems.count < limits.maximumProblems { report.problems.append(problem) }
    }

    private mutating func add(_ object: ManifestObject, file: UInt32, path: String? = nil) {
        guard let kind = ClusterKind(group: object.group, kind: object.kind) else {
            report.skipped += 1
            return
        }
        do throws(JSONError) {
            let meta = try read(object, kind: kind, file: file)
            guard meta.name.isEmpty else {
                report.objects[kind, default: 0] += 1
                return
            }
            report.skipped += 1
            if meta.generateName.isEmpty {
                addProblem("metadata.name is missing (name the object)", object, file, path)
            }
        } catch {
            addProblem("\(error.reason)", object, file, path)
        }
    }

    private mutating func addProblem(_ message: String, _ object: ManifestObject, _ file: UInt32, _ path: String?) {
        let path = path ?? files[Int(file)]?.path ?? ""
        add(ManifestProblem(file: path, position: object.origin.start, message: "\(object.kind): \(message)"))
    }

    /// Reads and keeps an object; one without a name is only read.
    private mutating func read(
        _ object: ManifestObject,
        kind: ClusterKind,
        file: UInt32
    ) throws(JSONError) -> ObjectMeta {
        switch kind {
        case .agentRun: return add(try object.read(AgentRun.init), hasStatus: object.hasStatus, file: file)
        case .implementationSpec:
            var spec = try object.read(ImplementationSpec.init)
            spec.implementation = spec.implementation?.measured
            return put(spec, spec.metadata, in: \.implementationSpecs, file)
        case .agent:
            let agent = try object.read(Agent.init)
            return put(agent, agent.metadata, in: \.agents, file)
        case .agentProvider:
            let provider = try object.read(AgentProvider.init)
            return put(provider, provider.metadata, in: \.agentProviders, file)
        case .versionControlProvider:
            let provider = try object.read(VersionControlProvider.init)
            return put(provider, provider.metadata, in: \.versionControlProviders, file)
        case .memory:
            let memory = try object.read(Memory.init)
            return put(memory, memory.metadata, in: \.memories, file)
        case .secretBinding:
            let binding = try object.read(SecretBinding.init)
            return put(binding, binding.metadata, in: \.secretBindings, file)
        case .secret: return put((), try object.read(ManifestHeader.init).metadata, in: \.secrets, file)
        }
    }

    private mutating func put<Object>(
        _ object: Object,
        _ meta: ObjectMeta,
        in table: WritableKeyPath<LoadedManifests, Table<Object>>,
        _ file: UInt32
    ) -> ObjectMeta {
        if !meta.name.isEmpty { self[keyPath: table][key(of: meta)] = Filed(object: object, file: file) }
        return meta
    }

    private mutating func add(_ run: AgentRun, hasStatus: Bool, file: UInt32) -> ObjectMeta {
        guard !run.metadata.name.isEmpty else { return run.metadata }
        var key = key(of: run.metadata)
        key.namespace = share(key.namespace)
        insert(run, key: key, file: file)
        if keepsRunsWithoutStatus { runsWithoutStatus[key] = hasStatus ? nil : run.withoutInlineImplementations }
        if wantedStatuses.contains(key) { statuses[key] = hasStatus ? run.status : nil }
        return run.metadata
    }

    private mutating func insert(_ run: AgentRun, key: ObjectKey, file: UInt32) {
        var projected = ProjectedRun(run, key: key, projection: projection)
        projected.phase = share(projected.phase)
        for index in projected.branches.indices {
            projected.branches[index].repository = share(projected.branches[index].repository)
        }
        runs.insert(projected, file: file)
    }
}

// MARK: Completing

extension LoadedManifests {
    /// Makes what is looked up by namespace; to be called when everything is added.
    mutating func complete() {
        texts = []
        statuses = [:]
        defaultMemories = [:]
        for memory in memories.sorted(by: { $0.key < $1.key }) where memory.value.object.isDefault {
            if defaultMemories[memory.key.namespace] == nil {
                defaultMemories[memory.key.namespace] = memory.value.object
            }
        }
        bindingsOfNamespace = [:]
        for binding in secretBindings.sorted(by: { $0.key < $1.key }) {
            bindingsOfNamespace[binding.key.namespace, default: []].append(binding.value.object)
        }
    }

    /// Puts the objects of `files` over these; a run without a status of its own takes over the one that is here.
    mutating func overlay(_ files: LoadedManifests) {
        files.runs.forEachRun { runs.insert($0.from(file: 0), branches: files.runs.branches(of: $0.key)) }
        for (key, run) in files.runsWithoutStatus {
            guard let status = statuses[key] else { continue }
            var run = run
            run.status = status
            insert(run, key: key, file: 0)
        }
        overlay(files, \.implementationSpecs)
        overlay(files, \.agents)
        overlay(files, \.agentProviders)
        overlay(files, \.versionControlProviders)
        overlay(files, \.memories)
        overlay(files, \.secretBindings)
        overlay(files, \.secrets)
    }

    private mutating func overlay<Object>(
        _ files: LoadedManifests,
        _ table: WritableKeyPath<LoadedManifests, Table<Object>>
    ) {
        self[keyPath: table].merge(files[keyPath: table].mapValues { Filed(object: $0.object, file: 0) }) { $1 }
    }
}
