import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import TestPatience
import Testing

/// What the controller makes of texts with tokens (`controller-semantics.md` sections 5 and 7).
@Suite struct `Rendering` {
    /// The head that a branch template makes for a run with these parameters and this implementation.
    private func head(
        _ template: String,
        _ parameters: String,
        _ implementation: String = "text: t",
        isKnownByReference: Bool = false,
        generation: Generation = .august2026
    ) throws -> ExactString? {
        let state = documents(
            object("VersionControlProvider", "v", "defaults: {branchTemplate: '\(template)'}"),
            object("ImplementationSpec", "i", implementation)
        )
        let source =
            isKnownByReference ? "implementationSpecRef: {name: i}" : "implementation: {inline: {\(implementation)}}"
        let yaml = run("vcsRef: {name: v}, parameters: {repository: o/r\(parameters)}, \(source)")
        return try judge(yaml, state: state, generation: generation).explanation.head
    }

    @Test(arguments: [
        ("{{event.repository}}", "", "o/r", "o/r"), ("{{event.repository}}", ", issue: '7'", "o/r", "o/r"),
        ("x/{{event.issueNumber}}", ", issue: '7'", "x/7", "x/7"),
        ("x/{{event.issueUrl}}", ", url: 'u'", "x/u", "x/u"), ("x/{{event.base}}", ", baseRef: b", "x/b", "x/b"),
        ("x/{{event.stage}}", ", workflowStage: s", "x/s", nil), ("x/{{event.stage}}", ", codexStage: s", "x/s", "x/s"),
        ("x/{{event.metadata.map.own}}", ", own: ' o '", "x/o", "x/o"), ("x/{{event.own}}", ", own: o", "x/", nil),
        ("x/{{event.prompt}}", "", "x/t", "x/t"), ("x/{{event.prompt}}", ", prompt: p", "x/p", "x/t"),
        ("x/{{event.issueBody}}", "", "x/t", nil), ("x/{{event.issueBody}}", ", issueNumber: '7'", "x/t", "x/t"),
        ("x/{{event.issueTitle}}", ", issueTitle: '{{a}}b'", "x/{{a}}b", "x/b"),
        ("x/{{metadata.issueTitle}}", ", issueTitle: '{{a}}b'", "x/{{a}}b", "x/{{a}}b"),
        ("x/{{inputs.a}}", ", a: b", "x/", nil), ("x/{{agentRun.namespace}}", "", "x/agents", "x/agents"),
    ])
    func `of branches, by what resolved`(
        template: String,
        parameters: String,
        february: String?,
        august: String?
    ) throws {
        #expect(try head(template, parameters, generation: .february2026)?.string == february, "\(template)")
        #expect(try head(template, parameters)?.string == august ?? "codex/r", "\(template)")
    }

    @Test func `a blank piece between slashes is none that is empty`() throws {
        #expect(try head("x/{{a}}/y", ", a: ' '") == "x/ /y")
        #expect(try head("x/{{a}}/y", ", b: ' '") == "codex/r")
    }

