internal import AdmissionServer
internal import ClusterState
private import JSONPull
internal import Policy
internal import TLS

extension HealthCheck {
    /// The certificate is valid now.
    ///
    /// Of one that replicas keep for themselves `certificate-trust` tells, by the API server's clock and not this machine's.
    static func certificate(
        _ context: Current<TLSServerContext>,
        _ record: ReloadRecord,
        isFile: Bool
    ) -> HealthCheck {
        let note: @Sendable () -> String? = { record.failure }
        return HealthCheck(name: record.name, note: isFile ? HealthCheck.reload(record).note : note) {
            guard isFile else { return nil }
            return context.value.pair.validity.problem(at: .now()).map { "the serving certificate \($0)" }
        }
    }

    /// There is cluster state to judge by.
    ///
    /// How old it is decides the policy in each verdict.
    static func state(_ store: ClusterStore) -> HealthCheck {
        HealthCheck(name: "state") {
            guard case .unavailable(let reason) = store.condition(in: "default") else { return nil }
            return VisibleText.line(reason)
        }
    }

    /// A kind is known, and not from too long ago, if the policy in force needs it.
    ///
    /// A failure that has not lasted long is a note: what is known still is good to judge by. So is all that is wrong with a
    /// kind that the policy does not need.
    static func source(
        _ source: ClusterSource,
        of store: ClusterStore,
        engine: Current<PolicyEngine>,
        readyAgeSeconds: Int
    ) -> HealthCheck {
        let problem: @Sendable () -> String? = {
            switch store.condition(of: source) {
            case .unsynced(nil), nil: return "not listed yet"
            case .unsynced(let reason?), .unknown(let reason): return VisibleText.line(reason)
            case .synced(let heardAt, let reason):
                let age = max(0, store.now - heardAt) / 1000
                guard age > readyAgeSeconds else { return nil }
                return VisibleText.line("last heard of \(age) s ago" + (reason.map { ": \($0)" } ?? ""))
            }
        }
        return HealthCheck(name: "state-\(source.name)") {
            if let problem = problem() { return "the policy does without: \(problem)" }
            guard case .synced(_, let hindrance?) = store.condition(of: source) else { return nil }
            return VisibleText.line(hindrance)
        } problem: {
            // What may be refused is asked for first: a moment later it is known, or known not to be.
            if case .unsynced = store.condition(of: source), source.kind.isOptional { return problem() }
            return engine.value.policy.needs(source.kind) ? problem() : nil
        }
    }
}

extension ClusterSource {
    /// One word: `agentruns` or `agentruns/agents`.
    fileprivate var name: String { namespace.map { "\(kind.resource)/\($0.string)" } ?? kind.resource }
}
