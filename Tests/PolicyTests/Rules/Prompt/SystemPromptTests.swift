import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `System prompt` {
    private static let reference = "systemPromptRef: {kind: Secret, name: s, key: k}, secrets: [s]"

    @Test(
        arguments: [
            ("systemPrompt: be kind", [], nil), ("systemPrompt: null", [], nil), ("systemPrompt: ' '", [], nil),
            (reference, [], nil), ("systemPromptRef: {kind: config-map, name: c, key: k}", [], nil),
            ("systemPrompt: 7", ["InvalidSystemPrompt spec.systemPrompt Deny"], "InvalidSpec/InvalidSystemPrompt"),
            (
                "systemPrompt: \(String(repeating: "x", count: 16_385))",
                ["SystemPromptTooLong spec.systemPrompt Deny"],
                "InvalidSpec/SystemPromptTooLong"
            ),
            ("systemPrompt: \(String(repeating: "x", count: 16_384))", [], nil),
            ("systemPrompt: \(String(repeating: "é", count: 16_384))", [], nil),
            (
                "systemPrompt: \(String(repeating: "😀", count: 8193))", ["SystemPromptTooLong spec.systemPrompt Deny"],
                "InvalidSpec/SystemPromptTooLong"
            ),
            (
                "systemPromptRef: {kind: Pod, name: s, key: k}", ["InvalidSystemPromptRef spec.systemPromptRef Deny"],
                "InvalidSpec/InvalidSystemPromptRef"
            ),
            (
                "systemPromptRef: {kind: Secret, name: s}, secrets: [s]",
                ["InvalidSystemPromptRef spec.systemPromptRef Deny"], "InvalidSpec/InvalidSystemPromptRef"
            ),
            (
                "systemPromptRef: x", ["InvalidSystemPromptRef spec.systemPromptRef Deny"],
                "InvalidSpec/InvalidSystemPromptRef"
            ),
            ("systemPrompt: hi, \(reference)", ["AmbiguousSystemPrompt spec.systemPrompt Deny"], nil),
            (
                "systemPrompt: 7, \(reference)",
                ["AmbiguousSystemPrompt spec.systemPrompt Deny", "InvalidSystemPrompt spec.systemPrompt Deny"], nil
            ),
        ] as [(String, [String], String?)]
    )
    func `with February is the run's, section 6`(spec: String, expected: [String], predicted: String?) throws {
        let verdict = try judge(run(spec))
        #expect(verdict.summary(of: .systemPrompt) == expected)
        #expect(verdict.explanation.predicted == predicted)
    }

    @Test(arguments: [
        ("", []), ("systemPrompt: hi", ["SystemPromptOverrideNotAllowed spec.systemPrompt Deny"]),
        (
            "systemPrompt: 7, systemPromptRef: {}",
            [
                "SystemPromptOverrideNotAllowed spec.systemPrompt Deny",
                "SystemPromptOverrideNotAllowed spec.systemPromptRef Deny",
            ]
        ),
        ("systemPrompt: null", []),
    ])
    func `with August is forbidden, section 6`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec), generation: .august2026).summary(of: .systemPrompt) == expected)
    }

    @Test(arguments: [
        ("", ["MissingSystemPromptConfiguration spec.agentRef.name Deny"]),
        ("defaults: {systemPrompt: ' '}", ["MissingSystemPromptConfiguration spec.agentRef.name Deny"]),
        ("defaults: {systemPrompt: hi}", []), ("defaults: {systemPromptRef: {kind: ConfigMap, name: c, key: k}}", []),
    ])
    func `with August must be the Agent's, section 6`(agent: String, expected: [String]) throws {
        let provider = agent.isEmpty ? "providerRef: {name: p}" : "providerRef: {name: p}, " + agent
        let state = documents(object("Agent", "a", provider), object("AgentProvider", "p"))
        let verdict = try judge(run(""), state: state, generation: .august2026)
        #expect(verdict.summary(of: .systemPrompt) == expected)
        #expect(
            verdict.explanation.predicted
                == (expected.isEmpty ? nil : "InvalidSpec/MissingSystemPromptConfiguration")
        )
        #expect(try judge(run(""), state: state).summary(of: .systemPrompt).isEmpty)
    }

    @Test(arguments: [
        ("systemPrompt: hi", []), ("systemPrompt: 7", ["InvalidSystemPrompt spec.defaults.systemPrompt Deny"]),
        ("systemPromptRef: {kind: Secret}", ["InvalidSystemPromptRef spec.defaults.systemPromptRef Deny"]),
        (
            "systemPrompt: \(String(repeating: "x", count: 16_385))",
            ["SystemPromptTooLong spec.defaults.systemPrompt Deny"]
        ),
    ])
    func `of an Agent is judged with the Agent, section 6`(defaults: String, expected: [String]) throws {
        let agent = object("Agent", "a", "defaults: {\(defaults)}")
        #expect(try judge(agent).summary(of: .systemPrompt) == expected)
        #expect(try judge(agent, generation: .august2026).summary(of: .systemPrompt) == expected)
    }

    @Test func `never prints it`() throws {
        let secret = "hush" + String(repeating: "x", count: 16_400)
        let verdict = try judge(run("systemPrompt: \(secret)"))
        #expect(
            verdict.lines(of: .systemPrompt) == [
                """
                [SystemPromptTooLong] spec.systemPrompt: Too long: 16404 UTF-16 code units, and the controller takes at most \
                16384 (shorten it, or put it into a ConfigMap and refer to that)
                """
            ]
        )
    }
}