    @Test(arguments: ["{{event.prompt}}", "{{issueBody}}", "{{event.issueBody}}", "{{metadata}}", "{{event}}", "{{ }}"])
    func `of a branch from a text that is not kept is not known`(path: String) throws {
        let parameters = ", issueNumber: '7'"
        for generation in [Generation.february2026, .august2026] {
            #expect(
                try head("x/\(path)", parameters, isKnownByReference: true, generation: generation) == nil,
                "\(path)"
            )
        }
        #expect(try head("x/{{event.issueTitle}}", parameters, isKnownByReference: true) == "codex/r")
        #expect(try head("x/{{event.prompt}}", ", a: b", "text: '{{a}}'", isKnownByReference: true) == "x/b")
    }

    @Test(arguments: [
        // An external id whose number is blank still names the repository.
        ("'evil/repo# #'", "github"), ("evil/repo#7", "' github '"), ("'evil/repo #7#8'", "github"),
    ])
    func `of an external id gives the repository that the controller takes`(externalId: String, provider: String) throws
    {
        let spec = "implementation: {inline: {text: t, source: {provider: \(provider), externalId: \(externalId)}}}"
        #expect(try judge(run(spec)).explanation.repository == "evil/repo")
    }

    private static let text = "spec.implementation.inline.text Warn"

    @Test(arguments: [
        ("text: '{{ x }}'", "", true), ("text: '{{ x }}', summary: s", "", false),
        ("text: '{{ x }}', summary: '{{ y }}'", "", true), ("text: '{{ x }} {{ x }}', summary: s", "", true),
        ("text: '{{ x }}'", "x: v", false), ("text: '{{ x }}'", "x: ' '", true), ("text: '${x}'", "", false),
        ("text: '${x}'", "x: ''", true), ("text: '{{ inputs.x }}'", "", true),
        ("text: '{{ inputs.x }}'", "x: v", false),
        ("text: '{{ x }}'", "x: '${k}', k: ''", true), ("text: '{{ x }}'", "x: '${k}'", false),
        ("text: '{{ x }}{{ w }}'", "x: '$', w: '{z}', z: ''", true), ("text: '{{ }}'", "", false),
        ("text: '{{ x }}a'", "", false), ("text: '{{ x }', summary: s", "", false), ("summary: '{{ x }}'", "", true),
        ("text: '{{ issueTitle }}', summary: ''", "issueNumber: '7'", true),
    ])
    func `leaves nothing of a prompt, or something`(implementation: String, parameters: String, isEmpty: Bool) throws {
        let inline = run("implementation: {inline: {\(implementation)}}, parameters: {\(parameters)}")
        let reference = run("implementationSpecRef: {name: i}, parameters: {\(parameters)}")
        let state = object("ImplementationSpec", "i", implementation)
        #expect(
            try judge(inline, generation: .august2026).reasons(of: .promptSource) == (isEmpty ? ["EmptyPrompt"] : [])
        )
        #expect(
            try judge(reference, state: state, generation: .august2026).summary(of: .promptSource)
                == (isEmpty ? ["EmptyPrompt spec.implementationSpecRef.name Warn"] : [])
        )
        #expect(try judge(inline).reasons(of: .promptSource) == [])
    }

    @Test func `of an empty prompt says what the agent gets instead`() throws {
        let lines = try judge(run("implementation: {inline: {text: '{{ x }}'}}"), generation: .august2026)
            .lines(of: .promptSource)
        #expect(lines.first?.contains("at last the whole run as JSON") == true)
    }

    @Test func `that leaves nothing of the text makes the summary the prompt`() throws {
        let verdict = try judge(
            run("implementation: {inline: {text: '{{ x }}', summary: s}}"),
            generation: .august2026
        )
        #expect(verdict.explanation.prompts.map(\.source.source) == ["spec.implementation.inline.summary"])
        #expect(verdict.summary(of: .literalTokens) == ["EmptyToken \(Self.text)"])
    }

    @Test(arguments: [
        ("issueTitle", "summary: '{{ x }}'", "issueNumber: '7'", true),
        ("issueTitle", "summary: s", "issue: '7'", false),
        ("issueTitle", "summary: '{{ x }}'", "issue: '7', x: '{{ y }}'", true),
        ("issueBody", "text: '{{ x }}'", "issueNumber: '7'", true), ("prompt", "text: '{{ x }}'", "", true),
        ("prompt", "text: '{{ x }}', summary: s", "", false), ("prompt", "text: '{{ x }} {{ x }}'", "", false),
        ("issueTitle", "summary: '{{ x }}'", "issueNumber: '7', title: '{{ x }}'", false),
    ])
    func `decides whether a contract is met`(key: String, texts: String, parameters: String, isMissing: Bool) throws {
        let implementation = "\(texts), contract: {requiredKeys: [\(key)]}"
        let inline = run("implementation: {inline: {\(implementation)}}, parameters: {\(parameters)}")
        let expected = isMissing ? ["MissingRequiredMetadata"] : []
        #expect(try judge(inline, generation: .august2026).reasons(of: .implementationContract) == expected)
        let reference = run("implementationSpecRef: {name: i}, parameters: {\(parameters)}")
        let state = object("ImplementationSpec", "i", implementation)
        #expect(
            try judge(reference, state: state, generation: .august2026).reasons(of: .implementationContract) == expected
        )
    }

    @Test func `of url is filled from issueUrl after the contract's mappings`() throws {
        func missing(_ mappings: String, _ keys: String, _ parameters: String) throws -> [String] {
            let contract = "contract: {requiredKeys: [\(keys)], mappings: [\(mappings)]}"
            let yaml = run("implementation: {inline: {text: t, \(contract)}}, parameters: {\(parameters)}")
            return try judge(yaml).reasons(of: .implementationContract)
        }
        #expect(try missing("{from: url, to: mapped}", "mapped", "issueUrl: x") == ["MissingRequiredMetadata"])
        #expect(try missing("{from: url, to: mapped}", "mapped, issueUrl", "url: x") == [])
        #expect(try missing("", "url", "issueUrl: x") == [])
    }

    @Test(.limit(minutes: 1)) func `takes no longer than the text is long`() throws {
        let value = String(repeating: " ", count: 2000)
        let text = String(repeating: "{{x}}", count: 800)
        let long = String(repeating: "{{ parameters }}", count: 8000)
        for text in [text, long, String(repeating: "{", count: 131_072), "$" + String(repeating: "{{", count: 65_000)] {
            let yaml = run("implementation: {inline: {text: '\(text)'}}, parameters: {x: '\(value)', issueNumber: '7'}")
            _ = try judge(yaml, generation: .august2026)
        }
        #expect(try head("{{event.prompt}}", "", "text: '\(long)'")?.string.utf8.count ?? 0 <= 65_536)
    }
}
