import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Secret allowlist` {
    private static let lists = """
          rules:
            secret-allowlist: {allow: ["codex-*", tool], blocked: ["codex-admin*"]}
        """

    @Test(arguments: [
        ("secrets: [codex-a, tool]", []),
        (
            "secrets: [codex-a, \" other \", codex-admin-1]",
            ["SecretBlocked spec.secrets[2] Deny", "SecretNotAllowed spec.secrets[1] Deny"]
        ),
        ("secrets: [7, other]", ["SecretNotAllowed spec.secrets[1] Deny"]),
        (
            "workload: {volumes: [{name: v}, {name: w, secretName: other}]}",
            ["SecretNotAllowed spec.workload.volumes[1].secretName Deny"]
        ),
        (
            "runtime: {type: workflow}, workflow: {steps: [{name: a, workload: {volumes: [{secretName: other}]}}]}",
            ["SecretNotAllowed spec.workflow.steps[0].workload.volumes[0].secretName Deny"]
        ),
        ("runtime: {type: job}, workflow: {steps: [{name: a, workload: {volumes: [{secretName: other}]}}]}", []),
        (
            "runtime: {type: job, config: {imagePullSecrets: [codex-a, other, {name: \" codex-admin\"}, {name: 7}, 7, other]}}",
            [
                "SecretBlocked spec.runtime.config.imagePullSecrets[2] Deny",
                "SecretNotAllowed spec.runtime.config.imagePullSecrets[1] Deny",
                "SecretNotAllowed spec.runtime.config.imagePullSecrets[5] Deny",
            ]
        ),
        (
            "runtime: {type: custom, config: {endpoint: x, imagePullSecrets: [{name: other}]}}",
            ["SecretNotAllowed spec.runtime.config.imagePullSecrets[0] Deny"]
        ),
        ("runtime: {type: job, config: {imagePullSecrets: {name: other}}}", []),
        ("runtime: {type: job, imagePullSecrets: [other]}", []),
        ("secrets: [codex-p], systemPromptRef: {kind: secret, name: codex-p, key: k}", []),
        (
            "systemPromptRef: {kind: Secret, name: codex-p, key: k}",
            ["SecretNotListed spec.systemPromptRef.name Deny"]
        ),
        ("systemPromptRef: {kind: ConfigMap, name: other, key: k}", []),
    ])
    func `judges every secret at its field`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec), policy: Self.lists).summary(of: .secretAllowlist) == expected)
    }

    private static let cluster = """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: Agent, metadata: {name: a, namespace: agents}, \
        spec: {providerRef: {name: p}, security: {allowedSecrets: [one, vcs]}, \
        defaults: {systemPromptRef: {kind: Secret, name: prompt, key: k}}}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentProvider, metadata: {name: p, namespace: agents}, \
        spec: {secretEnv: [{name: E, secretName: env, key: k}]}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: Memory, metadata: {name: m2, namespace: agents}, \
        spec: {default: true, connection: {secretRef: {name: memory2}}}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: Memory, metadata: {name: m1, namespace: agents}, \
        spec: {default: true, connection: {secretRef: {name: memory1}}}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: VersionControlProvider, metadata: {name: git, namespace: agents}, \
        spec: {auth: {token: {secretRef: {name: vcs}}, ssh: {privateKeySecretRef: {name: key}}}}}
        ---
        {apiVersion: security.proompteng.ai/v1alpha1, kind: SecretBinding, metadata: {name: b, namespace: agents}, \
        spec: {subjects: [{kind: Agent, name: a}], allowedSecrets: [one]}}
        """

    @Test func `includes what the Agent and the default memory bring`() throws {
        let verdict = try judge(run("agentRef: {name: a}, secrets: [one], systemPrompt: mine"), state: Self.cluster)
        #expect(
            verdict.summary(of: .secretAllowlist) == [
                "SecretNotAllowed spec.memoryRef.name Deny", "SecretNotListed spec.memoryRef.name Deny",
            ]
        )
        #expect(verdict.explanation.secrets == ["one", "memory1"])
        #expect(verdict.explanation.predicted == "InvalidSpec/SecretNotAllowed")
    }

    @Test func `in August includes the provider's environment, and names several at one field`() throws {
        let verdict = try judge(
            run("agentRef: {name: a}, memoryRef: {name: none}"),
            state: Self.cluster,
            generation: .august2026
        )
        #expect(
            verdict.summary(of: .secretAllowlist) == [
                "SecretNotAllowed spec.agentRef.name Deny", "SecretNotListed spec.agentRef.name Deny",
            ]
        )
        #expect(
            verdict.findings[0].message
                == #"Forbidden: secrets "prompt", "env" are not in spec.security.allowedSecrets of Agent "a""#
        )
    }

    @Test(arguments: [("false", "Warn"), ("true", "Deny")])
    func `version control's is at most a warning unless it is required`(required: String, action: String) throws {
        let spec = """
            systemPrompt: x, memoryRef: {name: none}, vcsRef: {name: git}, vcsPolicy: {required: \(required)}, \
            parameters: {repository: a/b}
            """
        let blocked = "  rules: {secret-allowlist: {blocked: [vcs]}}"
        let verdict = try judge(run(spec), policy: blocked, state: Self.cluster)
        #expect(verdict.summary(of: .secretAllowlist) == ["SecretBlocked spec.vcsRef.name \(action)"])
    }

    @Test func `a binding can be demanded`() throws {
        let policy = "  rules: {secret-allowlist: {requireBinding: true}}"
        let spec = "agentRef: {name: a}, systemPrompt: x, memoryRef: {name: none}, secrets: [one, vcs]"
        let verdict = try judge(run(spec), policy: policy, state: Self.cluster)
        #expect(verdict.summary(of: .secretAllowlist) == ["SecretNotAllowed spec.secrets[1] Deny"])
        #expect(verdict.findings[0].message == #"Forbidden: secret "vcs" is in no SecretBinding for Agent "a""#)
        #expect(try judge(run(spec), policy: policy).allowed)
    }

    @Test(arguments: [
        ("[{kind: Agent, name: a}]", true), ("[{kind: Agent, name: a, namespace: agents}]", true),
        ("[{kind: Agent, name: a, namespace: \" agents \"}]", true),
        ("[{kind: Agent, name: a, namespace: null}]", true),
        ("[{kind: Agent, name: a, namespace: \" \"}]", true), ("[{kind: Agent, name: a, namespace: other}]", false),
        ("[{namespace: other, kind: Agent, name: a}]", false), ("[{kind: Agent, name: a, namespace: Agents}]", false),
        ("[{kind: Agent, name: a, namespace: no}]", false), ("[{kind: Agent, name: b}]", false),
        ("[{kind: AgentRun, name: a}]", false), ("[{kind: Agent}]", false),
        ("[{kind: Agent, name: a, namespace: other}, {kind: Agent, name: a}]", true),
    ])
    func `a binding counts where a subject is the run's Agent`(subjects: String, isBound: Bool) throws {
        let binding = """
            {apiVersion: security.proompteng.ai/v1alpha1, kind: SecretBinding, metadata: {name: b, namespace: agents}, \
            spec: {subjects: \(subjects), allowedSecrets: [one]}}
            """
        let policy = "  rules: {secret-allowlist: {requireBinding: true}}"
        let verdict = try judge(run("secrets: [one]"), policy: policy, state: binding)
        #expect(
            verdict.summary(of: .secretAllowlist) == (isBound ? [] : ["SecretNotAllowed spec.secrets[0] Deny"])
        )
    }

    @Test func `nobody's run needs a binding too`() throws {
        let policy = "  rules: {secret-allowlist: {requireBinding: true}}"
        let verdict = try judge(run("agentRef: {name: \" \"}, secrets: [one]"), policy: policy, state: Self.cluster)
        #expect(verdict.summary(of: .secretAllowlist) == ["SecretNotAllowed spec.secrets[0] Deny"])
    }

    @Test(arguments: [
        (
            "secretEnv: [{secretName: a}], adapter: {secretEnv: [{secretName: b}], codex: {secretEnv: [{secretName: c}]}}",
            ["a"]
        ),
        ("adapter: {codex: {secretEnv: [{secretName: c}]}, secretEnv: [{secretName: b}]}", ["b"]),
        ("adapter: {codex: {secretEnv: [{secretName: c}, {secretName: d}]}}", ["c", "d"]),
        ("adapter: {codex: {secretEnv: [{secretName: c}]}}, secretEnv: []", []),
        ("adapter: {codex: {secretEnv: [{secretName: c}]}, secretEnv: []}", []),
        ("secretEnv: null, adapter: {secretEnv: {secretName: b}, codex: {secretEnv: [{secretName: c}]}}", ["c"]),
        ("secretEnv: x, adapter: {secretEnv: null, codex: x}", []),
        ("adapter: x, secretEnv: [{secretName: \" a \"}, {secretName: 7}, {name: b}, a]", ["a"]),
        ("codex: {secretEnv: [{secretName: c}]}", []),
    ])
    func `the provider's environment is the first that is a list`(spec: String, secrets: [String]) throws {
        let state = """
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: Agent, metadata: {name: a, namespace: agents}, \
            spec: {providerRef: {name: p}, defaults: {systemPrompt: x}}}
            ---
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentProvider, metadata: {name: p, namespace: agents}, \
            spec: {\(spec)}}
            """
        let policy = "  rules: {secret-allowlist: {allow: [nothing]}}"
        let verdict = try judge(run(""), policy: policy, state: state, generation: .august2026)
        #expect(verdict.explanation.secrets.map(\.string) == secrets)
        #expect(
            verdict.summary(of: .secretAllowlist)
                == (secrets.isEmpty ? [] : ["SecretNotAllowed spec.agentRef.name Deny"])
        )
        #expect(try judge(run(""), policy: policy, state: state).summary(of: .secretAllowlist) == [])
    }
}

@Suite struct `Default system prompt beside one that is no string` {
    @Test(arguments: [("systemPrompt: 5", false), ("systemPrompt: ' '", true), ("systemPrompt: x", false), ("", true)])
    func `is not used, section 6`(spec: String, isUsed: Bool) throws {
        let agent = object("Agent", "a", "defaults: {systemPromptRef: {kind: Secret, name: s, key: k}}")
        let reasons = try judge(run(spec), state: agent).reasons(of: .secretAllowlist)
        #expect(reasons == (isUsed ? ["SecretNotListed"] : []))
    }

    @Test func `is another value when another one is written`() throws {
        func reasons(_ value: String) throws -> [String] {
            try review(operation: "UPDATE", object: run("systemPrompt: \(value)"), oldObject: run("systemPrompt: 5"))
                .summary(of: .systemPrompt)
        }
        #expect(try reasons("6") == ["InvalidSystemPrompt spec.systemPrompt Deny"])
        #expect(try reasons("5, memoryRef: {name: m}") == ["InvalidSystemPrompt spec.systemPrompt Audit"])
    }
}
