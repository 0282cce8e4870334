import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Service account` {
    private static func state(_ provider: String = "") -> String {
        documents(
            object("Agent", "a", "providerRef: {name: p}, security: {allowedServiceAccounts: [runner]}"),
            object("AgentProvider", "p", provider)
        )
    }

    @Test(arguments: [
        ("runtime: {type: job, config: {serviceAccount: runner}}", [], []),
        (
            "runtime: {type: job, config: {serviceAccount: admin}}",
            ["ServiceAccountNotAllowed spec.runtime.config.serviceAccount Deny"],
            ["ServiceAccountNotAllowed spec.runtime.config.serviceAccount Deny"]
        ),
        (
            "runtime: {type: job, config: {serviceAccountName: admin}}", [],
            ["ServiceAccountNotAllowed spec.runtime.config.serviceAccountName Deny"]
        ),
        ("runtime: {type: custom, config: {endpoint: e, serviceAccount: admin}}", [], []),
        ("runtime: {type: job}", [], []),
    ])
    func `section 10`(spec: String, february: [String], august: [String]) throws {
        #expect(try judge(run(spec), state: Self.state()).summary(of: .serviceAccount) == february)
        #expect(
            try judge(run(spec), state: Self.state(), generation: .august2026).summary(of: .serviceAccount) == august
        )
    }

    @Test func `comes from the provider with August, then from the policy's default, section 10`() throws {
        let job = run("runtime: {type: job}")
        let provider = Self.state("workload: {serviceAccountName: admin}")
        #expect(
            try judge(job, state: provider, generation: .august2026).summary(of: .serviceAccount) == [
                "ServiceAccountNotAllowed spec.agentRef.name Deny"
            ]
        )
        let policy = "  rules: {service-account: {default: other}}"
        let verdict = try judge(job, policy: policy, state: Self.state())
        #expect(
            verdict.lines(of: .serviceAccount) == [
                """
                [ServiceAccountNotAllowed] spec.runtime.config.serviceAccount: Forbidden: service account "other" is not in \
                spec.security.allowedServiceAccounts of Agent "a" (use an allowed service account, or add it to the Agent)
                """
            ]
        )
        #expect(verdict.explanation.predicted == "InvalidSpec/ServiceAccountNotAllowed")
    }

    @Test func `an Agent that lists none allows all`() throws {
        let spec = run("runtime: {type: job, config: {serviceAccount: admin}}")
        let state = documents(object("Agent", "a", "providerRef: {name: p}"), object("AgentProvider", "p"))
        #expect(try judge(spec, state: state).summary(of: .serviceAccount).isEmpty)
    }
}
