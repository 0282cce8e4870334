package import ClusterState
package import JSONPull
package import Policy

/// Makes stores of a cluster state that is in files.
package enum LoadedState {
    /// A store of what is at `paths` now, which may be nothing, and of `files`, which stand over it; objects that name no
    /// namespace are in `namespace`, those without a name count only if `keepsUnnamed`.
    package static func store(
        paths: [String],
        policy: AdmissionPolicy,
        namespace: ExactString = "default",
        keepsUnnamed: Bool = false,
        under files: LoadedManifests? = nil,
        onProblem: (FileProblem) -> Void = { _ in }
    ) throws(CommandFailure) -> ClusterStore {
        let store = ClusterStore.withoutAge(policy: policy)
        do throws(ManifestsError) {
            let objects = try ManifestsSource(defaultNamespace: namespace, keepsUnnamed: keepsUnnamed).loadReadable(
                paths,
                projection: store.projection,
                under: files
            ) { error in
                onProblem(FileProblem(file: error.path, message: "\(error.reason) (\(error.remedy))"))
            }
            for problem in objects.report.problems { onProblem(problem) }
            store.replace(with: objects)
        } catch {
            throw CommandFailure(error)
        }
        return store
    }
}

extension CommandFailure {
    package init(_ error: ManifestsError) {
        self.init("cannot read --state \(error.path): \(error.reason); \(error.remedy)")
    }
}
