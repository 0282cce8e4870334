import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// `kubectl agentrun`; with a cluster where `AGENTRUN_ADMISSION_KUBECONFIG` names one, as `Objects a real API server` has it.
@Suite(.limit(minutes: 2)) struct `The plugin of kubectl` {
    private static let plugin = Checkout.root.appending(path: "scripts/kubectl-agentrun").path
    private static let kubeconfig = ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_KUBECONFIG"]

    @Test func `says how it is called`() async throws {
        let help = try await Program.run(Self.plugin, ["--help"])
        #expect(help.status == 0 && help.output.contains("usage: kubectl agentrun check"))
        let unknown = try await Program.run(Self.plugin, ["apply"])
        #expect(unknown.status == 2 && unknown.errors.contains("unknown command apply"))
    }

    @Test(.enabled(if: kubeconfig != nil, "no cluster is given"))
    func `checks by what is in the cluster, and explains what is there`() async throws {
        let folder = try Folder()
        let kubeconfig = try #require(Self.kubeconfig)
        let run = Reviews.manifest("plugged", head: "codex/plugged").replacing(
            "namespace: agents",
            with: "namespace: default"
        )
        let file = try folder.write(run, to: "run.yaml")
        let applied = try await Program.named("kubectl", "--kubeconfig", kubeconfig, "apply", "-f", file)
        #expect(applied.status == 0, "\(applied.errors)")
        let other = try folder.write(run.replacing("name: plugged", with: "name: other"), to: "other.yaml")
        let options = ["--kubeconfig", kubeconfig]
        let environment = ["env", "AGENTRUN_ADMISSION=\(Program.underTest)", Self.plugin]
        let check = try await Program.run("/usr/bin/env", environment.dropFirst() + ["check", "-f", other] + options)
        #expect(check.status == 1 && check.output.contains("HeadBranchConflict"), "\(check.output)\(check.errors)")
        let explain = try await Program.run("/usr/bin/env", environment.dropFirst() + ["explain", "plugged"] + options)
        #expect(explain.output.contains("AgentRun default/plugged"), "\(explain.output)\(explain.errors)")
        _ = try await Program.named("kubectl", "--kubeconfig", kubeconfig, "delete", "-f", file, "--wait=false")
    }
}
