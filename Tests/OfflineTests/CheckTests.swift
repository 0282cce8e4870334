import JSONPull
import Offline
import Policy
import Reports
import TestPrograms
import Testing

@Suite struct `Checking files` {
    private func check(
        isIsolated: Bool = false,
        isStrict: Bool = false,
        state: [String] = []
    ) throws -> Check {
        Check(
            policy: try policy(),
            namespace: "agents",
            statePaths: state,
            isIsolated: isIsolated,
            isStrict: isStrict
        ) { noon }
    }

    @Test func `judges every object and tells where the findings are`() throws {
        let folder = try Folder()
        try folder.write(runYAML("good") + "---\n" + runYAML("bad", repository: "other/app"), to: "runs.yaml")
        let report = try check().report([folder.path])
        #expect(report.entries.map(\.verdict.allowed) == [true, false])
        #expect(report.entries.map(\.title) == ["AgentRun agents/good", "AgentRun agents/bad"])
        let denied = report.entries[1]
        #expect(denied.start.line == 11)
        #expect(denied.positions.count == denied.verdict.findings.count)
        #expect(denied.positions.first?.line == 18)
        #expect(report.exitStatus(failingOn: .deny) == .refused)
    }

    @Test func `takes objects for each other's state unless they are isolated`() throws {
        let folder = try Folder()
        try folder.write(runYAML("one", head: "codex/x") + "---\n" + runYAML("two", head: "codex/x"), to: "runs.yaml")
        #expect(try check().report([folder.path]).entries.contains { !$0.verdict.allowed })
        let alone = try check(isIsolated: true).report([folder.path])
        #expect(alone.entries.allSatisfy { $0.verdict.allowed } && alone.entries.count == 2)
        // More state is state for isolated objects, too.
        let other = try folder.write(runYAML("three", head: "codex/x"), to: "state/three.yaml")
        let runs = folder.path("runs.yaml")
        #expect(try check(isIsolated: true, state: [other]).report([runs]).entries.allSatisfy { !$0.verdict.allowed })
    }

    @Test func `finds runs of one folder whose Jobs have the same names, and no others`() throws {
        let folder = try Folder()
        let over = runYAML("nightly-2") + "status: { phase: Failed }\n"
        let runs = ["nightly.1", "nightly-1", "nightly.2"].map { runYAML($0) } + [over]
        let unnamed = runYAML("x").replacing("name: x", with: "generateName: nightly.")
        try folder.write((runs + [unnamed, unnamed]).joined(separator: "---\n"), to: "runs.yaml")
        func reasons(_ report: CheckReport) -> [[String]] {
            report.entries.map { $0.verdict.findings.map(\.reason.rawValue).filter { $0 == "JobNameCollision" } }
        }
        let collision = ["JobNameCollision"]
        #expect(try reasons(check().report([folder.path])) == [collision, collision, [], [], [], []])
        #expect(try reasons(check(isIsolated: true).report([folder.path])).allSatisfy(\.isEmpty))
    }

    @Test func `goes on after what cannot be read`() throws {
        let folder = try Folder()
        let good = try folder.write(runYAML("good"), to: "good.yaml")
        let empty = try folder.write("# nothing\n", to: "empty.yaml")
        let torn = try folder.write("a: [\n", to: "torn.yaml")
        let report = try check().report([folder.path("absent.yaml"), torn, empty, folder.path("*.json"), good])
        #expect(report.entries.count == 1 && report.errors.count == 4)
        #expect(report.exitStatus(failingOn: .deny) == .failed)
        for (error, part) in zip(report.errors, ["absent.yaml", "torn.yaml:", "holds no object", "no file matches"]) {
            #expect(error.description.contains(part), "\(error)")
        }
    }

    @Test func `passes over other kinds, and with strictness names them`() throws {
        let folder = try Folder()
        let file = try folder.write("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n", to: "c.yaml")
        let lax = try check().report([file])
        #expect(lax.skipped == 1 && lax.errors.isEmpty)
        let strict = try check(isStrict: true).report([file])
        #expect(strict.errors.map(\.message) == ["ConfigMap (v1) is not judged (correct it, or leave --strict out)"])
    }

    @Test func `ends when the state is not to be had`() throws {
        #expect(throws: CommandFailure.self) { try check(state: ["/nonexistent"]).report([]) }
    }

    @Test func `tells how far it is`() throws {
        let folder = try Folder()
        for name in ["a", "b"] { try folder.write(runYAML(name), to: "\(name).yaml") }
        var steps: [String] = []
        _ = try check().report([folder.path]) { step in
            switch step {
            case .read(let count): steps.append("read \(count)")
            case .judged(let index, let count): steps.append("judged \(index) of \(count)")
            case .allRead: steps.append("all read")
            case .allJudged: steps.append("all judged")
            }
        }
        #expect(steps == ["read 1", "read 2", "all read", "judged 0 of 2", "judged 1 of 2", "all judged"])
    }
}

@Suite struct `Input of a check` {
    private func input(_ standardInput: @escaping CheckInput.StandardInputReader) throws -> CheckInput {
        CheckInput(policy: try policy(), namespace: "agents", standardInput: standardInput)
    }

    @Test func `is standard input for a hyphen`() throws {
        var input = try input { _ in Array(runYAML("one").utf8) }
        input.read("-")
        #expect(input.items.map(\.source) == ["-"] && input.problems.isEmpty)
    }

    @Test func `is too large beyond a bound it is given`() throws {
        var input = try input { _ in nil }
        input.read("-")
        #expect(input.problems.map(\.description).first?.contains("-: larger than ") == true)
    }

    @Test func `says why it cannot be read`() throws {
        var input = try input { _ throws(CommandFailure) in throw CommandFailure("closed") }
        input.read("-")
        #expect(input.problems.map(\.description) == ["-: closed"])
    }
}
