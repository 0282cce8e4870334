internal import AdmissionServer
internal import ClusterState
internal import Policy
internal import TLS

extension HealthCheck {
    /// The certificate is valid now.
    static func certificate(_ context: Current<TLSServerContext>, _ record: ReloadRecord) -> HealthCheck {
        HealthCheck(name: record.name, note: HealthCheck.reload(record).note) {
            let pair = context.value.pair
            return pair.notAfter < .now() ? "the serving certificate expired at \(pair.notAfter)" : nil
        }
    }

    /// There is cluster state to judge by.
    ///
    /// How old it is decides the policy in each verdict.
    static func state(_ store: ClusterStore) -> HealthCheck {
        HealthCheck(name: "state") {
            guard case .unavailable(let reason) = store.condition else { return nil }
            return TerminalText.line(reason)
        }
    }
}
