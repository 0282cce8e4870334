import Foundation
import FoundationXML
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `check` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func `exits 0 when nothing is denied`() async throws {
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 0, "\(program.errors)")
        #expect(program.output.contains("\(file):1: AgentRun agents/one: allowed"))
        #expect(program.output.hasSuffix("1 object: 0 denied, 0 allowed with warnings, 1 allowed\n"))
    }

    @Test func `exits 1 when something is denied`() async throws {
        let file = try folder.write(Reviews.manifest(String(repeating: "n", count: 64)), to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 1)
        #expect(program.output.contains("Deny  [RunNameTooLong] metadata.name: "))
    }

    @Test func `puts right what is mechanical, and exits as the rest says`() async throws {
        let good = Reviews.manifest("one")
        let bad = good.replacing("head: codex/one", with: "head: codex/one, issue: 7")
        let file = try folder.write(bad, to: "run.yaml")
        let dry = try await Program.agentrunAdmission("check", "--fix", "--dry-run", file)
        #expect(dry.status == 0 && dry.output.hasPrefix("--- \(file)\n+++ \(file)\n@@ "), "\(dry.output)\(dry.errors)")
        #expect(try folder.text("run.yaml") == bad)
        let program = try await Program.agentrunAdmission("check", "--fix", "--quiet", file)
        #expect(program.status == 0 && program.errors == "\(file): 1 finding put right\n", "\(program.errors)")
        #expect(try folder.text("run.yaml") == good.replacing("head: codex/one", with: "head: codex/one, issue: \"7\""))
        #expect(try await Program.agentrunAdmission("check", "--dry-run", file).status == 2)
        #expect(try await Program.agentrunAdmission("check", "--fix", "--watch", file).status == 2)
    }

    @Test(arguments: ["text", "github", "junit", "sarif", "json"])
    func `tells a thousand findings and counts the others`(form: String) async throws {
        let labels = (0..<1200).map { "l\($0): x" }.joined(separator: ", ")
        let manifest = Reviews.manifest("one").replacing(
            "namespace: agents",
            with: "namespace: agents, labels: {\(labels)}"
        )
        let policy = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: {name: p}
            spec: {rules: {label-policy: {deny: ["l*"]}}}
            """
        let files = try (folder.write(manifest, to: "run.yaml"), folder.write(policy, to: "policy.yaml"))
        let program = try await Program.agentrunAdmission("check", "--output", form, "--policy", files.1, files.0)
        #expect(program.status == 1, "\(program.errors)")
        let count = form == "json" ? "\"moreFindings\":200" : "200 more findings (200 Deny) are counted and not told"
        #expect(program.output.contains(count))
        #expect(program.output.contains("metadata.labels.l999") && !program.output.contains("metadata.labels.l1000"))
    }

    @Test func `exits 1 for warnings when told to`() async throws {
        let manifest = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: do less")
        let file = try folder.write(manifest, to: "run.yaml")
        #expect(try await Program.agentrunAdmission("check", file).status == 0)
        let program = try await Program.agentrunAdmission("check", "--fail-on", "warn", file)
        #expect(program.status == 1)
        #expect(program.output.contains("1 object: 0 denied, 1 allowed with warnings"))
    }

    @Test func `is quiet about what is allowed`() async throws {
        let good = Reviews.manifest("good")
        let long = String(repeating: "n", count: 64)
        let file = try folder.write("\(good)---\n\(Reviews.manifest(long, head: "codex/two"))", to: "runs.yaml")
        let program = try await Program.agentrunAdmission("check", "--quiet", file)
        #expect(program.status == 1)
        #expect(program.output.contains("AgentRun agents/\(long): denied"))
        #expect(!program.output.contains("agents/good") && !program.output.contains("objects:"))
        try folder.write(good, to: "runs.yaml")
        #expect(try await Program.agentrunAdmission("check", "-q", file).output.isEmpty)
    }

    @Test func `skips other kinds, and refuses them when strict`() async throws {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: known }\n"
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n"
        let file = try folder.write("\(Reviews.manifest("one"))---\n\(secret)---\n\(other)", to: "all.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 0)
        #expect(program.output.contains("2 of other kinds skipped"))
        let strict = try await Program.agentrunAdmission("check", "--strict", file)
        #expect(strict.status == 2)
        #expect(strict.errors == "\(file):16:1: ConfigMap (v1) is not judged (correct it, or leave --strict out)\n")
        #expect(strict.output.contains("AgentRun agents/one: allowed"))
    }

    @Test func `annotates a pull request`() async throws {
        let long = String(repeating: "n", count: 64)
        try folder.write("\(Reviews.manifest("one"))---\n\(Reviews.manifest(long, head: "codex/two"))", to: "a,b.yaml")
        try folder.write("kind: [", to: "broken.yaml")
        let program = try await Program.agentrunAdmission("check", "--output", "github", folder.path)
        #expect(program.status == 2)
        let lines = program.output.split(separator: "\n")
        #expect(lines.count == 2, "\(program.output)")
        #expect(lines[0].hasPrefix("::error file=\(folder.path)/broken.yaml,line=2,col=1::"), "\(program.output)")
        let place = "::error file=\(folder.path)/a%2Cb.yaml,line=14,col=13,title=label-length/RunNameTooLong::["
        #expect(lines[1].hasPrefix(place), "\(program.output)")
    }

    @Test func `writes JUnit XML that a parser reads`() async throws {
        let manifest = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: a < b")
        try folder.write(manifest, to: "warned & \"quoted\".yaml")
        try folder.write(Reviews.manifest(String(repeating: "n", count: 64), head: "codex/two"), to: "denied.yaml")
        try folder.write(Reviews.manifest("good", head: "codex/three"), to: "good.yaml")
        try folder.write("kind: [", to: "broken.yaml")
        for (failOn, failures) in [("deny", 1), ("warn", 2)] {
            let program = try await Program.agentrunAdmission(
                "check",
                "--output",
                "junit",
                "--fail-on",
                failOn,
                folder.path
            )
            #expect(program.status == 2)
            let document = ElementCounter()
            let parser = XMLParser(data: Data(program.output.utf8))
            parser.delegate = document
            #expect(parser.parse(), "\(program.output)")
            #expect(document.counts["testcase"] == 4)
            #expect(document.counts["failure"] == failures)
            #expect(document.counts["error"] == 1)
            #expect(document.files.contains("\(folder.path)/warned & \"quoted\".yaml"))
        }
    }

    @Test func `exits 2 when nobody reads its output`() async throws {
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let status = folder.path("status")
        let errors = folder.path("errors")
        _ = try await Program.named(
            "bash",
            "-c",
            "{ sleep 0.3; \(Program.underTest) check \(file) 2>\(errors); echo $? >\(status); } | true"
        )
        #expect(try folder.text("status") == "2\n")
        #expect(try folder.text("errors").contains("cannot write standard output: Broken pipe"))
    }

    @Test func `exits 2 when something cannot be read, and judges the rest`() async throws {
        try folder.write("kind: [", to: "broken.yaml")
        try folder.write(Reviews.manifest("one"), to: "good.yml")
        let program = try await Program.agentrunAdmission("check", folder.path, folder.path("none"))
        #expect(program.status == 2)
        #expect(program.errors.contains("broken.yaml:"))
        #expect(program.errors.contains("\(folder.path("none")): No such file or directory"))
        #expect(program.output.contains("AgentRun agents/one: allowed"))
    }

    @Test func `exits 2 for a folder without manifests`() async throws {
        try folder.write("x", to: "notes.txt")
        let program = try await Program.agentrunAdmission("check", folder.path)
        #expect(program.status == 2)
        #expect(program.errors.contains("no .yaml, .yml or .json file"))
    }

    @Test func `takes objects of one call for each other's state unless isolated`() async throws {
        let file = try folder.write("\(Reviews.manifest("one"))---\n\(Reviews.manifest("two"))", to: "runs.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 1)
        #expect(program.output.matches(of: /HeadBranchConflict/).count == 2)
        let isolated = try await Program.agentrunAdmission("check", "--isolated", file)
        #expect(isolated.status == 0)
    }

    @Test func `adds state, which does not count as checked`() async throws {
        let state = try folder.write(Reviews.manifest("holder"), to: "state/holder.yaml")
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        for options in [[], ["--isolated"]] {
            let program = try await Program.run(Program.underTest, ["check", file, "--state", state] + options)
            #expect(program.status == 1)
            #expect(program.output.contains("agents/holder"))
            #expect(program.output.contains("1 object: 1 denied"))
        }
    }

    @Test func `reads standard input, lists and JSON`() async throws {
        let list = """
            {"apiVersion": "v1", "kind": "List", "items": [
              {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}},
              {"apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "Agent", "metadata": {"name": "a"}, "spec": {}},
              {"apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun", "metadata": {"name": "r"},
               "spec": {"runtime": {"type": "job"}}}
            ]}
            """
        let program = try await Program.agentrunAdmission("check", "-", input: list)
        #expect(program.status == 0, "\(program.errors)")
        #expect(program.output.contains("-:3: Agent default/a: allowed"))
        #expect(program.output.contains("-:4: AgentRun default/r: allowed"))
        #expect(program.output.contains("1 of other kinds skipped"))
    }

    @Test func `judges a review as sent, and not as anyone's state`() async throws {
        let review = try folder.write(Reviews.create("reviewed"), to: "review.json")
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", review, file)
        #expect(program.output.contains("\(review):1: CREATE of AgentRun agents/reviewed: denied"))
        #expect(program.output.contains("\(file):1: AgentRun agents/one: allowed"))
    }

    @Test func `prints JSON`() async throws {
        let file = try folder.write(Reviews.manifest(String(repeating: "n", count: 64)), to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", "--output", "json", file)
        #expect(program.status == 1)
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any]
        )
        let summary = try #require(report["summary"] as? [String: Int])
        #expect(summary == ["objects": 1, "denied": 1, "warned": 0, "skipped": 0, "errors": 0, "filesSkipped": 0])
        let beginning = #"{"verdicts":[{"source":"\#(file)","line":1,"operation":"CREATE","dryRun":false"#
        #expect(program.output.hasPrefix(beginning))
    }

    @Test func `prints the answer of the server`() async throws {
        let body = Reviews.create(uid: "uid-9")
        let file = try folder.write(body, to: "review.json")
        let program = try await Program.agentrunAdmission("check", "--output", "admission-review", file)
        let webhook = try await Webhook.start()
        let answer = try await webhook.post(body)
        #expect(program.output == answer.body)
    }

    @Test func `passes no control sequence on`() async throws {
        let evil = "\u{1B}]0;x\u{07}\u{9B}31m\u{202E}"
        let review = Reviews.create("evil").replacing("agents\",\"operation", with: "\\u001b]0;\u{9B}31m\",\"operation")
        let file = try folder.write(review, to: "\(evil).json")
        for output in ["text", "json", "admission-review"] {
            let program = try await Program.agentrunAdmission("check", "--output", output, file, "/none/\(evil)")
            let scalars = (program.output + program.errors).unicodeScalars
            let isClean = scalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
            #expect(isClean, "\(output)")
        }
    }

    @Test func `refuses a bad policy`() async throws {
        let policy = try folder.write("kind: Nonsense\n", to: "policy.yaml")
        let file = try folder.write(Reviews.manifest("one"), to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", file, "--policy", policy)
        #expect(program.status == 2)
        #expect(program.output.isEmpty)
        #expect(program.errors.contains("AgentRunPolicy"))
    }
}

@Suite(.limit(minutes: 1)) struct `policy show` {
    @Test func `prints a policy that it accepts itself`() async throws {
        let folder = try Folder()
        let shown = try await Program.agentrunAdmission("policy", "show")
        #expect(shown.status == 0)
        let file = try folder.write(shown.output, to: "policy.yaml")
        let again = try await Program.agentrunAdmission("policy", "show", "--policy", file)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output == shown.output)
    }
}

@Suite(.limit(minutes: 1)) struct `version` {
    @Test func `names product and toolchain`() async throws {
        let program = try await Program.agentrunAdmission("version")
        #expect(program.status == 0)
        #expect(program.output.contains(/^agentrun-admission [0-9]+\.[0-9]+\.[0-9]+\nswift 6/))
    }
}

@Suite(.limit(minutes: 1)) struct `bench` {
    @Test func `prints one JSON object of nanoseconds`() async throws {
        let folder = try Folder()
        let file = try folder.write(Reviews.create(), to: "review.json")
        let program = try await Program.agentrunAdmission("bench", file, "--iterations", "11", "--output", "json")
        #expect(program.status == 0, "\(program.errors)")
        let result = try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Int])
        let names = [
            "decodeNanoseconds", "encodeNanoseconds", "judgeNanoseconds", "markNanoseconds", "totalNanoseconds",
        ]
        #expect(result.keys.sorted() == names)
        #expect(result.values.allSatisfy { $0 > 0 })
    }
}
