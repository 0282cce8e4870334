import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Literal tokens` {
    private func judged(
        _ text: String,
        _ parameters: String = "",
        _ generation: Generation = .february2026
    ) throws -> Verdict {
        let spec = "implementation: {inline: {text: '\(text)'}}, parameters: {\(parameters)}"
        return try judge(run(spec), generation: generation)
    }

    private static let field = "spec.implementation.inline.text Warn"

    @Test(arguments: [
        ("plain $5 text", "", [], []), ("do ${task}", "", ["LiteralToken"], ["LiteralToken"]),
        ("do ${ task }", "task: t", ["LiteralToken"], []), ("do $${task} and \\${task}", "", [], []),
        ("do ${1} ${} ${a b}", "", [], []), ("do ${a.b-c_1}", "", ["LiteralToken"], ["LiteralToken"]),
        ("do ${parameters.task}", "task: t", ["LiteralToken"], []),
        ("do ${metadata.head}", "headRef: h", ["LiteralToken"], []),
        ("do {{ task }}", "", [], ["EmptyToken"]), ("do {{task}}", "task: t", [], []),
        ("do {{ inputs.task }}", "task: t", [], []), ("do {{ inputs.task }}", "", [], ["EmptyToken"]),
        ("do ${inputs.task}", "", ["LiteralToken"], ["LiteralToken"]), ("do {{ inputs }}", "", [], []),
        ("do {{ task }}", "task: \\\"\\\"", [], []), ("do {{ }}", "", [], []), ("do { { task } }", "", [], []),
        ("run $task", "task: t", ["ShellVariable"], ["ShellVariable"]), ("run $task", "tasks: t", [], []),
        ("run $tasks", "task: t", [], []), ("run $$task", "task: t", [], []),
        ("do {{${task}} now", "task: t", ["LiteralToken"], ["EmptyToken"]),
        ("do {{ $task }}", "task: t", ["ShellVariable"], ["EmptyToken"]),
        ("do {{ \\$task }}", "task: t", [], ["EmptyToken"]),
        ("${a} {{b}} $c", "c: t", ["LiteralToken", "ShellVariable"], ["LiteralToken", "EmptyToken", "ShellVariable"]),
    ])
    func `sections 7`(text: String, parameters: String, february: [String], august: [String]) throws {
        let parameters = parameters.replacing("\\\"", with: "'")
        #expect(
            try judged(text, parameters).summary(of: .literalTokens) == february.map { "\($0) \(Self.field)" },
            "\(text)"
        )
        let expected = text == "do {{ task }}" ? ["EmptyToken"] : august
        #expect(
            try judged(text, parameters, .august2026).summary(of: .literalTokens)
                == expected.map { "\($0) \(Self.field)" },
            "\(text)"
        )
    }

    @Test func `are looked for in the text that wins, section 5`() throws {
        let spec = "implementation: {inline: {text: 'do ${x}'}}, parameters: {prompt: 'do ${y}'}"
        #expect(try judge(run(spec)).summary(of: .literalTokens) == ["LiteralToken spec.parameters.prompt Warn"])
    }

    @Test func `of a known spec are kept without its text`() throws {
        let state = object("ImplementationSpec", "i", "text: 'do ${x} and {{ y }}'")
        let yaml = run("implementationSpecRef: {name: i}, parameters: {x: v}")
        #expect(
            try judge(yaml, state: state).summary(of: .literalTokens) == [
                "LiteralToken spec.implementationSpecRef.name Warn"
            ]
        )
        #expect(
            try judge(yaml, state: state, generation: .august2026).summary(of: .literalTokens) == [
                "EmptyToken spec.implementationSpecRef.name Warn"
            ]
        )
    }

    @Test func `of steps that share a text are said once`() throws {
        let spec = """
            implementation: {inline: {text: '${a} ${b}'}}, runtime: {type: workflow}, workflow: {steps: \
            [{name: s, parameters: {a: x}}, {name: t, parameters: {b: x}}]}
            """
        let verdict = try judge(run(spec), generation: .august2026)
        #expect(verdict.summary(of: .literalTokens) == ["LiteralToken \(Self.field)"])
        #expect(verdict.lines(of: .literalTokens)[0].contains(#""${b}", "${a}" names nothing"#))
    }

    @Test func `are named five at most`() throws {
        let verdict = try judged("${a} ${b} ${c} ${d} ${e} ${f} ${a} ${g}")
        #expect(
            verdict.lines(of: .literalTokens) == [
                """
                [LiteralToken] spec.implementation.inline.text: Invalid value: "${a}", "${b}", "${c}", "${d}", "${e}" and 2 \
                more stays as written: the controller expands nothing (write the value out)
                """
            ]
        )
    }

    @Test func `take no longer to find than the text is long`() throws {
        for text in [String(repeating: "{", count: 131_072), String(repeating: "${", count: 65_536)] {
            #expect(try judged(text).summary(of: .literalTokens).isEmpty)
        }
    }

    @Test(arguments: ["issueBody", "metadata.issueTitle", "prompt"])
    func `do not resolve to what is derived from the text itself, section 7`(path: String) throws {
        let state = object("ImplementationSpec", "i", "summary: s, text: 'see {{ \(path) }}'")
        let yaml = run("implementationSpecRef: {name: i}, parameters: {issueNumber: '7'}")
        #expect(
            try judge(yaml, state: state, generation: .august2026).summary(of: .literalTokens) == [
                "EmptyToken spec.implementationSpecRef.name Warn"
            ]
        )
    }

    @Test func `of an ImplementationSpec are judged with it, in February`() throws {
        let spec = object("ImplementationSpec", "i", "summary: 'do ${x}'")
        #expect(try judge(spec).summary(of: .literalTokens) == ["LiteralToken spec.summary Warn"])
        #expect(try judge(spec, generation: .august2026).summary(of: .literalTokens).isEmpty)
    }

    @Test(arguments: [
        ("repository: '${owner}/repo', head: codex/x", ["LiteralToken spec.parameters.repository Warn"]),
        ("repository: o/r, headRef: 'codex/${ task }'", ["LiteralToken spec.parameters.headRef Warn"]),
        ("repository: o/r, head: codex/x, headBranch: 'codex/${x}'", []),
        ("repository: o/r, head: codex/x, baseBranch: '${x}'", ["LiteralToken spec.parameters.baseBranch Warn"]),
        ("repository: o/r, branch: 'codex/${x}'", ["LiteralToken spec.parameters.branch Warn"]),
        ("repository: o/r, head: codex/x, branch: 'codex/${x}', note: '${x}'", []),
        ("repository: o/r, head: 'codex/$${x}'", []),
    ])
    func `stand in no head, base or repository, whatever resolves`(parameters: String, expected: [String]) throws {
        for generation in [Generation.february2026, .august2026] {
            let verdict = try judge(run("parameters: {x: v, task: v, \(parameters)}"), generation: generation)
            #expect(verdict.summary(of: .literalTokens) == expected, "\(parameters)")
            #expect(!verdict.reasons(of: .repositoryAllowlist).contains("InvalidRepository"))
        }
    }

    @Test func `do not get a repository past the lists, nor a branch held`() throws {
        let yaml = run("parameters: {repository: '${x}/r', head: codex/x}")
        let policy = "  rules: {repository-allowlist: {allow: [o/r]}}"
        #expect(try judge(yaml, policy: policy).reasons(of: .repositoryAllowlist) == ["RepositoryNotAllowed"])
        let other = object("AgentRun", "other", "parameters: {repository: '${x}/r', head: codex/x}")
        #expect(try judge(yaml, state: other).reasons(of: .headBranchConflict).isEmpty)
    }

    @Test func `of a step's own head are told where the step wrote it`() throws {
        let spec = """
            parameters: {repository: o/r, head: 'codex/${x}'}, runtime: {type: workflow}, workflow: {steps: \
            [{name: a, parameters: {head: '${z}'}}, {name: b}, {name: c}]}
            """
        #expect(
            try judge(run(spec)).summary(of: .literalTokens) == [
                "LiteralToken spec.workflow.steps[0].parameters.head Warn", "LiteralToken spec.parameters.head Warn",
            ]
        )
    }
}
