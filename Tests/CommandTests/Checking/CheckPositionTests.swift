import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `Positions of findings` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private static let yaml = """
        # A comment.
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: {name: one, namespace: agents}
        spec:
          agentRef: {name: codex}
          implementation:
            inline: {text: fix it}
          runtime: {type: job}
          parameters:
            repository: not a name
            "prompt": |
              do less
        """
    private static let json = """
        {"apiVersion": "v1", "kind": "List", "items": [
          {"apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun", "metadata": {"name": "ü",
            "namespace": "agents"}, "spec": {
            "implementation": {"inline": {"text": "fix it"}},
            "parameters": {"ü": "", "repository": "not a name"}}}]}
        """

    private func findings(in file: String) async throws -> [String: [Int]] {
        let program = try await Program.agentrunAdmission("check", "--output", "json", file)
        let report = try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        let verdict = try #require((report["verdicts"] as? [[String: Any]])?.first)
        var places: [String: [Int]] = [:]
        for finding in try #require(verdict["findings"] as? [[String: Any]]) {
            places[try #require(finding["reason"] as? String)] = try [
                #require(finding["line"] as? Int), #require(finding["column"] as? Int),
            ]
        }
        return places
    }

    @Test func `are those of the keys in YAML`() async throws {
        let places = try await findings(in: folder.write(Self.yaml, to: "run.yaml"))
        #expect(places["InvalidRepository"] == [11, 5], "\(places)")
        #expect(places["PromptOverride"] == [12, 5], "\(places)")
        let text = try await Program.agentrunAdmission("check", folder.path("run.yaml")).output
        #expect(text.contains("\n  11:5  Deny  [InvalidRepository] spec.parameters.repository: "))
    }

    @Test func `are those of the keys in JSON, counted in characters`() async throws {
        let places = try await findings(in: folder.write(Self.json, to: "run.json"))
        #expect(places["InvalidRepository"] == [5, 29], "\(places)")
    }

    @Test func `in a review are those of the object`() async throws {
        let body = Reviews.create("reviewed").replacing("\"head\":", with: "\n\"prompt\":\"x\",\"head\":")
        let places = try await findings(in: folder.write(body, to: "review.json"))
        #expect(places["PromptOverride"]?.first == 2, "\(places)")
    }

    @Test func `that are absent are those of what is there of their path`() async throws {
        let yaml =
            Self.yaml.replacing("    repository: not a name\n", with: "    head: codex/x\n")
            + "\n  vcsPolicy: {required: true}\n"
        let places = try await findings(in: folder.write(yaml, to: "run.yaml"))
        #expect(places["MissingRepository"] == [10, 3], "\(places)")
    }
}

@Suite(.limit(minutes: 1)) struct `SARIF` {
    /// What the schema of SARIF 2.1.0 demands of the parts that are written, and what GitHub makes of them.
    @Test func `names every finding, its rule and its place`() async throws {
        let folder = try Folder()
        let manifest = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: do less")
        let file = try folder.write(manifest, to: "a b%ü.yaml")
        try folder.write("kind: [", to: "broken.yaml")
        let program = try await Program.agentrunAdmission("check", "--output", "sarif", folder.path)
        let log = try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "PromptOverride")
        #expect(result["level"] as? String == "warning")
        let index = try #require(result["ruleIndex"] as? Int)
        #expect(rules[index]["id"] as? String == "PromptOverride")
        let location = try #require((result["locations"] as? [[String: Any]])?.first)
        let physical = try #require(location["physicalLocation"] as? [String: Any])
        let uri = try #require((physical["artifactLocation"] as? [String: Any])?["uri"] as? String)
        #expect(URL(string: uri)?.path == file)
        #expect((physical["region"] as? [String: Int])?["startLine"] == 8, "\(physical)")
        let invocation = try #require((run["invocations"] as? [[String: Any]])?.first)
        #expect(invocation["executionSuccessful"] as? Bool == false)
        #expect(invocation["exitCode"] as? Int == 2)
        #expect((invocation["toolExecutionNotifications"] as? [Any])?.count == 1)
    }
}

/// What differs on a terminal, which `script` is (bsdutils).
@Suite(.limit(minutes: 1)) struct `On a terminal` {
    private func onTerminal(_ command: String) async throws -> String {
        try await Program.named("script", "--quiet", "--return", "--command", command, "/dev/null").output
    }

    @Test func `verdicts have colours unless NO_COLOR is set`() async throws {
        let folder = try Folder()
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let command = "\(Program.underTest) check \(file)"
        #expect(try await onTerminal("env -u NO_COLOR TERM=xterm \(command)").contains("\u{1B}[32mallowed\u{1B}[0m"))
        #expect(try await !onTerminal("TERM=xterm NO_COLOR=1 \(command)").contains("\u{1B}["))
        #expect(try await !onTerminal("TERM=dumb \(command)").contains("\u{1B}["))
        #expect(try await !Program.agentrunAdmission("check", file).output.contains("\u{1B}["))
    }

    @Test func `progress is shown for more than 500 objects`() async throws {
        let folder = try Folder()
        let runs = (0..<800).map { Reviews.manifest("run-\($0)", head: "codex/\($0)") }
        let file = try folder.write(runs.joined(separator: "---\n"), to: "runs.yaml")
        let few = try folder.write(runs[0], to: "few.yaml")
        let shown = try await onTerminal("TERM=xterm \(Program.underTest) check --quiet \(file)")
        #expect(shown.contains("read 800 objects") && shown.contains("judged 750 of 800 objects"), "\(shown)")
        #expect(try await onTerminal("TERM=xterm \(Program.underTest) check --quiet \(few)").isEmpty)
        #expect(try await Program.agentrunAdmission("check", "--quiet", file).errors.isEmpty)
    }
}
