package import Policy

extension ClusterStore {
    /// An empty store for runs judged by `policy`; `clock` and `onReservationNews` are as of
    /// ``init(repositoryOptions:generation:sources:reservations:clock:onReservationNews:)``.
    package convenience init(
        policy: AdmissionPolicy,
        clock: @escaping @Sendable () -> Int64,
        onReservationNews: @escaping @Sendable (ReservationNews) -> Void = { _ in }
    ) {
        self.init(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: clock,
            onReservationNews: onReservationNews
        )
    }

    /// An empty store of what is never old, as nobody else changes it.
    package static func withoutAge(
        policy: AdmissionPolicy,
        onReservationNews: @escaping @Sendable (ReservationNews) -> Void = { _ in }
    ) -> ClusterStore {
        ClusterStore(policy: policy, clock: { 0 }, onReservationNews: onReservationNews)
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
