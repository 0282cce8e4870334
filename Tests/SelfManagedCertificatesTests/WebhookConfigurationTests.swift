import KubernetesClient
import TLS
import Testing

@testable import SelfManagedCertificates

@Suite struct `A webhook configuration` {
    /// What an API server tells of who has set fields when, in `metadata.managedFields`.
    @Test(
        arguments: [
            (
                #"[{"manager":"a","time":"2026-11-28T10:00:00Z"},{"time":"2026-11-29T10:00:01Z","manager":"b"}]"#,
                1_795_946_401
            ),
            (#"[{"manager":"a","time":"2026-11-28T10:00:00Z"},{"manager":"b"}]"#, nil),
            (#"[{"time":"2026-11-28T10:00:00+01:00"}]"#, nil), (#"[{"time":"2026-02-30T10:00:00Z"}]"#, nil),
            (#"[{"time":"2026-11-28T10:00:0\u0661Z"}]"#, nil), (#"[{"time":7}]"#, nil), ("[]", nil), ("null", nil),
            ("7", nil),
        ] as [(String, Int64?)]
    )
    func `the time of the last change is what all who set a field tell`(managers: String, seconds: Int64?) throws {
        let body = #"{"metadata":{"resourceVersion":"1","managedFields":\#(managers)},"webhooks":[]}"#
        let configuration = try WebhookConfiguration.decode(
            Array(body.utf8),
            service: .init(namespace: "hooks", name: "judge")
        )
        #expect(configuration.facts.changed?.secondsSinceEpoch == seconds)
    }
}
