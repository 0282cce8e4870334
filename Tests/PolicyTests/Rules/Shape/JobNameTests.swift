import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Names of Jobs` {
    private static func other(
        _ name: String,
        spec: String = "",
        metadata: String = "",
        phase: String = "Running"
    ) -> String {
        run(spec, name: name, metadata: metadata, more: ", status: {phase: \(phase)}")
    }

    private func reasons(_ mine: String, _ state: String, _ generation: Generation = .august2026) throws -> [String] {
        try judge(mine, state: state, generation: generation).reasons(of: .labelLength)
    }

    @Test(arguments: [
        ("a", "a"), ("a-b", "a-b"), ("a.b", "a-b"), ("a.b.c", "a-b-c"), ("a.-b", "a--b"), ("a..b", "a-b"),
        ("A_b", "a-b"),
        ("é.é", "-"), ("a\u{301}.b", "a-b"), ("", ""), ("a\u{0}\u{1F468}\u{200D}\u{1F469}z", "a-z"),
    ])
    func `are made of the bytes of the run's`(name: String, jobName: String) {
        #expect(JobName.of(ExactString(name)).string == jobName)
        #expect(JobName.differs(from: ExactString(name)) == (name != jobName))
    }

    @Test(arguments: [
        ("a.b", "a-b", true), ("a-b", "a.b", true), ("a.b.c", "a-b.c", true), ("a.b", "a-c", false),
        ("ab", "a.b", false), ("a.b", "a.b", false),
    ])
    func `of two runs of a namespace that are active are the same`(mine: String, held: String, collides: Bool) throws {
        let expected = collides ? ["JobNameCollision"] : []
        for generation in Generation.allCases {
            let mine = run("", name: mine)
            #expect(try reasons(mine, Self.other(held), generation) == expected)
            #expect(try reasons(mine, Self.other(held, spec: "runtime: {type: workflow}"), generation) == expected)
            for phase in ["Succeeded", "failed", "Cancelled", "Template"] {
                #expect(try reasons(mine, Self.other(held, phase: phase), generation) == [])
            }
            let custom = "runtime: {type: custom, config: {endpoint: 'https://e.example'}}"
            #expect(try reasons(mine, Self.other(held, spec: custom), generation) == [])
            let elsewhere = Self.other(held).replacing("namespace: agents", with: "namespace: elsewhere")
            #expect(try reasons(mine, elsewhere, generation) == [])
        }
    }

    @Test func `are asked of runs that have any`() throws {
        let state = Self.other("a-b")
        let custom = "runtime: {type: custom, config: {endpoint: 'https://e.example'}}"
        #expect(try reasons(run(custom, name: "a.b"), state) == [])
        #expect(try reasons(run("", name: "a.b", more: ", status: {phase: Failed}"), state) == [])
        let template = ", annotations: {agents.proompteng.ai/template: 'true'}"
        #expect(try reasons(run("", name: "a.b", metadata: template), state) == [])
        #expect(try reasons(run("", name: "a.b", metadata: template), state, .february2026) == ["JobNameCollision"])
        #expect(try judge(run("", name: "a.b")).reasons(of: .labelLength) == [])
    }

    @Test func `are told with the first of the others, and another name`() throws {
        let state = documents(Self.other("a-b", phase: "Pending"), Self.other("a.b.c"), Self.other("a-b.c"))
        let policy = "  rules: { label-length: { action: Warn } }"
        let found = try judge(run("", name: "a-b-c"), policy: policy, state: state)
        #expect(
            found.lines(of: .labelLength) == [
                """
                [JobNameCollision] metadata.name: Duplicate value: "a-b-c" becomes "a-b-c" in the names of Jobs, as does the name \
                of run "agents/a-b.c" (Running) and 1 more; the one that is submitted later fails (use "a-b-c-cbd2be", or wait \
                until that run is over)
                """
            ]
        )
        #expect(found.explanation.predicted == "Failed/SubmitFailed")
        #expect(found.summary(of: .labelLength) == ["JobNameCollision metadata.name Warn"])
        #expect(try reasons(run("", name: "a-b-c-cbd2be"), state) == [])
    }

    @Test func `are no news of an update, which need not be the later one`() throws {
        let state = try FixtureState(documents(Self.other("a-b"), Self.other("a.b")))
        let alone = try FixtureState(Self.other("a.b"))
        func update(_ state: FixtureState) throws -> Verdict {
            let before = run("parameters: {repository: o/r, head: codex/x}", name: "a.b")
            let after = run("parameters: {repository: o/r, head: codex/y}", name: "a.b")
            return try review(operation: "UPDATE", object: after, oldObject: before, state: state)
        }
        #expect(try update(alone).summary(of: .labelLength) == [])
        let verdict = try update(state)
        #expect(verdict.summary(of: .labelLength) == ["JobNameCollision metadata.name Audit"])
        #expect(verdict.explanation.predicted == nil)
    }
}
