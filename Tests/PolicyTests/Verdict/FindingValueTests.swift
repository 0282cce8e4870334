import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// One finding may be about several values: each is capped and ratcheted by itself.
@Suite struct `Values of a finding` {
    private static func workflow(_ steps: String, parameters: String) -> String {
        run("parameters: {\(parameters)}, runtime: {type: workflow}, workflow: {steps: [\(steps)]}")
    }

    private func update(
        _ new: String,
        from old: String,
        policy: AdmissionPolicy = .builtIn,
        state: String? = nil
    ) throws -> Verdict {
        let known = try state.map { try FixtureState($0, generation: policy.generation) }
        return try review(operation: "UPDATE", object: new, oldObject: old, policy: policy, state: known)
    }

    private static let holders = documents(
        object("AgentRun", "one", "parameters: {repository: o/one, head: codex/x}"),
        object("AgentRun", "two", "parameters: {repository: o/two, head: codex/x}")
    )

    @Test func `a second conflict at one field is new, and told first`() throws {
        let parameters = "repository: o/one, head: codex/x"
        let old = Self.workflow("{name: a}", parameters: parameters)
        let new = Self.workflow("{name: a}, {name: b, parameters: {repository: o/two}}", parameters: parameters)
        let verdict = try update(new, from: old, state: Self.holders)
        #expect(verdict.summary(of: .headBranchConflict) == ["HeadBranchConflict spec.parameters.head Deny"])
        #expect(
            verdict.lines(of: .headBranchConflict) == [
                """
                [HeadBranchConflict] spec.parameters.head: Duplicate value: branch "codex/x" of "o/two" is held by run \
                "agents/two" (Pending); as before the update: Duplicate value: branch "codex/x" of "o/one" is held by run \
                "agents/one" (Pending) (wait for it, choose another head, or delete that run)
                """
            ]
        )
        #expect(!verdict.findings[0].isRatcheted)
        let other = Self.workflow("{name: a}, {name: b, parameters: {x: y}}", parameters: parameters)
        let same = try update(other, from: old, state: Self.holders)
        #expect(same.summary(of: .headBranchConflict) == ["HeadBranchConflict spec.parameters.head Audit"])
        #expect(same.findings[0].isRatcheted)
    }

    @Test func `a create names both conflicts`() throws {
        let new = Self.workflow(
            "{name: a}, {name: b, parameters: {repository: o/two}}",
            parameters: "repository: o/one, head: codex/x"
        )
        let line = try #require(try judge(new, state: Self.holders).lines(of: .headBranchConflict).first)
        #expect(line.contains("of \"o/one\"") && line.contains("of \"o/two\"") && !line.contains("as before"))
        #expect(line.split(separator: "wait for it").count == 2)
    }

    @Test func `a second head from a branch template is new`() throws {
        let state = object("VersionControlProvider", "v", "defaults: {branchTemplate: 'codex/{{parameters.x}}'}")
        let parameters = "repository: o/r, x: 'a..b'"
        func workflow(_ steps: String) -> String {
            run(
                "vcsRef: {name: v}, parameters: {\(parameters)}, runtime: {type: workflow}, workflow: {steps: [\(steps)]}"
            )
        }
        let old = workflow("{name: a}")
        let second = workflow("{name: a}, {name: b, parameters: {x: 'c..d'}}")
        #expect(
            try update(second, from: old, state: state).summary(of: .headBranchName)
                == ["InvalidHeadBranch spec.parameters.head Deny"]
        )
        let same = workflow("{name: a}, {name: b, parameters: {y: z}}")
        #expect(
            try update(same, from: old, state: state).summary(of: .headBranchName)
                == ["InvalidHeadBranch spec.parameters.head Audit"]
        )
    }

    @Test func `a head that is another base is new`() throws {
        func edited(_ base: String) -> String { run("parameters: {head: codex/x, base: \(base)}") }
        let old = run("parameters: {head: codex/x, baseBranch: codex/x}")
        #expect(try update(edited("codex/x"), from: old).summary == ["HeadEqualsBase spec.parameters.head Audit"])
        #expect(try update(edited("codex/y"), from: old).summary == [])
    }

    @Test func `other parameters are too many anew`() throws {
        func many(_ value: String, count: Int = 101) -> String {
            run("parameters: {\((0..<count).map { "p\($0): '\(value)'" }.joined(separator: ", "))}")
        }
        func summary(_ new: String) throws -> [String] { try update(new, from: many("v")).summary }
        #expect(try summary(many("w")) == ["ParametersTooLarge spec.parameters Deny"])
        #expect(try summary(many("v", count: 102)) == ["ParametersTooLarge spec.parameters Deny"])
        let elsewhere = many("v").replacing("runtime: {type: job}", with: "runtime: {type: job}, memoryRef: {name: m}")
        #expect(try summary(elsewhere) == ["ParametersTooLarge spec.parameters Audit"])
    }

    private static let agent = documents(
        object(
            "Agent",
            "a",
            """
            providerRef: {name: p}, vcsRef: {name: v}, security: {allowedSecrets: [other]}, \
            defaults: {systemPrompt: be brief}
            """
        ),
        object("AgentProvider", "p", "secretEnv: [{name: T, secretName: env, key: k}]"),
        object("VersionControlProvider", "v", "auth: {token: {secretRef: {name: token}}}")
    )

    @Test func `each has its own action, and the finding the most severe`() throws {
        let policy = try compiledPolicy(nil, generation: .august2026)
        let parameters = "parameters: {repository: o/r, head: codex/x}"
        let all = try judge(run(parameters), state: Self.agent, generation: .august2026)
        #expect(all.summary(of: .secretAllowlist) == ["SecretNotAllowed spec.agentRef.name Deny"])
        let added = try update(run(parameters), from: run(""), policy: policy, state: Self.agent)
        #expect(added.summary(of: .secretAllowlist) == ["SecretNotAllowed spec.agentRef.name Warn"])
        #expect(
            added.lines(of: .secretAllowlist) == [
                """
                [SecretNotAllowed] spec.agentRef.name: Forbidden: secret "token" is not in spec.security.allowedSecrets of \
                Agent "a"; as before the update: Forbidden: secret "env" is not in spec.security.allowedSecrets of Agent \
                "a" (use an allowed secret, or add it to the Agent)
                """
            ]
        )
        let required = try update(
            run("\(parameters), vcsPolicy: {required: true}"),
            from: run(""),
            policy: policy,
            state: Self.agent
        )
        #expect(required.summary(of: .secretAllowlist) == ["SecretNotAllowed spec.agentRef.name Deny"])
    }

    @Test func `secrets of one field that different lists refuse are told by list`() throws {
        let state = documents(
            object(
                "Agent",
                "a",
                "providerRef: {name: p}, security: {allowedSecrets: [x, own]}, defaults: {systemPrompt: s}"
            ),
            object(
                "AgentProvider",
                "p",
                "secretEnv: [{name: T, secretName: x, key: k}, {name: U, secretName: z-1, key: k}]"
            )
        )
        let policy = """
              generation: "2026-08"
              rules: {secret-allowlist: {allow: ["z-*", own]}}
            """
        let verdict = try judge(run(""), policy: policy, state: state, generation: .august2026)
        #expect(
            verdict.lines(of: .secretAllowlist).first?.hasPrefix(
                """
                [SecretNotAllowed] spec.agentRef.name: Forbidden: secret "x" is not in the policy's allow list; \
                Forbidden: secret "z-1" is not in spec.security.allowedSecrets of Agent "a" (use an allowed secret, or add it \
                to allow of rule secret-allowlist in policy "p"; use an allowed secret, or add it to the Agent)
                """
            ) == true
        )
    }

    @Test func `a missing key beside a known one is new`() throws {
        func contract(_ keys: String, _ parameters: String = "x: 'y'") -> String {
            run("parameters: {\(parameters)}, implementation: {inline: {text: t, contract: {requiredKeys: [\(keys)]}}}")
        }
        let verdict = try update(contract("b, a, c"), from: contract("a"))
        #expect(verdict.summary == ["MissingRequiredMetadata spec.parameters Deny"])
        #expect(
            verdict.findings[0].message == """
                Required value: the implementation's contract demands "b", "c"; as before the update: Required value: the \
                implementation's contract demands "a"
                """
        )
        #expect(
            try update(contract("a", "x: 'z'"), from: contract("b, a")).summary
                == ["MissingRequiredMetadata spec.parameters Audit"]
        )
    }

    @Test func `more than five conflicts are counted`() throws {
        let steps = (0..<9).map { "{name: s\($0), parameters: {repository: o/r\($0)}}" }.joined(separator: ", ")
        let holders = (0..<9).map { object("AgentRun", "h\($0)", "parameters: {repository: o/r\($0), head: codex/x}") }
        let verdict = try judge(
            Self.workflow(steps, parameters: "head: codex/x"),
            state: holders.joined(separator: "\n---\n")
        )
        let message = try #require(verdict.findings.first { $0.rule == .headBranchConflict }).message
        #expect(message.hasSuffix("; and 4 more"))
        #expect(message.contains("agents/h4") && !message.contains("agents/h5"))
    }
}
