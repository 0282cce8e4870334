import AgentRuns
import Foundation
import JSONPull
import PolicyTestSupport
import TestPatience
import Testing

@testable import Policy

/// Which kinds of the cluster a policy needs: what its rules say of themselves, against what they find without the others.
@Suite(.apart) struct `Kinds a policy asks for` {
    private static let rules = RuleCatalogue.rules
    private static let all = Set(ReferencedKind.allCases)

    /// What the rules find nothing without.
    private static let options = [
        "image-policy": "allow: [none]", "secret-allowlist": "allow: [none]", "limits": "concurrency: {repository: 1}",
    ]

    /// What `rule` alone finds in a run, as a person reads it.
    private static func findings(
        of rule: RuleID,
        in json: [UInt8],
        _ state: any ClusterLookup,
        _ policy: AdmissionPolicy
    ) throws -> [String] {
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        return try unsafe json.withUnsafeBytes {
            try unsafe PolicyEngine(policy: policy).judge(manifest: $0, state: state, now: now)
        }?.lines(of: rule) ?? []
    }

    /// A policy with `rule` alone.
    private static func policy(_ rule: RuleID, _ generation: Generation) throws -> AdmissionPolicy {
        let lines = rules.map { other in
            "    \(other.rawValue): {\(other == rule ? options[rule.rawValue] ?? "" : "action: \"Off\"")}"
        }
        return try compiledPolicy("  rules:\n" + lines.joined(separator: "\n"), generation: generation)
    }

    /// Runs that have to do with every kind there is, beside those of the corpus.
    private static let examples = [
        run("implementationSpecRef: {name: full}, parameters: {prompt: p}"),
        run("implementation: {inline: {text: t}}, parameters: {repository: other/repo}, secrets: [s]"),
        run("runtime: {type: job}"),
        run("agentRef: {name: lost}, implementationSpecRef: {name: lost}"),
        run("agentRef: {name: bare}, memoryRef: {name: lost}, vcsRef: {name: lost}"),
        run("implementation: {inline: {text: t}}, vcsRef: {name: vcs}, parameters: {repository: a/b}", name: long),
        run("implementation: {inline: {text: t}}, parameters: {repository: a/b}", name: long),
        run(
            "agentRef: {name: bare}, implementationSpecRef: {name: linked}, parameters: {repository: a/b}",
            name: long
        ),
        run("implementation: {inline: {text: t}}, parameters: {repository: other/repo}"),
        run("agentRef: {name: bare}, implementationSpecRef: {name: linked}, parameters: {repository: other/repo}"),
        run("agentRef: {name: bare}, implementationSpecRef: {name: large}"),
    ]

    /// A name of which the names of volumes cannot be made.
    private static let long = String(repeating: "n", count: 62)

    private static let state = documents(
        object("ImplementationSpec", "full", "text: \"do ${x}\", source: {provider: other}"),
        object("ImplementationSpec", "linked", "text: t, vcsRef: {name: vcs}"),
        object(
            "ImplementationSpec",
            "large",
            "text: t, contract: {requiredKeys: [\((0..<70).map { "k\($0)" }.joined(separator: ", "))]}"
        ),
        object(
            "Agent",
            "a",
            """
            providerRef: {name: p}, vcsRef: {name: vcs}, memoryRef: {name: m}, defaults: {systemPromptRef: {kind: Secret, \
            name: sp, key: k}}, security: {allowedServiceAccounts: [one], allowedSecrets: [none], \
            allowedImplementationSourceProviders: [github]}
            """
        ),
        object("Agent", "bare", "providerRef: {name: lost}"),
        object(
            "AgentProvider",
            "p",
            "binary: x, secretEnv: [{name: E, secretName: es}], workload: {image: some/image, serviceAccountName: two}"
        ),
        object(
            "VersionControlProvider",
            "vcs",
            """
            provider: github, repositoryPolicy: {allow: [a/b]}, defaults: {branchTemplate: \"-x\", \
            baseBranch: main}, auth: {method: ssh, ssh: {privateKeySecretRef: {name: k, key: k}}}
            """
        ),
        object("Memory", "m", "type: postgres, connection: {secretRef: {name: ms, key: k}}"),
        run(
            "parameters: {repository: other/repo, head: \"-x\"}, vcsPolicy: {mode: read-write}",
            name: "holder",
            more: ", status: {phase: Running}"
        ),
        "{apiVersion: v1, kind: Secret, metadata: {name: z, namespace: agents}}"
    )

    @Test(arguments: rules)
    func `are all that its findings rest on`(rule: RuleID) throws {
        let asked = rule.descriptor.asks
        var withoutOne = Set<ReferencedKind>()
        for generation in Generation.allCases {
            let policy = try Self.policy(rule, generation)
            let corpus = try FixtureState(folder: CorpusRun.stateFolder, generation: generation)
            let own = try FixtureState(Self.state, generation: generation)
            let cases = CorpusRun.all.map { ($0.json, corpus) } + (try Self.examples.map { (try json($0), own) })
            for (json, state) in cases {
                let whole = try Self.findings(of: rule, in: json, state, policy)
                let partial = try Self.findings(of: rule, in: json, PartialState(state, only: asked), policy)
                #expect(whole == partial, "\(String(decoding: json, as: UTF8.self).prefix(400))")
                for kind in asked where !withoutOne.contains(kind) {
                    let state = PartialState(state, only: Self.all.subtracting([kind]))
                    if try Self.findings(of: rule, in: json, state, policy) != whole { withoutOne.insert(kind) }
                }
            }
        }
        #expect(asked.subtracting(withoutOne) == [], "it can do without these")
    }

    @Test func `are those of rules that are on, for anybody`() throws {
        #expect(AdmissionPolicy.builtIn.askedKinds == Self.all)
        #expect(!AdmissionPolicy.builtIn.requiresSecretBindings)
        let off = Self.rules.map { "    \($0.rawValue): {action: \"Off\"}" }.joined(separator: "\n")
        #expect(try compiledPolicy("  rules:\n\(off)").askedKinds == [])
        let override = "\n  overrides:\n  - match: {namespaces: [x]}\n    rules: {system-prompt: {action: Audit}}"
        #expect(try compiledPolicy("  rules:\n\(off)\(override)").askedKinds == [.agent])
        let none = "\n  overrides:\n  - match: {namespaces: [x]}\n    rules: {system-prompt: {action: \"Off\"}}"
        #expect(try compiledPolicy("  rules:\n\(off)\(none)").askedKinds == [])
    }

    @Test(arguments: [
        ("secret-allowlist: {requireBinding: true}", true), ("secret-allowlist: {}", false),
        ("secret-allowlist: {requireBinding: true, action: \"Off\"}", false),
    ])
    func `are SecretBindings where a rule that is on wants one`(rule: String, isNeeded: Bool) throws {
        #expect(try compiledPolicy("  rules:\n    \(rule)").requiresSecretBindings == isNeeded)
    }
}
