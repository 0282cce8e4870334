import AdmissionAPI
import AgentRuns
import JSONPull
import OrderedCollections
import PolicyTestSupport
import TestPatience
import Testing

@testable import Policy

/// Objects that took minutes when each of their items was looked for among all the others, or was worked out anew for each.
///
/// Nothing is timed but the whole, and no limit of `RULES.md` section 1.1 helps: no policy here refuses anything for its size.
@Suite(.apart, .serialized, .limit(minutes: 5)) struct `Work on large objects` {
    /// A policy of these rules alone, so that little is done beside what is looked at.
    private static func only(_ rules: RuleID..., more: String = "") -> String {
        let off = RuleCatalogue.rules.filter { !rules.contains($0) && !more.contains($0.rawValue) }
        return "  rules: {\(off.map { "\($0.rawValue): {action: Off}" }.joined(separator: ", "))\(more)}"
    }

    private static func list(_ count: Int, _ item: (Int) -> String) -> String {
        "[" + (0..<count).lazy.map(item).joined(separator: ",") + "]"
    }

    private static func map(_ count: Int) -> String {
        "{" + (0..<count).lazy.map { #""k\#($0)":"v""# }.joined(separator: ",") + "}"
    }

    private static func object(_ kind: String, _ name: String, _ spec: String) -> String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"\(kind)",\
        "metadata":{"name":"\(name)","namespace":"agents"},"spec":{\(spec)}}
        """
    }

    private static func job(_ members: String) -> String {
        object("AgentRun", "r", #""agentRef":{"name":"a"},"runtime":{"type":"job"},\#(members)"#)
    }

    private static func workflow(_ steps: Int, _ members: String, step: (Int) -> String) -> String {
        let list = list(steps) { #"{"name":"s\#($0)"\#(step($0))}"# }
        return object(
            "AgentRun",
            "r",
            #""agentRef":{"name":"a"},"runtime":{"type":"workflow"},"workflow":{"steps":\#(list)},\#(members)"#
        )
    }

    private static let inline = #""implementation":{"inline":{"text":"t"}}"#
    private static let repository = #""parameters":{"repository":"o/r"}"#

    private static func judged(
        _ run: String,
        policy: String,
        state: [String]? = nil,
        _ generation: Generation = .february2026
    ) throws -> Verdict {
        let compiled = try compiledPolicy(policy, generation: generation)
        let known = try state.map { try FixtureState($0.joined(separator: "\n---\n"), generation: generation) }
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        let verdict = try unsafe Array(run.utf8).withUnsafeBytes {
            try unsafe PolicyEngine(policy: compiled).judge(manifest: $0, state: known, now: now)
        }
        return try #require(verdict)
    }

    // MARK: Secrets

    @Test func `on secrets, which the explanation names once each`() throws {
        let secrets = Self.list(150_000) { #""s\#($0)""# }
        let verdict = try Self.judged(Self.job(#""secrets":\#(secrets),\#(Self.inline)"#), policy: Self.only())
        #expect(verdict.explanation.secrets.count == 150_000)
    }

    @Test func `on secrets and the list of the Agent`() throws {
        let count = 80_000
        let secrets = Self.list(count) { #""s\#($0)""# }
        let others = Self.list(count) { #""t\#($0)""# }
        let verdict = try Self.judged(
            Self.job(#""secrets":\#(secrets),\#(Self.inline)"#),
            policy: Self.only(.secretAllowlist),
            state: [Self.object("Agent", "a", #""security":{"allowedSecrets":\#(others)}"#)]
        )
        #expect(verdict.count(of: .secretAllowlist) == count)
    }

    @Test func `on the secrets of a provider, which are not there`() throws {
        let environment = Self.list(100_000) { #"{"secretName":"s\#($0)"}"# }
        let secret = #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"other","namespace":"agents"}}"#
        let verdict = try Self.judged(
            Self.job(Self.inline),
            policy: Self.only(.references, more: ", secret-allowlist: {allow: [other]}"),
            state: [
                Self.object("Agent", "a", #""providerRef":{"name":"p"}"#),
                Self.object("AgentProvider", "p", #""secretEnv":\#(environment)"#), secret,
            ],
            .august2026
        )
        #expect(verdict.lines(of: .references).contains { $0.contains(" and 99995 more not found yet") })
        #expect(verdict.lines(of: .secretAllowlist).contains { $0.contains(" and 99995 more are not in") })
    }

    @Test func `on the places that name a secret, as explained`() throws {
        let count = 100_000
        let volumes = Self.list(count) { #"{"name":"v\#($0)","secretName":"same"}"# }
        let run = Self.job(#""workload":{"volumes":\#(volumes)},\#(Self.inline)"#)
        let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
        let engine = PolicyEngine(policy: try compiledPolicy(Self.only()))
        let explained = try unsafe Array(run.utf8).withUnsafeBytes {
            try unsafe engine.explain(manifest: $0, state: nil, now: now)
        }
        #expect(explained?.run?.secrets.first?.uses.count == count)
    }

    // MARK: Steps

    @Test func `on steps that have a prompt each`() throws {
        let count = 80_000
        let run = Self.workflow(count, Self.inline) { #","parameters":{"prompt":"p\#($0)"}"# }
        let verdict = try Self.judged(run, policy: Self.only(.promptOverride))
        #expect(verdict.count(of: .promptOverride) == count)
    }

    @Test(arguments: [Generation.february2026, .august2026])
    func `on steps that have a head and a text with a token each`(generation: Generation) throws {
        let count = 10_000
        let run = Self.workflow(count, Self.repository) {
            """
            ,"parameters":{"head":"codex/h\($0)","base":"${x}"},"implementation":{"inline":{"text":"${a} of \($0)"}}
            """
        }
        let rules = Self.only(.headBranchConflict, .literalTokens)
        let verdict = try Self.judged(run, policy: rules, generation)
        #expect(verdict.count(of: .headBranchConflict) == 1)
        #expect(verdict.count(of: .literalTokens) == 2 * count)
    }

    @Test func `on steps that are all named plan`() throws {
        let steps = Self.list(60_000) { _ in #"{"name":"plan"}"# }
        let run = Self.object(
            "AgentRun",
            "r",
            #""agentRef":{"name":"a"},"runtime":{"type":"workflow"},"workflow":{"steps":\#(steps)},\#(Self.inline)"#
        )
        let verdict = try Self.judged(run, policy: Self.only(.planStep))
        #expect(verdict.reasons(of: .planStep).isEmpty)
    }

    @Test(arguments: [false, true])
    func `on steps that have one name, or each its own`(isOwn: Bool) throws {
        let count = 60_000
        let steps = Self.list(count) { #"{"name":"\#(isOwn ? "s\($0)" : "same")"}"# }
        let run = Self.object(
            "AgentRun",
            "r",
            #""agentRef":{"name":"a"},"runtime":{"type":"workflow"},"workflow":{"steps":\#(steps)},\#(Self.inline)"#
        )
        let verdict = try Self.judged(run, policy: Self.only(.workflowSteps))
        #expect(verdict.count(of: .workflowSteps) == (isOwn ? 0 : count - 1))
    }

    @Test(arguments: [Generation.february2026, .august2026])
    func `on steps and the parameters of their run`(generation: Generation) throws {
        let count = 10_000
        let text = "{{ k1 }} ${k2} $k3 {{ nothing }}"
        let members = #""implementation":{"inline":{"text":"\#(text)"}},"parameters":\#(Self.map(count))"#
        let verdict = try Self.judged(
            Self.workflow(count, members) { #","parameters":{"own":"\#($0)"}"# },
            policy: Self.only(.literalTokens),
            generation
        )
        #expect(verdict.count(of: .literalTokens) == 2)
    }

    @Test func `on steps that share a long text`() throws {
        let count = 8000
        let text = String(repeating: "a $b ${c} {{ d }} ", count: 60_000)
        let members = #""implementation":{"inline":{"text":"\#(text)"}},"parameters":{"prompt":"\#(text)"}"#
        let verdict = try Self.judged(
            Self.workflow(count, members) { #","parameters":{"own":"\#($0)"}"# },
            policy: Self.only(.literalTokens, .promptOverride)
        )
        #expect(verdict.explanation.prompts.count == count)
        #expect(Set(verdict.explanation.prompts.map(\.source.sha256)).count == 1)
        #expect(verdict.reasons(of: .literalTokens) == ["LiteralToken"])
    }

    @Test func `on loops and the volumes of their run`() throws {
        let count = 25_000
        let volumes = Self.list(count) { #"{"name":"v\#($0)","type":"pvc","claimName":"c"}"# }
        let members = #"\#(Self.inline),"workload":{"volumes":\#(volumes)}"#
        let run = Self.workflow(count, members) {
            #","loop":{"maxIterations":1,"state":{"required":true,"volumeNames":["v\#($0)"]}}"#
        }
        let rules = Self.only(.workflowSteps)
        #expect(try Self.judged(run, policy: rules, .august2026).reasons(of: .workflowSteps).isEmpty)
        let names = Self.list(60_000) { #""v\#($0)""# }
        let own = Self.list(60_000) { #"{"name":"v\#($0)","type":"pvc"}"# }
        let one = Self.workflow(1, Self.inline) { _ in
            """
            ,"loop":{"maxIterations":1,"state":{"required":true,"volumeNames":\(names)}},"workload":{"volumes":\(own)}
            """
        }
        let verdict = try Self.judged(one, policy: rules, .august2026)
        #expect(verdict.reasons(of: .workflowSteps) == ["WorkflowLoopStateVolumeNotPersistent"])
    }

    @Test func `on sources of implementations and the list of the Agent`() throws {
        let count = 60_000
        let allowed = Self.list(count) { #""p\#($0)""# }
        let run = Self.workflow(count, Self.inline) {
            #","implementation":{"inline":{"text":"t","source":{"provider":"q\#($0)"}}}"#
        }
        let agent = Self.object("Agent", "a", #""security":{"allowedImplementationSourceProviders":\#(allowed)}"#)
        let verdict = try Self.judged(run, policy: Self.only(.implementationSource), state: [agent], .august2026)
        #expect(verdict.count(of: .implementationSource) == count + 1)
    }

    // MARK: Contracts and templates

    @Test func `on the mappings of a contract`() throws {
        let count = 60_000
        let mappings = Self.list(count) { #"{"from":"m\#($0)","to":"m\#($0 + 1)"}"# }
        let implementation = #""implementation":{"inline":{"text":"t","contract":{"mappings":\#(mappings)}}}"#
        let run = Self.job(#""parameters":{"m0":"v"},\#(implementation)"#)
        #expect(
            try Self.judged(run, policy: Self.only(.implementationContract)).reasons(of: .implementationContract)
                .isEmpty
        )
    }

    @Test(arguments: [
        String(repeating: "{", count: 300_000) + "}", String(repeating: "{{.}}", count: 20_000),
        String(repeating: "{{ metadata }}{{ event }}", count: 10_000),
    ])
    func `on a branch template`(template: String) throws {
        let parameters = #""parameters":{"repository":"o/r","long":"\#(String(repeating: "x", count: 1_000_000))"}"#
        let verdict = try Self.judged(
            Self.workflow(20, #"\#(Self.inline),\#(parameters)"#) { #","parameters":{"own":"\#($0)"}"# },
            policy: Self.only(.headBranchName),
            state: [
                Self.object("Agent", "a", #""vcsRef":{"name":"v"}"#),
                Self.object("VersionControlProvider", "v", #""defaults":{"branchTemplate":"\#(template)"}"#),
            ]
        )
        #expect(verdict.reasons(of: .headBranchName) == ["HeadBranchPrefix", "InvalidHeadBranch"])
    }

    // MARK: Pods

    /// JSON may have a member twice, of which the last one counts.
    @Test func `on settings that are written again and again`() throws {
        let count = 60_000
        func again(_ member: String) -> String { String(repeating: "\(member),", count: count) }
        let affinity = #""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{}}}"#
        let config = #""nodeSelector":\#(Self.map(count)),\#(again(affinity))"priorityClassName":"x""#
        let limits = #""resources":{"limits":\#(Self.map(count)),\#(again(#""requests":{}"#))"claims":[]}"#
        let run = Self.object(
            "AgentRun",
            "r",
            #""runtime":{"type":"job","config":{\#(config)}},"workload":{\#(limits)},\#(Self.inline)"#
        )
        let rules = Self.only(.workloadShape, more: ", pod-settings: {nodeLabels: [other]}")
        let verdict = try Self.judged(run, policy: rules)
        #expect(verdict.count(of: .podSettings) == count)
        #expect(verdict.count(of: .workloadShape) == 2 * count)
    }
}

extension Verdict {
    /// Findings of one rule, told or counted.
    fileprivate func count(of rule: RuleID) -> Int {
        findings.count { $0.rule == rule } + omitted.counts.reduce(0) { $0 + ($1.key.rule == rule ? $1.value : 0) }
    }
}
