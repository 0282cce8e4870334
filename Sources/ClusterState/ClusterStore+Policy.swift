package import Policy

extension ClusterStore {
    /// An empty store for runs judged by `policy`; `clock` is as of ``init(repositoryOptions:generation:sources:reservations:clock:)``.
    package convenience init(policy: AdmissionPolicy, clock: @escaping @Sendable () -> Int64) {
        self.init(repositoryOptions: policy.repositoryOptions, generation: policy.generation, clock: clock)
    }

    /// An empty store of what is never old, as nobody else changes it.
    package static func withoutAge(policy: AdmissionPolicy) -> ClusterStore {
        ClusterStore(policy: policy) { 0 }
    }

    /// Lets sources read runs as `policy` tells them apart from now on; true if that is a change.
    @discardableResult
    package func project(by policy: AdmissionPolicy) -> Bool {
        let projection = RunProjection(repositoryOptions: policy.repositoryOptions, generation: policy.generation)
        guard projection != self.projection else { return false }
        self.projection = projection
        return true
    }
}
