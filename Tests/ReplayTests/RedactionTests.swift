import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Replay
import Testing

@Suite struct `What is kept of a review` {
    /// Judges a run, and what is kept of it, by the same policy.
    private func recorded(
        _ spec: String,
        state: String? = nil,
        policy: String? = nil,
        generation: Generation = .february2026
    ) throws -> (original: Verdict, line: String, again: RecordedReview.Outcome) {
        let review = ReviewBody(name: "r", object: try json(run(spec)), oldObject: nil)
        let policy = try compiledPolicy(policy, generation: generation)
        let fixture = try state.map { try FixtureState($0, generation: generation) }
        let (original, line) = try review.judgedAndRecorded(by: policy, state: fixture)
        return (original, String(decoding: line, as: UTF8.self), try review.judgedAgain(line, by: policy))
    }

    @Test func `are no values of parameters that no rule reads, and no hashes of them`() throws {
        let value = "hunter2-hunter2"
        let (_, line, _) = try recorded("parameters: {repository: a/b, head: codex/x, token: \(value)}")
        #expect(line.contains(#""repository":"a/b""#) && line.contains(#""head":"codex/x""#))
        #expect(line.contains(#""token":{"redacted":{"bytes":15,"utf16":15}}"#))
        #expect(!line.contains(value) && !line.contains("sha256\":\"\(PromptText.text(ExactString(value)).sha256)"))
    }

    @Test(arguments: [
        "parameters: {repository: 'https://u:hunter2@github.com/a/b', head: codex/x}",
        "parameters: {repository: 'https://u:hunter2/hunter2@github.com/a/b'}",
        "parameters: {repo: 'hunter2:x@evil.example:a/b', head: codex/x}",
        "parameters: {where: 'https://hunter2@github.com/a/b/c'}, "
            + "implementation: {inline: {text: t, contract: {mappings: [{from: where, to: repository}]}}}",
        "implementation: {inline: {text: t, source: {provider: github, externalId: 'https://hunter2@github.com/a/b#7', "
            + "url: 'https://u:hunter2@example.org/7'}}}",
    ])
    func `is no credential of an address, which no rule misses`(spec: String) throws {
        let policy = "  rules: {repository-allowlist: {allow: [c/d], deny: ['*evil*']}}"
        let (original, line, again) = try recorded(spec, policy: policy)
        #expect(original.reasons(of: .repositoryAllowlist).contains("CredentialInURL"))
        #expect(!line.contains("hunter2"), "\(line)")
        #expect(again.doubts.isEmpty)
        #expect(again.verdict.findings.map(\.line) == original.findings.map(\.line))
        #expect(again.verdict.explanation.repository == original.explanation.repository)
    }

