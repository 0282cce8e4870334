import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Image policy` {
    private static let lists = "  rules: {image-policy: {allow: ['ghcr.io/acme/*'], deny: ['*:latest']}}"

    @Test(arguments: [
        ("workload: {image: 'ghcr.io/acme/a:1'}", []), ("workload: {}", []),
        ("workload: {image: 'ghcr.io/acme/a:latest'}", ["ImageBlocked spec.workload.image Deny"]),
        ("workload: {image: 'docker.io/a:1'}", ["ImageNotAllowed spec.workload.image Deny"]),
        ("workload: {image: 'GHCR.io/acme/a:1'}", ["ImageNotAllowed spec.workload.image Deny"]),
        ("runtime: {type: custom, config: {endpoint: e}}, workload: {image: x}", []),
        (
            "runtime: {type: workflow}, workflow: {steps: [{name: a}, {name: b, workload: {image: x}}]}",
            ["ImageNotAllowed spec.workflow.steps[1].workload.image Deny"]
        ),
    ])
    func `section 10`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec), policy: Self.lists).summary(of: .imagePolicy) == expected)
        #expect(try judge(run(spec)).summary(of: .imagePolicy).isEmpty)
    }

    private static let state = documents(
        object("Agent", "a", "providerRef: {name: p}"),
        object("AgentProvider", "p", "workload: {image: 'docker.io/p:1'}")
    )

    @Test(arguments: [
        ("", ["ImageNotAllowed spec.agentRef.name Deny"]), ("workload: {image: 'ghcr.io/acme/a:1'}", []),
        (
            "runtime: {type: workflow}, workload: {image: 'ghcr.io/acme/a:1'}, "
                + "workflow: {steps: [{name: a, workload: {volumes: []}}]}",
            ["ImageNotAllowed spec.agentRef.name Deny"]
        ),
    ])
    func `the provider's image stands in with August, section 10`(spec: String, expected: [String]) throws {
        let verdict = try judge(run(spec), policy: Self.lists, state: Self.state, generation: .august2026)
        #expect(verdict.summary(of: .imagePolicy) == expected)
        #expect(try judge(run(spec), policy: Self.lists, state: Self.state).summary(of: .imagePolicy).isEmpty)
    }

    @Test func `says which list, and predicts only what is run`() throws {
        let verdict = try judge(run("workload: {image: 'a:latest'}"), policy: Self.lists)
        #expect(
            verdict.lines(of: .imagePolicy) == [
                """
                [ImageBlocked] spec.workload.image: Forbidden: "a:latest" matches the denied pattern "*:latest" (use an allowed \
                image, or change deny of rule image-policy in policy "p")
                """
            ]
        )
        #expect(verdict.explanation.predicted == "InvalidSpec/ImageBlocked")
        let steps = "{name: a, workload: {image: x}}, {name: b, workload: {image: 'y:latest'}}"
        let both = "runtime: {type: workflow}, workflow: {steps: [\(steps)]}"
        #expect(
            try judge(run(both), policy: Self.lists).explanation.predicted == "InvalidSpec/ImageNotAllowed"
        )
        let unused = "runtime: {type: workflow}, workload: {image: x}, workflow: {steps: [{name: a, workload: {}}]}"
        #expect(try judge(run(unused), policy: Self.lists).explanation.predicted == nil)
    }
}
