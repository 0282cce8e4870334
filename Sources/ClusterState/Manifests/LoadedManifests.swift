internal import AgentRuns
package import JSONPull

/// The objects of a number of manifests, indexed; of several of one name the last counts.
package struct LoadedManifests: Sendable {
    package internal(set) var report = ManifestsReport()
    /// Where the objects are from; the first stands for none.
    var files: [ManifestFile?] = [nil]
    var objects: ClusterObjects

    private let limits: ManifestsLimits
    /// Of objects that name none.
    private let defaultNamespace: ExactString
    private let keepsRunsWithoutStatus: Bool
    private let keepsUnnamed: Bool
    /// Runs that may get a status from another set; see `keepsRunsWithoutStatus` of the initialiser.
    private(set) var runsWithoutStatus: [ObjectKey: AgentRun] = [:]
    /// The runs whose status another set asks for.
    var wantedStatuses: Set<ObjectKey> = []
    private var statuses: [ObjectKey: AgentRun.Status] = [:]
    /// Paths of the files that have problems.
    private(set) var brokenFiles: Set<ExactString> = []

    /// Nothing yet.
    ///
    /// `keepsRunsWithoutStatus` is for the files of `check`, whose runs take over the status of the `--state`; `keepsUnnamed`
    /// for all that `check` knows: an object with only a `generateName` is to be created, and does not exist in a cluster.
    package init(
        projection: RunProjection,
        limits: ManifestsLimits = ManifestsLimits(),
        defaultNamespace: ExactString = "default",
        keepsRunsWithoutStatus: Bool = false,
        keepsUnnamed: Bool = false
    ) {
        objects = ClusterObjects(projection: projection)
        self.limits = limits
        self.defaultNamespace = defaultNamespace
        self.keepsRunsWithoutStatus = keepsRunsWithoutStatus
        self.keepsUnnamed = keepsUnnamed
    }

    /// How runs were projected.
    package var projection: RunProjection { objects.projection }

    /// The key of an object, its namespace filled in.
    private func key(of meta: ObjectMeta, name: ExactString) -> ObjectKey {
        ObjectKey(namespace: meta.namespace.isEmpty ? defaultNamespace : meta.namespace, name: name)
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
            case .noObject: report.skipped += 1
            // What is there is meant to be, however it got there.
            case .refused: break
            }
        }
    }

    /// Adds an object of a file that someone else reads; `path` is for problems.
    ///
    /// `part` tells texts of one path apart, so that objects in them without a name are. Returns the key the object has in the
    /// state; nil when it is not in it.
    @discardableResult
    package mutating func add(_ object: ManifestObject, path: String, part: Int = 0) -> ObjectKey? {
        add(object, file: 0, path: path, part: part)
    }

    package mutating func add(_ problem: FileProblem) {
        // Doubtful, but all there.
        guard problem.severity == .error else { return }
        report.problemCount += 1
        brokenFiles.insert(ExactString(problem.file))
        if report.problems.count < limits.maximumProblems { report.problems.append(problem) }
    }

    @discardableResult
    private mutating func add(
        _ object: ManifestObject,
        file: UInt32,
        path: String? = nil,
        part: Int = 0
    ) -> ObjectKey? {
        guard let kind = ClusterKind(group: object.group, kind: object.kind) else {
            report.skipped += 1
            return nil
        }
        let path = path ?? files[Int(file)]?.path ?? ""
        do throws(JSONError) {
            let content = try unsafe kind.object.read(object.json)
            guard content.isWanted else {
                report.skipped += 1
                return nil
            }
            let meta = content.metadata
            guard let name = name(meta, object, path, part) else {
                report.skipped += 1
                if meta.generateName.isEmpty { addProblem("metadata.name is missing (name the object)", object, path) }
                return nil
            }
            let key = key(of: meta, name: name)
            put(content, at: key, hasStatus: object.hasStatus, file: file)
            report.objects[kind, default: 0] += 1
            return key
        } catch {
            addProblem("\(error.reason)", object, path)
            return nil
        }
    }

    /// The name of an object in the state; nil when it is not in it.
    private func name(_ meta: ObjectMeta, _ object: ManifestObject, _ path: String, _ part: Int) -> ExactString? {
        guard meta.name.isEmpty else { return meta.name }
        guard keepsUnnamed, !meta.generateName.isEmpty else { return nil }
        return UnnamedObject.name(prefix: meta.generateName, path: path, part: part, position: object.origin.start)
    }

    private mutating func addProblem(_ message: String, _ object: ManifestObject, _ path: String) {
        add(
            FileProblem(
                file: path,
                position: object.origin.start,
                message: "\(VisibleText.part(ExactString(object.kind))): \(message)"
            )
        )
    }

    private mutating func put(_ object: any KeptObject, at key: ObjectKey, hasStatus: Bool, file: UInt32) {
        object.put(into: &objects, at: key, file: file)
        guard keepsRunsWithoutStatus || !wantedStatuses.isEmpty, let run = object as? AgentRun else { return }
        if keepsRunsWithoutStatus { runsWithoutStatus[key] = hasStatus ? nil : run.withoutInlineImplementations }
        if wantedStatuses.contains(key) { statuses[key] = hasStatus ? run.status : nil }
    }
}

// MARK: Completing

extension LoadedManifests {
    /// Makes what is looked up by namespace; to be called when everything is added.
    mutating func complete() {
        statuses = [:]
        objects.complete()
    }

    /// Puts the objects of `files` over these; a run without a status of its own takes over the one that is here.
    mutating func overlay(_ files: LoadedManifests) {
        objects.merge(files.objects, ObjectMerging(file: { _ in 0 }, replaces: true))
        for (key, run) in files.runsWithoutStatus {
            guard let status = statuses[key] else { continue }
            run.with(status: status).put(into: &objects, at: key, file: 0)
        }
        objects.noteJobs()
    }
}
