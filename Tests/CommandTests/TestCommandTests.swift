import Foundation
import FoundationXML
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `test` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private static let head = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicyTest
        namespace: agents
        cases:

        """

    /// A suite with one case: the manifest `run.yaml` of the same folder, and what is expected.
    private func suite(_ expectation: String, manifest: String = Reviews.manifest("one")) throws -> String {
        try folder.write(manifest, to: "suite/runs/run.yaml")
        let lines = expectation.split(separator: "\n").map { "    \($0)\n" }.joined()
        return try folder.write(
            "\(Self.head)  - name: first\n    manifest: runs/run.yaml\n\(lines)",
            to: "suite/suite.yaml"
        )
    }

    @Test func `writes a first suite that passes, and over no file`() async throws {
        let file = folder.path("first.yaml")
        #expect(try await Program.agentrunAdmission("test", "--init", file).status == 0)
        let program = try await Program.agentrunAdmission("test", file)
        #expect(program.status == 0, "\(program.output)")
        #expect(program.output.hasSuffix("2 cases: 2 passed, 0 failed\n"))
        let again = try await Program.agentrunAdmission("test", "--init", file)
        #expect(again.status == 2)
        #expect(again.errors.contains("File exists; name another file, or remove it"))
    }

    @Test func `names the first suite itself, but not the suites to run`() async throws {
        let made = try await Program.named("env", "--chdir", folder.path, Program.underTest, "test", "--init")
        #expect(made.status == 0, "\(made.errors)")
        #expect(try await Program.agentrunAdmission("test", folder.path("policy-tests.yaml")).status == 0)
        let none = try await Program.agentrunAdmission("test")
        #expect(none.status == 2)
        #expect(none.errors.contains("name at least one suite"))
    }

    @Test(
        arguments: [
            ("allowed: true\nfindings: [{reason: PromptOverride}]", [String]()),
            (
                "allowed: true\nfindings: [{rule: prompt-override, reason: PromptOverride, action: Warn}]\npredicted: x",
                ["expected the outcome x, but it is none"]
            ),
            ("allowed: true\nfindings: [{message: overrides ImplementationSpec}]", []),
            (
                "allowed: true\nfindings: [{message: overwrites}]",
                [
                    "expected a finding with message \"overwrites\", but there is none",
                    "unexpected finding: Warn prompt-override [PromptOverride] spec.parameters.prompt: ",
                ]
            ),
            ("allowed: true", ["unexpected finding: Warn prompt-override [PromptOverride] spec.parameters.prompt: "]),
            ("allowed: false\nfindings: [{reason: PromptOverride}]", ["expected to be denied, but it is allowed"]),
            (
                "allowed: true\nfindings: [{field: spec.parameters.prompt}, {reason: EmptyPrompt}]",
                ["expected a finding with reason EmptyPrompt, but there is none"]
            ),
            ("allowed: true\nfindings: [{}]\nwarnings: [overrides Impl, {matches: '^.PromptOv.*[0-9]'}]", []),
            (
                "allowed: true\nfindings: [{}]\nwarnings: [nonsense, {matches: x+y}]",
                [
                    "expected a warning with the text \"nonsense\", but there is none",
                    "expected a warning that matches \"x+y\", but there is none",
                ]
            ),
        ]
    )
    func `compares`(expectation: String, failures: [String]) async throws {
        let manifest = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: do less")
        let program = try await Program.agentrunAdmission("test", suite(expectation, manifest: manifest))
        #expect(program.status == (failures.isEmpty ? 0 : 1), "\(program.output)\(program.errors)")
        for failure in failures { #expect(program.output.contains("        \(failure)"), "\(program.output)") }
        #expect(program.output.matches(of: /\n {8}/).count == failures.count, "\(program.output)")
    }

    @Test func `finds a policy, a generation, state and reviews`() async throws {
        try folder.write(Reviews.create("reviewed"), to: "review.json")
        try folder.write(Reviews.manifest("holder"), to: "state/holder.yaml")
        try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec:
              exemptions:
                - {name: till-june, match: {namespaces: [agents]}, rules: [head-branch-conflict], reason: r, expires: "2026-06-01T00:00:00Z"}
            """,
            to: "policy.yaml"
        )
        let suite = try folder.write(
            """
            \(Self.head)\
              - name: the branch is taken
                review: review.json
                state: state
                allowed: false
                findings: [{reason: HeadBranchConflict, action: Deny}]
              - name: which is exempted
                review: review.json
                state: [state/holder.yaml]
                policy: policy.yaml
                now: 2026-05-31T23:59:59Z
                allowed: true
                findings: [{action: Audit}]
              - name: until June
                review: review.json
                state: [state/holder.yaml]
                policy: policy.yaml
                now: "2026-06-01T00:00:00Z"
                allowed: false
                findings: [{action: Deny}]
              - name: nobody holds it
                review: review.json
                generation: "2026-08"
                allowed: true

            """,
            to: "suite.yaml"
        )
        let program = try await Program.agentrunAdmission("test", suite)
        #expect(program.status == 0, "\(program.output)\(program.errors)")
        #expect(program.output.contains("ok    \(suite):5: the branch is taken\n"), "\(program.output)")
        #expect(try await Program.agentrunAdmission("test", "-q", suite).output.isEmpty)
    }

    @Test func `names a missing file, and runs the rest`() async throws {
        let suite = try folder.write(
            """
            \(Self.head)\
              - {name: gone, manifest: gone.yaml, allowed: true}
              - {name: no policy, manifest: run.yaml, policy: gone.yaml, allowed: true}
              - {name: no state, manifest: run.yaml, state: gone/, allowed: true}
              - {name: good, manifest: run.yaml, allowed: true}

            """,
            to: "suite.yaml"
        )
        try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let program = try await Program.agentrunAdmission("test", suite, folder.path("no-suite.yaml"))
        #expect(program.status == 2)
        #expect(program.errors.contains("cannot read test suite \(folder.path("no-suite.yaml")): No such file"))
        for text in [
            "ERROR \(suite):5: gone\n        \(folder.path("gone.yaml")): No such file or directory",
            "        cannot read policy \(folder.path("gone.yaml")): No such file or directory",
            "        cannot read --state \(folder.path("gone/")): No such file or directory",
            "ok    \(suite):8: good\n", "4 cases: 1 passed, 0 failed, 3 not run\n",
        ] {
            #expect(program.output.contains(text), "\(text)\n\(program.output)")
        }
    }

    @Test func `refuses keys it does not know, with the nearest one and its place`() async throws {
        let file = try suite("alowed: true\nfindings: [{reason: PromptOveride}]\nwarnings: [{matches: '('}]")
        let program = try await Program.agentrunAdmission("test", file)
        #expect(program.status == 2)
        for text in [
            "line 7, column 5: unknown key \"alowed\" in cases[0] (did you mean \"allowed\"?)",
            "line 8, column 25: cases[0].findings[0].reason: Unsupported value: \"PromptOveride\"",
            "cases[0].warnings[0].matches: Invalid value: no regular expression",
            "cases[0].allowed: Required value: true or false",
        ] {
            #expect(
                program.errors.contains("cannot use test suite \(file): ") && program.errors.contains(text),
                "\(program.errors)"
            )
        }
    }

    @Test func `writes JUnit XML that a parser reads`() async throws {
        let program = try await Program.agentrunAdmission("test", "--output", "junit", suite("allowed: false"), "/none")
        #expect(program.status == 2)
        let document = ElementCounter()
        let parser = XMLParser(data: Data(program.output.utf8))
        parser.delegate = document
        #expect(parser.parse(), "\(program.output)")
        #expect(document.counts["testsuite"] == 2 && document.counts["testcase"] == 2)
        #expect(document.counts["failure"] == 1 && document.counts["error"] == 1)
    }
}
