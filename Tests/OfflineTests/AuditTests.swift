import AgentRuns
import JSONPull
import Offline
import Policy
import Reports
import TestPatience
import TestPrograms
import Testing

@Suite(.apart) struct `Auditing files` {
    /// An object of ``runYAML(_:repository:head:)`` with more in its metadata, and a status.
    private func run(
        _ name: String,
        repository: String = "acme/app",
        head: String? = nil,
        metadata: String = "",
        phase: String? = nil
    ) -> String {
        let run = runYAML(name, repository: repository, head: head).replacing(
            "name: \(name) }",
            with: "name: \(name)\(metadata) }"
        )
        return run + (phase.map { "status: { phase: \($0) }\n" } ?? "")
    }

    private func report(_ documents: String..., scope: Audit.Scope = Audit.Scope()) throws -> CheckReport {
        let folder = try Folder()
        try folder.write(documents.joined(separator: "---\n"), to: "all.yaml")
        return try Audit.report(onFiles: [folder.path], policy: policy(), scope: scope, hasExcerpts: false, now: noon)
    }

    private func names(_ report: CheckReport) -> [String] { report.entries.map(\.verdict.object.name.string) }

    @Test func `counts what is as it should be and tells the rest`() throws {
        let report = try report(run("good"), run("bad", repository: "other/app"), "kind: ConfigMap\napiVersion: v1\n")
        #expect(names(report) == ["bad"])
        #expect(report.objectCount == 2 && report.denied == 1 && report.skipped == 1)
        #expect(report.exitStatus(failingOn: .deny) == .refused)
        let shown = text(report)
        #expect(shown.contains("2 objects: 1 denied, 0 allowed with warnings, 1 allowed"), "\(shown)")
    }

    @Test func `tells a conflict once, at the run that came later`() throws {
        let report = try report(
            run("a", head: "codex/x", metadata: ", creationTimestamp: \"2026-11-02T00:00:00Z\""),
            run("b", head: "codex/x", metadata: ", creationTimestamp: \"2026-11-01T00:00:00Z\""),
            run("c", head: "codex/x", metadata: ", creationTimestamp: \"2026-11-03T00:00:00Z\"")
        )
        #expect(names(report) == ["a", "c"])
        let messages = report.entries.flatMap { $0.verdict.findings.map(\.message) }
        #expect(messages.count == 2 && messages.allSatisfy { $0.contains("\"default/b\"") }, "\(messages)")
        #expect(messages[1].contains("and 1 more"))
    }

    @Test func `leaves out runs that are over, unless all are wanted`() throws {
        let documents = [
            run("over", repository: "other/app", head: "codex/x", phase: "Failed"), run("now", head: "codex/x"),
        ].joined(separator: "---\n")
        let report = try report(documents)
        #expect(report.entries.isEmpty && report.objectCount == 1 && report.passedOver == [.over: 1])
        #expect(text(report).contains("1 over and not judged"))
        var scope = Audit.Scope()
        scope.includesPast = true
        let all = try self.report(documents, scope: scope)
        #expect(names(all) == ["over"] && all.objectCount == 2 && all.passedOver.isEmpty)
    }

    @Test func `judges only what was created or changed since`() throws {
        let old = ", creationTimestamp: \"2026-09-01T00:00:00Z\""
        func managed(_ time: String, _ more: String = "") -> String {
            ", managedFields: [{ manager: m, time: \"\(time)\"\(more) }]"
        }
        var scope = Audit.Scope()
        scope.since = Timestamp("2026-10-01T00:00:00Z")
        let report = try report(
            run("old", repository: "o/a", metadata: old),
            run("changed", repository: "o/a", metadata: old + managed("2026-10-02T00:00:00Z")),
            run("status", repository: "o/a", metadata: old + managed("2026-10-02T00:00:00Z", ", subresource: status")),
            run("new", repository: "o/a", metadata: ", creationTimestamp: \"2026-10-01T00:00:00Z\""),
            run("untold", repository: "o/a"),
            scope: scope
        )
        #expect(names(report) == ["changed", "new", "untold"])
        #expect(report.passedOver == [.unchanged: 2])
    }

    @Test func `judges one namespace in the light of all`() throws {
        var scope = Audit.Scope()
        scope.namespaces = ["agents"]
        let report = try report(
            run("a", repository: "other/app"),
            run("b", metadata: ", namespace: agents").replacing("codex/b", with: "codex/a").replacing(
                "acme/app",
                with: "other/app"
            ),
            scope: scope
        )
        #expect(names(report) == ["b"] && report.passedOver == [.elsewhere: 1])
        let reasons = Set(report.entries.flatMap { $0.verdict.findings.map(\.reason.rawValue) })
        #expect(reasons == ["RepositoryNotAllowed"], "agents/b is before default/a: \(reasons)")
        scope.namespaces = ["default"]
        let other = try self.report(
            run("a", head: "codex/x"),
            run("b", head: "codex/x", metadata: ", namespace: agents"),
            scope: scope
        )
        #expect(other.entries.flatMap { $0.verdict.findings.map(\.reason.rawValue) } == ["HeadBranchConflict"])
    }

    @Test func `tells of some rules only, and fails for those alone`() throws {
        let documents = run("a", head: "codex/x") + "---\n" + run("b", repository: "other/app")
        var scope = Audit.Scope()
        scope.rules = [.headBranchConflict]
        let report = try report(documents, scope: scope)
        #expect(report.entries.isEmpty && report.exitStatus(failingOn: .deny) == .good)
        #expect(try self.report(documents).exitStatus(failingOn: .deny) == .refused)
    }

    @Test func `keeps no more findings than there is room for, and counts the rest`() throws {
        let reference = String(repeating: "x", count: 60)
        let runs = (0..<12_000).map { run("run-\($0)", repository: "\(reference)/r\($0)") }
        let report = try report(runs.joined(separator: "---\n"))
        #expect(report.denied == 12_000 && report.objectCount == 12_000)
        #expect((1000..<12_000).contains(report.entries.count), "\(report.entries.count)")
        let rest = 12_000 - report.entries.count
        #expect(text(report).contains("\(rest) of them counted and not told"))
        #expect(text(report).contains("repository-allowlist  12000 denied"))
    }

    @Test func `tells where findings are`() throws {
        let report = try report(run("good"), run("bad", repository: "other/app"))
        let bad = try #require(report.entries.first)
        #expect(bad.isInFile && bad.start.line == 11 && bad.positions.map(\.line) == [18])
    }

    @Test func `goes on after what cannot be read`() throws {
        let folder = try Folder()
        try folder.write("a: [\n", to: "torn.yaml")
        try folder.write(run("bad", repository: "other/app"), to: "bad.yaml")
        let torn = folder.path("torn.yaml")
        let bad = folder.path("bad.yaml")
        let report = try Audit.report(
            onFiles: [torn, bad],
            policy: policy(),
            scope: Audit.Scope(),
            hasExcerpts: false,
            now: noon
        )
        #expect(report.errors.count == 1 && report.entries.count == 1)
        #expect(report.exitStatus(failingOn: .deny) == .failed)
    }
}
