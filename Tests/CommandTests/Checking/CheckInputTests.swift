import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `Input of check` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Judges a good run beside `file`, and expects what is said of the file.
    private func expect(_ message: String, of file: String) async throws {
        let good = try folder.write(Reviews.manifest("good"), to: "good.yaml")
        let program = try await Program.agentrunAdmission("check", file, good)
        #expect(program.status == 2)
        #expect(program.errors == "\(file)\(message)\n")
        #expect(program.output.contains("\(good):1: AgentRun agents/good: allowed"))
    }

    @Test(
        arguments: [
            (
                "a: 1\n\tb: 2\n",
                ":2:1: a tab in the indentation (replace it with spaces: YAML is indented with spaces only)"
            ),
            ("", ": holds no object (remove it, or write one into it)"),
            ("# nothing\n---\n", ": holds no object (remove it, or write one into it)"),
        ]
    )
    func `that is broken is named, and the rest judged`(text: String, message: String) async throws {
        try await expect(message, of: folder.write(text, to: "file.yaml"))
    }

    @Test func `that is named alike but for its bytes is judged`() async throws {
        for (index, name) in ["\u{E9}.yaml", "e\u{301}.yaml"].enumerated() {
            try folder.write(Reviews.manifest("run-\(index)", head: "codex/\(index)"), to: "alike/\(name)")
        }
        let program = try await Program.agentrunAdmission("check", folder.path("alike/*.yaml"))
        #expect(program.output.contains("2 objects:"), "\(program.output)\(program.errors)")
    }

    @Test func `that is half a JSON file is named by line and column`() async throws {
        let file = try folder.write("{\"kind\": \"A\",\n \"x\": [1, ", to: "file.json")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 2)
        #expect(program.errors.hasPrefix("\(file):2:"), "\(program.errors)")
    }

    @Test func `that is binary is named by its line`() async throws {
        let file = try folder.write(
            [0x61, 0x0A, 0x00, 0xFF, 0xFE, 0x80] + [UInt8](repeating: 0, count: 100),
            to: "b.yaml"
        )
        let good = try folder.write(Reviews.manifest("good"), to: "good.yaml")
        let program = try await Program.agentrunAdmission("check", file, good)
        #expect(program.status == 2)
        #expect(program.errors.hasPrefix("\(file):2:1: "), "\(program.errors)")
        #expect(program.output.contains("AgentRun agents/good: allowed"))
    }

    @Test func `that multiplies itself by aliases is refused at once`() async throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let file = try folder.write(bomb, to: "bomb.yaml")
        let good = try folder.write(Reviews.manifest("good"), to: "good.yaml")
        let program = try await Program.agentrunAdmission("check", file, good)
        #expect(program.status == 2)
        #expect(program.errors.hasPrefix("\(file):") && program.errors.contains("alias"), "\(program.errors)")
        #expect(program.output.contains("AgentRun agents/good: allowed"))
    }

    @Test func `with a key twice is warned about, and the last one counts`() async throws {
        let manifest = Reviews.manifest("first").replacing("name: first", with: "name: first, name: last")
        let file = try folder.write(manifest, to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 0)
        #expect(program.output.contains("AgentRun agents/last: allowed"))
        #expect(program.errors.hasPrefix("\(file):3:"), "\(program.errors)")
        #expect(program.errors.contains(": warning: duplicate key \"name\", first at line 3, column "))
        #expect(try await Program.agentrunAdmission("check", "--fail-on", "warn", file).status == 1)
        let annotated = try await Program.agentrunAdmission("check", "--output", "github", file)
        #expect(annotated.output.hasPrefix("::warning file=\(file),line=3,col="))
    }

    @Test func `of more than 64 MiB is refused`() async throws {
        let file = folder.path("large.yaml")
        let made = try await Program.named("truncate", "--size", "\((64 << 20) + 1)", file)
        #expect(made.status == 0)
        try await expect(": larger than 64 MiB (split it)", of: file)
    }

    @Test func `in folders whose links run in circles is read once`() async throws {
        try folder.write(Reviews.manifest("one"), to: "runs/one.yaml")
        for (target, name) in [("..", "runs/up"), (".", "runs/here"), ("gone", "runs/broken")] {
            _ = try await Program.named("ln", "-s", target, folder.path(name))
        }
        for argument in [folder.path, folder.path("**/*.yaml")] {
            let program = try await Program.agentrunAdmission("check", argument)
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.output.contains("1 object: ") || argument.hasSuffix("l"), "\(program.output)")
        }
        let named = try await Program.agentrunAdmission("check", folder.path("runs/broken"))
        #expect(named.status == 2)
    }

    @Test func `can be a pattern`() async throws {
        for name in ["a/one.yaml", "a/b/two.yaml", "a/b/c/three.yml", "other.yaml", "a/.hidden.yaml"] {
            let run = String(name.split(separator: "/").last?.prefix { $0 != "." } ?? "")
            try folder.write(Reviews.manifest(run.isEmpty ? "hidden" : run, head: "codex/\(run)"), to: name)
        }
        let expected = [
            "*.yaml": ["other"], "**/*.yaml": ["one", "other", "two"], "a/*/*.y*ml": ["two"],
            "a/**": ["one", "three", "two"], "?/[o]ne.yaml": ["one"], "**/c/*.yml": ["three"],
        ]
        for (pattern, names) in expected {
            let program = try await Program.agentrunAdmission("check", folder.path(pattern))
            let found = program.output.matches(of: /agents\/([a-z]+): allowed/).map { String($0.1) }
            #expect(Set(found) == Set(names), "\(pattern) \(program.output)\(program.errors)")
        }
        let none = try await Program.agentrunAdmission("check", folder.path("*.json"))
        #expect(none.status == 2)
        #expect(none.errors == "\(folder.path("*.json")): no file matches this pattern (correct it)\n")
    }

    @Test func `that names no namespace is in the one that was asked for`() async throws {
        let manifest = Reviews.manifest("one").replacing(", namespace: agents", with: "")
        let other = Reviews.manifest("two").replacing(", namespace: agents", with: "")
        let state = try folder.write(other, to: "state.yaml")
        let file = try folder.write(manifest, to: "run.yaml")
        let program = try await Program.agentrunAdmission("check", "-n", "team", file, "--state", state)
        #expect(program.output.contains("AgentRun team/one: denied"), "\(program.output)")
        #expect(program.output.contains("team/two"))
        let bad = try await Program.agentrunAdmission("check", "--namespace", "Team!", file)
        #expect(bad.status == 2)
        #expect(bad.errors.contains("--namespace must be"))
    }
}
