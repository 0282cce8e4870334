import JSONPull
import Offline
import Policy
import Reports
import TestPrograms
import Testing

@Suite struct `Explaining runs` {
    private func report(_ files: [String]) throws -> ExplainReport {
        try Explain(policy: try policy(), namespace: "agents") { noon }.report(files)
    }

    @Test func `says where repository and head come from`() throws {
        let folder = try Folder()
        let file = try folder.write(runYAML("one"), to: "one.yaml")
        let report = try report([file])
        let unit = try #require(report.entries.first?.run.units.first)
        #expect(unit.repository?.text == "acme/app" && unit.repository?.source == "spec.parameters.repository")
        #expect(unit.head?.text == "codex/one")
        #expect(report.exitStatus == .good)
        #expect(text(report).utf8.count > 100)
    }

    @Test func `has nothing to say of other objects, and warns of reviews`() throws {
        let folder = try Folder()
        try folder.write("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n", to: "c.yaml")
        try folder.write(#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}"#, to: "r.json")
        let report = try report([folder.path])
        #expect(report.entries.isEmpty && report.problems.count == 1)
        #expect(report.problemText.contains("warning: a review has no explanation"))
        #expect(report.exitStatus == .good && text(report) == "no AgentRun to explain\n")
    }

    @Test func `suggests a patch of the file where it is alone in it, and of the cluster's object elsewhere`() throws {
        let folder = try Folder()
        let misplaced = runYAML("one") + "  runtime2: {}\n"
        let run = misplaced.split(separator: "\n").map(String.init).filter { !$0.contains("runtime2") }
            .map { $0.contains("runtime:") ? "  runtime: { type: job, config: { ttlSecondsAfterFinished: 60 } }" : $0 }
            .joined(separator: "\n")
        let alone = try report([try folder.write(run, to: "alone/one.yaml")])
        let both = try report([try folder.write(run + "\n---\n" + runYAML("two"), to: "both/two.yaml")])
        #expect(text(alone).contains("kubectl patch --local --filename "), "\(text(alone))")
        #expect(text(both).contains("kubectl patch agentrun one --namespace agents "), "\(text(both))")
    }
}
