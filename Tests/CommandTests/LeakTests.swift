import Foundation
import TestPatience
import TestPrograms
import Testing

/// A marker in every field of every kind, and none in any output.
///
/// That is prompts, values of parameters, texts that only the controller reads. The fields that may be told have plain values; ``MarkedObjects/told`` lists them.
@Suite(.limit(minutes: 5)) struct `Leaks of the command` {
    /// Refuses as much as can be refused, so that as much as possible is told.
    private static let policy = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        metadata: { name: strict }
        spec:
          rules:
            repository-allowlist: { allow: [other/app] }
            secret-allowlist: { allow: [nothing], blocked: [a-secret], requireBinding: true }
            image-policy: { allow: [nothing] }
            label-policy: { required: [a-required-label], deny: [a-label] }
            head-branch-name: { prefixes: [nothing/] }
            service-account: { default: an-account }
            workflow-steps: { loops: false }
            immutable-spec: { strict: true }
            limits: { concurrency: { agent: 1, namespace: 1, cluster: 1, repository: 1 } }
        """

    /// Objects of one generation in files, with those that they refer to and another run on the same branch.
    private struct Scene {
        let folder: Folder
        let marked: MarkedObjects
        let generation: String
        var markers: MarkedObjects.Markers
        let runs: [[String: Any]]

        init(_ generation: String) throws {
            folder = try Folder()
            self.generation = generation
            let marked = try MarkedObjects(generation: generation)
            var markers = MarkedObjects.Markers()
            var state: [[String: Any]] = []
            for kind in marked.kinds where kind != "AgentRun" {
                let object = marked.object(of: kind, named: MarkedObjects.names[kind] ?? "an-object", &markers)
                state.append(object)
                try Self.write([object], in: folder, to: "objects/\(kind).json")
            }
            state.append(marked.object(of: "AgentRun", named: "another-run", &markers))
            try Self.write(state, in: folder, to: "state/state.json")
            var runs: [[String: Any]] = []
            for type in ["job", "workflow", "temporal", "custom"] {
                let run = marked.object(of: "AgentRun", named: "a-\(type)-run", runtime: type, &markers)
                runs.append(run)
                try Self.write([run], in: folder, to: "objects/\(type).json")
            }
            try folder.write(policy, to: "policy.yaml")
            (self.marked, self.markers, self.runs) = (marked, markers, runs)
        }

        private static func write(_ objects: [[String: Any]], in folder: Folder, to name: String) throws {
            let list: [String: Any] = ["apiVersion": "v1", "kind": "List", "items": objects]
            try folder.write([UInt8](try JSONSerialization.data(withJSONObject: list)), to: name)
        }

        var options: [String] {
            ["--generation", generation, "--policy", folder.path("policy.yaml"), "--state", folder.path("state")]
        }

        /// Says which fields' markers are in `text`.
        func expectNothing(of text: String, in output: String) {
            #expect(!text.isEmpty, "\(output) is empty")
            let leaks = markers.fields(in: text)
            #expect(leaks.isEmpty, "\(output) tells \(leaks.sorted().joined(separator: ", "))")
        }
    }

    @Test(arguments: ["2026-02", "2026-08"]) func `none in what check and explain print`(
        generation: String
    ) async throws {
        let scene = try Scene(generation)
        for form in ["text", "json", "sarif", "junit", "html", "github", "admission-review"] {
            let arguments = ["check", "--strict", "--output", form] + scene.options + [scene.folder.path("objects")]
            let program = try await Program.run(Program.underTest, arguments)
            scene.expectNothing(of: program.output + program.errors, in: "check --output \(form)")
            #expect(program.output.contains("HeadBranchConflict"), "\(program.output)\(program.errors)")
        }
        for form in ["text", "json", "html"] {
            let options = ["--generation", generation, "--policy", scene.folder.path("policy.yaml"), "--all"]
            let folders = [scene.folder.path("objects"), scene.folder.path("state")]
            let audit = try await Program.run(Program.underTest, ["audit", "--output", form] + options + folders)
            scene.expectNothing(of: audit.output + audit.errors, in: "audit --output \(form)")
            #expect(audit.output.contains("HeadBranchConflict"), "\(audit.output)\(audit.errors)")
        }
        let arguments = ["check", "--fix", "--dry-run"] + scene.options + [scene.folder.path("objects")]
        let fix = try await Program.run(Program.underTest, arguments)
        scene.expectNothing(of: fix.output + fix.errors, in: "check --fix")
        for form in ["text", "json"] {
            let arguments = ["explain", "--output", form] + scene.options + [scene.folder.path("objects")]
            let program = try await Program.run(Program.underTest, arguments)
            scene.expectNothing(of: program.output + program.errors, in: "explain --output \(form)")
        }
    }

    @Test(arguments: [("2026-02", "text"), ("2026-08", "json")])
    func `none in answers, logs and the decision log`(generation: String, form: String) async throws {
        var scene = try Scene(generation)
        let log = scene.folder.path("decisions.log")
        let webhook = try await Webhook.start(
            scene.options + [
                "--decision-log", log, "--log-level", "debug", "--log-format", form, "--slow-review", "1ms",
            ]
        )
        var answers = ""
        for run in scene.runs {
            answers += try await webhook.post(Self.review("CREATE", run, nil)).body
            let old = scene.marked.object(of: "AgentRun", named: "an-old-run", runtime: "job", &scene.markers)
            answers += try await webhook.post(Self.review("UPDATE", run, old)).body
        }
        // Bodies that cannot be judged are told of, too.
        let broken = try Self.review("CREATE", scene.runs[0], nil).dropLast(2)
        answers += try await webhook.post(Array(broken)).body
        scene.expectNothing(of: answers, in: "an answer")
        #expect(answers.contains("\"allowed\":false"))
        #expect(try await webhook.stop() == 0)
        scene.expectNothing(of: try webhook.log, in: "the log")
        let decisions = try scene.folder.text("decisions.log")
        scene.expectNothing(of: decisions, in: "the decision log")
        let replay = try await Program.run(Program.underTest, ["replay", log, "--strict"])
        scene.expectNothing(of: replay.output + replay.errors, in: "replay")
    }

    private static func review(_ operation: String, _ object: [String: Any], _ old: [String: Any]?) throws -> [UInt8] {
        let metadata = object["metadata"] as? [String: Any]
        var request: [String: Any] = [
            "uid": "u-1", "operation": operation, "name": metadata?["name"] ?? "", "namespace": "agents",
            "kind": ["group": "agents.proompteng.ai", "version": "v1alpha1", "kind": "AgentRun"],
            "resource": ["group": "agents.proompteng.ai", "version": "v1alpha1", "resource": "agentruns"],
            "userInfo": ["username": "alice"], "object": object,
        ]
        if let old { request["oldObject"] = old }
        let review: [String: Any] = [
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request,
        ]
        return [UInt8](try JSONSerialization.data(withJSONObject: review))
    }
}
