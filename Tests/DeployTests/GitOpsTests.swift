import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// What `deploy/ci` has for controllers that apply a repository.
@Suite(.limit(minutes: 1)) struct `GitOps` {
    private func manifests(_ name: String) throws -> [Value] {
        try Value.documents(Checkout.text("deploy/ci/\(name)"))
    }

    @Test func `judges in a pod of the restricted profile, before Argo CD applies`() throws {
        let job = try #require(try manifests("argocd-presync.yaml").first)
        #expect(job["metadata"]["annotations"]["argocd.argoproj.io/hook"].string == "PreSync")
        let pod = job["spec"]["template"]["spec"]
        #expect(RestrictedProfile.violations(of: pod).isEmpty)
        // What is judged is what was fetched.
        let fetched = try #require(pod["initContainers"].array.first?["command"].strings.last)
        let judged = try #require(pod["containers"].array.first?["args"].strings.last)
        #expect(judged.hasPrefix(fetched + "/"))
    }

    @Test(arguments: [
        ("implementationSpecRef: { name: a }, agentRef: { name: a }, runtime: { type: job }", 0),
        ("agentRef: { name: a }", 1),
    ])
    func `fails the sync by what check says`(spec: String, status: Int32) async throws {
        let job = try #require(try manifests("argocd-presync.yaml").first)
        let arguments = try #require(job["spec"]["template"]["spec"]["containers"].array.first?["args"].strings)
        let folder = try Folder()
        _ = try folder.write(
            "apiVersion: agents.proompteng.ai/v1alpha1\nkind: AgentRun\nmetadata: { name: a, namespace: agents }\nspec: { \(spec) }\n",
            to: "run.yaml"
        )
        let places = [
            "/etc/agentrun-admission/policy/policy.yaml": Checkout.root.appending(path: "deploy/base/policy.yaml").path
        ]
        let program = try await Program.agentrunAdmission(
            arguments.map { $0.hasPrefix("/work/") ? folder.url.path : places[$0] ?? $0 }
        )
        #expect(program.status == status, "\(program.output)\(program.errors)")
    }

    @Test func `has the webhook ready before Flux applies what it judges`() throws {
        let kustomizations = try manifests("flux.yaml")
        #expect(kustomizations.count == 2)
        let names = kustomizations.compactMap { $0["metadata"]["name"].string }
        #expect(kustomizations[0]["spec"]["wait"].bool == true)
        #expect(kustomizations[1]["spec"]["dependsOn"].array.compactMap { $0["name"].string } == [names[0]])
    }
}