    /// A decision log may be another's: what stands in the place of a hash is told to people.
    @Test(arguments: [#"\u001b[2J"#, "", "ABCDEF", "\u{202E}"])
    func `is no hash that is none`(_ written: String) throws {
        let review = ReviewBody(name: "r", object: try json(run("implementation: {inline: {text: t}}")), oldObject: nil)
        let policy = try compiledPolicy(nil)
        let (original, line) = try review.judgedAndRecorded(by: policy, state: nil)
        let hash = try #require(original.explanation.prompts.first?.source.sha256)
        let forged = String(decoding: line, as: UTF8.self).replacing(hash, with: written)
        let again = try review.judgedAgain(Array(forged.utf8), by: policy)
        #expect(again.verdict.explanation.prompts.allSatisfy { ($0.source.sha256 ?? "").isEmpty })
    }

    @Test func `is no name in a text that may be a key`() throws {
        let text =
            "use ${ghp_0123456789abcdefghijklmnopqrstuvwxyz}, {{ x.sk_0123456789abcdefghijklmno }} and ${short_name}"
        let (_, line, again) = try recorded("implementation: {inline: {text: '\(text)'}}")
        #expect(!line.contains("0123456789abc"), "\(line)")
        #expect(line.contains("short_name") && !again.doubts.isEmpty)
    }

    @Test func `is the measure of a parameter that a contract maps onto the prompt`() throws {
        let inline = """
            implementation: {inline: {text: the text, contract: {mappings: [{from: task, to: note}, {from: note, to: prompt}]}}}, \
            parameters: {task: do the other task of all tasks}
            """
        let (original, line, again) = try recorded(inline)
        #expect(original.reasons(of: .promptOverride) == ["PromptOverride"])
        #expect(!line.contains("the other task"))
        #expect(again.doubts.isEmpty)
        #expect(again.verdict.lines(of: .promptOverride) == original.lines(of: .promptOverride))
        #expect(
            again.verdict.explanation.prompts.first?.source.sha256 == original.explanation.prompts.first?.source.sha256
        )
    }

    private static let templated = documents(
        object("Agent", "a", "vcsRef: {name: v}"),
        object("VersionControlProvider", "v", "defaults: {branchTemplate: 'codex/{{ parameters.ticket }}'}")
    )

    @Test func `is what a branch template writes into a branch`() throws {
        let (original, line, again) = try recorded("parameters: {repository: a/b, ticket: T-1}", state: Self.templated)
        #expect(original.explanation.head == "codex/T-1")
        #expect(line.contains(#""ticket":"T-1""#))
        #expect(again.doubts.isEmpty && again.verdict.explanation.head == "codex/T-1")
    }

    /// The branch's name itself is no secret: it is in the verdict.
    @Test(arguments: ["title", "parameters.body", "issueTitle", ""])
    func `is no text even if a branch template names it, and then nobody can tell`(path: String) throws {
        let state = documents(
            object("Agent", "a", "vcsRef: {name: v}"),
            object("VersionControlProvider", "v", "defaults: {branchTemplate: 'codex/{{ \(path) }} '}")
        )
        let spec = """
            implementation: {inline: {summary: the summary of it}}, \
            parameters: {repository: a/b, title: the title of it, body: the body of it}
            """
        let (_, line, again) = try recorded(spec, state: state)
        #expect(again.doubts.contains("the policy reads a text that is not recorded"))
        let end = try #require(line.firstRange(of: #","state":"#)).lowerBound
        for text in ["title of it", "body of it", "summary of it"] { #expect(!line[..<end].contains(text)) }
    }

    @Test(arguments: [(Generation.february2026, false), (.august2026, true)])
    func `are names between braces, and sentences are only counted`(generation: Generation, isInDoubt: Bool) throws {
        let text = "do {{ the thing nobody may read }} with ${name} and {{ parameters.x }} for $head"
        let spec = "implementation: {inline: {text: '\(text)'}}, parameters: {repository: a/b, head: codex/x}"
        let (original, line, again) = try recorded(spec, generation: generation)
        #expect(original.reasons(of: .literalTokens).contains("LiteralToken"))
        #expect(!line.contains("nobody may read"))
        #expect(line.contains(#""dollarBraces":["name"],"braces":["parameters.x"],"shellVariables":["head"]"#))
        #expect(line.contains(#""omittedPaths":1"#))
        #expect(again.doubts.isEmpty == !isInDoubt)
        if !isInDoubt { #expect(again.verdict.lines(of: .literalTokens) == original.lines(of: .literalTokens)) }
    }

    @Test func `is a system prompt's length without its hash`() throws {
        let long = String(repeating: "secret words ", count: 2000)
        let (original, line, again) = try recorded("systemPrompt: '\(long)'")
        #expect(original.reasons(of: .systemPrompt) == ["SystemPromptTooLong"])
        #expect(again.verdict.lines(of: .systemPrompt) == original.lines(of: .systemPrompt))
        #expect(
            !line.contains("secret words")
                && line.contains(#""systemPrompt":{"redacted":{"bytes":26000,"utf16":26000}}"#)
        )
    }

    /// What became of the branches of a run after it was judged.
    private static let settlements: [RecordedSettlement] = [
        .contended, .unclaimed(.failed("no permission to create Leases")), .unclaimed(.surplus(8)),
        .taken([taken("codex/x")]), .taken([taken("codex/y"), taken("codex/x")]),
    ]

    private static func taken(_ head: ExactString) -> TakenBranch {
        TakenBranch(
            branch: BranchKey(repository: "a/b", head: head),
            namespace: "other",
            name: "first",
            run: ("Running", Timestamp(seconds: 1_700_000_000)),
            claimedAt: Timestamp(seconds: 1_700_000_060),
            waitSeconds: nil
        )
    }

    @Test(arguments: settlements)
    func `is what became of its branches`(settlement: RecordedSettlement) throws {
        let spec = run("parameters: {repository: a/b, head: codex/x}")
        let review = ReviewBody(name: "r", object: try json(spec), oldObject: nil)
        let engine = PolicyEngine(policy: try compiledPolicy(nil))
        let state = RecordedState(try FixtureState(object("Agent", "a")))
        let now = Examples.now
        let (original, line) = try unsafe review.bytes.withUnsafeBytes { body in
            let decoded = try unsafe DecodedReview(body)
            var verdict = try unsafe engine.judge(
                decoded,
                body: body,
                state: state,
                now: now,
                claimed: settlement.taken
            )
            if settlement.isContended { verdict = engine.contended(verdict) }
            if let unclaimed = settlement.unclaimed { verdict = engine.unclaimed(verdict, unclaimed) }
            var writer = JSONWriter()
            try unsafe RecordedReview.write(body, state: state, settlement: settlement, to: &writer)
            return (verdict, writer.bytes)
        }
        let again = try review.judgedAgain(line, by: engine.policy)
        #expect(again.doubts.isEmpty)
        #expect(original.findings.contains { [.headBranchConflict, .clusterState].contains($0.rule) })
        #expect(again.verdict.findings.map(\.line) == original.findings.map(\.line))
        #expect(again.verdict.allowed == original.allowed)
    }
}
