import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// `controller-semantics.md` section 2 says what refers to what.
@Suite struct `References` {
    private static let agent = object("Agent", "a", "providerRef: {name: p}")
    private static let complete = documents(agent, object("AgentProvider", "p"))

    @Test(arguments: [
        ("agentRef: {name: ' '}", ["MissingAgent spec.agentRef.name Warn"]), ("agentRef: {name: a}", []),
        ("agentRef: a", ["MissingAgent spec.agentRef.name Warn"]),
    ])
    func `a blank Agent needs no state to be missing`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec)).summary(of: .references) == expected)
        #expect(try judge(run(spec), state: Self.complete).summary(of: .references) == expected)
    }

    @Test(arguments: [
        // Nothing is known of the kind, so nothing can be called missing.
        ("agentRef: {name: b}", object("Memory", "m"), []),
        ("agentRef: {name: b}", complete, ["MissingAgent spec.agentRef.name Warn"]),
        ("agentRef: {name: a}", complete, []),
        ("agentRef: {name: a}", agent, []),
        (
            "agentRef: {name: a}", documents(agent, object("AgentProvider", "other")),
            ["MissingProvider spec.agentRef.name Warn"]
        ),
        ("agentRef: {name: a}", object("Agent", "a"), ["MissingProvider spec.agentRef.name Warn"]),
        ("memoryRef: {name: m}", documents(complete, object("Memory", "m")), []),
        ("memoryRef: {name: m}", complete, []),
        (
            "memoryRef: {name: m}", documents(complete, object("Memory", "n")),
            ["MissingMemory spec.memoryRef.name Warn"]
        ),
        (
            "agentRef: {name: a}",
            documents(
                object("Agent", "a", "providerRef: {name: p}, memoryRef: {name: m}"),
                object("AgentProvider", "p"),
                object("Memory", "n")
            ),
            ["MissingMemory spec.agentRef.name Warn"]
        ),
        // A default memory that is none is no mistake.
        ("agentRef: {name: a}", documents(complete, object("Memory", "n")), []),
    ])
    func `what is not found where its kind is known`(spec: String, state: String, expected: [String]) throws {
        for generation in Generation.allCases {
            let verdict = try judge(run(spec), state: state, generation: generation)
            #expect(verdict.summary(of: .references) == expected)
        }
    }

    private static let git = documents(complete, object("VersionControlProvider", "git"))

    @Test(arguments: [
        ("vcsRef: {name: git}", git, []), ("vcsRef: {name: gti}", complete, []),
        ("vcsRef: {name: gti}", git, ["MissingVcsProvider spec.vcsRef.name Warn"]),
        ("vcsRef: {name: gti}, vcsPolicy: {mode: none}", git, []),
        (
            "implementation: {inline: {vcsRef: {name: x}}}", git,
            ["MissingVcsProvider spec.implementation.inline.vcsRef.name Warn"]
        ),
        (
            "implementationSpecRef: {name: i}", documents(git, object("ImplementationSpec", "i", "vcsRef: {name: x}")),
            ["MissingVcsProvider spec.implementationSpecRef.name Warn"]
        ),
        (
            "vcsPolicy: {mode: read-only}",
            documents(
                object("Agent", "a", "providerRef: {name: p}, vcsRef: {name: x}"),
                object("AgentProvider", "p"),
                object("VersionControlProvider", "git")
            ),
            ["MissingVcsProvider spec.agentRef.name Warn"]
        ),
        (
            "vcsPolicy: {required: true}, implementation: {inline: {}}", complete,
            ["MissingVcsProvider spec.vcsRef.name Warn"]
        ),
        ("vcsPolicy: {required: true, mode: none}, implementation: {inline: {}}", complete, []),
        ("vcsPolicy: {required: yes-please}, implementation: {inline: {}}", complete, []),
        ("vcsPolicy: {required: true}, implementationSpecRef: {name: unknown}", complete, []),
        (
            "vcsPolicy: {required: true}, implementation: {inline: {}}, agentRef: {name: gone}", object("Memory", "m"),
            []
        ),
        (
            "runtime: {type: workflow}, workflow: {steps: [{name: p, implementation: {inline: {vcsRef: {name: git}}}}, "
                + "{name: q, implementation: {inline: {vcsRef: {name: x}}}}]}",
            git, ["MissingVcsProvider spec.workflow.steps[1].implementation.inline.vcsRef.name Warn"]
        ),
    ])
    func `version control as controller-semantics section 8.1 rows 2 and 3`(
        spec: String,
        state: String,
        expected: [String]
    ) throws {
        #expect(try judge(run(spec), state: state).summary(of: .references) == expected)
    }

    private static let secret = """
        {apiVersion: v1, kind: Secret, metadata: {name: known, namespace: agents}}
        """

    @Test(arguments: [
        ("secrets: [known]", secret, []), ("secrets: [unknown]", complete, []),
        ("secrets: [known, unknown]", secret, ["MissingSecret spec.secrets[1] Warn"]),
        (
            "workload: {volumes: [{secretName: unknown}]}", secret,
            ["MissingSecret spec.workload.volumes[0].secretName Warn"]
        ),
        (
            "agentRef: {name: a}",
            documents(
                secret,
                object("AgentProvider", "p"),
                object(
                    "Agent",
                    "a",
                    "providerRef: {name: p}, defaults: {systemPromptRef: {kind: Secret, name: s, key: k}}"
                )
            ), ["MissingSecret spec.agentRef.name Warn"]
        ),
    ])
    func `Secrets only where names are known`(spec: String, state: String, expected: [String]) throws {
        #expect(try judge(run(spec), state: state).summary(of: .references) == expected)
    }

    @Test func `says what is missing`() throws {
        let blank = try judge(run("agentRef: {}")).lines(of: .references)
        #expect(
            blank == [
                """
                [MissingAgent] spec.agentRef.name: Required value: without an Agent the run cannot start (name an Agent)
                """
            ]
        )
        let state = documents(
            object("Agent", "a"),
            object("Memory", "n"),
            object("VersionControlProvider", "git"),
            Self.secret
        )
        let spec = "memoryRef: {name: m}, vcsRef: {name: v}, secrets: [s]"
        #expect(
            try judge(run(spec), state: state).lines(of: .references) == [
                """
                [MissingProvider] spec.agentRef.name: Required value: Agent "a" names no AgentProvider (set \
                spec.providerRef.name of the Agent)
                """,
                """
                [MissingVcsProvider] spec.vcsRef.name: Invalid value: VersionControlProvider "v" not found yet in namespace \
                "agents" (create it before the run starts, or correct the name)
                """,
                """
                [MissingMemory] spec.memoryRef.name: Invalid value: Memory "m" not found yet in namespace "agents" (create \
                it before the run starts, or correct the name)
                """,
                """
                [MissingSecret] spec.secrets[0]: Invalid value: Secret "s" not found yet in namespace "agents" (create it \
                before the run starts, or correct the name)
                """,
            ]
        )
        let required = "vcsPolicy: {required: true}, implementation: {inline: {}}"
        #expect(
            try judge(run(required), state: Self.complete).lines(of: .references) == [
                """
                [MissingVcsProvider] spec.vcsRef.name: Required value: vcsPolicy.required is true and no version control \
                provider is given (name a VersionControlProvider)
                """
            ]
        )
    }

    @Test(arguments: [
        ("agentRef: {}", complete, "InvalidSpec/MissingAgent"),
        ("", object("Agent", "a"), "InvalidSpec/MissingProvider"),
        ("vcsRef: {name: x}", git, nil),
        ("vcsRef: {name: x}, vcsPolicy: {required: true}", git, "InvalidSpec/MissingVcsProvider"),
        (
            "vcsRef: {name: x}, vcsPolicy: {required: true}, runtime: {type: workflow}, workflow: {steps: [{name: s}]}",
            git,
            "Failed/MissingVcsProvider"
        ),
        ("memoryRef: {name: m}", documents(complete, object("Memory", "n")), "InvalidSpec/MissingMemory"),
    ])
    func `predicts what the controller says`(spec: String, state: String, predicted: String?) throws {
        // The other rules would come first, as the controller looks for the implementation before.
        let own = "\(spec.isEmpty ? "" : "\(spec), ")implementation: {inline: {text: t}}"
        #expect(try judge(run(own), state: state).explanation.predicted == predicted)
    }

    @Test func `an update notes what was missing before`() throws {
        let state = try FixtureState(Self.complete)
        let old = run("agentRef: {name: x}")
        func update(_ name: String) throws -> [String] {
            let new = run("agentRef: {name: \(name)}, ttlSecondsAfterFinished: 1")
            return try review(operation: "UPDATE", object: new, oldObject: old, state: state).summary(of: .references)
        }
        #expect(try update("x") == ["MissingAgent spec.agentRef.name Audit"])
        #expect(try update("y") == ["MissingAgent spec.agentRef.name Warn"])
    }
}
