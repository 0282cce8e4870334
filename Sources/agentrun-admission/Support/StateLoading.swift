internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy

/// Makes stores of cluster state.
enum StateLoading {
    /// An empty store for runs judged by `policy`; `isMirror` says that a source is read again and again, so that its age
    /// matters.
    static func emptyStore(policy: AdmissionPolicy, isMirror: Bool) -> ClusterStore {
        // What only this process knows of is never old.
        let clock: @Sendable () -> Int64 = isMirror ? Clocks.monotonicMilliseconds : Clocks.standingStill
        return ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: clock
        )
    }

    /// A store of what is at `paths` now, which may be nothing, and of `files`, which stand over it; objects that name no
    /// namespace are in `namespace`, those without a name count only if `keepsUnnamed`.
    static func store(
        paths: [String],
        policy: AdmissionPolicy,
        namespace: ExactString = "default",
        keepsUnnamed: Bool = false,
        under files: LoadedManifests? = nil,
        onProblem: (ManifestProblem) -> Void = { _ in }
    ) throws(CommandFailure) -> ClusterStore {
        let store = emptyStore(policy: policy, isMirror: false)
        do throws(ManifestsError) {
            let objects = try ManifestsSource(defaultNamespace: namespace, keepsUnnamed: keepsUnnamed).load(
                paths,
                projection: store.projection,
                under: files
            )
            for problem in objects.report.problems { onProblem(problem) }
            store.replace(with: objects)
        } catch {
            throw CommandFailure(error)
        }
        return store
    }
}

extension CommandFailure {
    init(_ error: ManifestsError) {
        self.init("cannot read --state \(error.path): \(error.reason); \(error.remedy)")
    }
}

extension ClusterStore {
    /// Lets sources read runs as `policy` tells them apart from now on; true if that is a change.
    @discardableResult
    func project(by policy: AdmissionPolicy) -> Bool {
        let projection = RunProjection(repositoryOptions: policy.repositoryOptions, generation: policy.generation)
        guard projection != self.projection else { return false }
        self.projection = projection
        return true
    }
}
