import Offline
import Reports
import TestPrograms
import Testing

@Suite struct `Running suites` {
    private func run(_ text: String, in folder: Folder) throws -> SuiteReport {
        SuiteRun.report([try folder.write(text, to: "suite.yaml")]) { noon }
    }

    private func suite(_ cases: String) -> String {
        """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicyTest
        metadata: { name: s }
        policy: policy.yaml
        cases:
        \(cases)
        """
    }

    @Test func `passes the suite that is written first`() throws {
        let report = try run(FirstSuite.text, in: try Folder())
        #expect(report.exitStatus == .good, "\(text(report))")
        #expect(text(report).contains("2 cases: 2 passed, 0 failed\n"))
    }

    @Test func `tells failing cases from those that cannot be run`() throws {
        let folder = try Folder()
        try folder.write(onlyAcme, to: "policy.yaml")
        try folder.write(runYAML("one"), to: "runs/one.yaml")
        let failing = "  - { name: f, manifest: runs/one.yaml, allowed: false }"
        let broken = "  - { name: b, manifest: runs/absent.yaml, allowed: true }"
        let unjudged = "  - { name: u, manifest: policy.yaml, allowed: true }"
        let failed = try run(suite(failing), in: folder)
        #expect(failed.exitStatus == .refused && text(failed).contains("1 case: 0 passed, 1 failed\n"))
        for (lines, part) in [(broken, "absent.yaml"), (unjudged, "nothing in it is judged")] {
            let report = try run(suite(failing + "\n" + lines), in: folder)
            #expect(report.exitStatus == .failed)
            #expect(text(report).contains(part) && text(report).contains(", 1 not run\n"), "\(text(report))")
        }
    }

    @Test func `says why a suite cannot be read, and runs the others`() throws {
        let folder = try Folder()
        let good = try folder.write(FirstSuite.text, to: "good.yaml")
        let report = SuiteRun.report([folder.path("absent.yaml"), good]) { noon }
        #expect(report.exitStatus == .failed && report.problemText.contains("absent.yaml"))
        #expect(text(report).contains("2 cases: 2 passed"))
    }
}
