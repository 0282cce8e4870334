import Foundation
import TestPatience
import TestPrograms
import Testing

/// Objects that stand in files: those without a name, those the API server would not read, and those that are over.
@Suite(.limit(minutes: 2)) struct `Objects of files` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func run(_ metadata: String, spec: String = "", more: String = "") -> String {
        """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: {\(metadata)}
        spec:
          agentRef: {name: codex}
          runtime: {type: job}
          implementation: {inline: {text: do it}}
          parameters: {repository: acme/app, head: codex/one}
        \(spec)\(more)

        """
    }

    private func documents(_ texts: String...) -> String { texts.joined(separator: "---\n") }

    // MARK: Without a name

    @Test func `without a name are each another's`() async throws {
        let file = try folder.write(documents(run("generateName: fix-"), run("generateName: fix-")), to: "runs.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 1)
        #expect(program.output.contains("runs.yaml:1: AgentRun default/fix-*: denied"))
        #expect(program.output.ranges(of: "AgentRun default/fix-*: denied").count == 2)
        #expect(program.output.contains(#"is held by run "default/fix-*" (Pending) (wait"#), "\(program.output)")
        let isolated = try await Program.agentrunAdmission("check", "--isolated", file)
        #expect(isolated.status == 0, "\(isolated.output)")
    }

    @Test func `without a name do not conflict with themselves`() async throws {
        let file = try folder.write(run("generateName: fix-"), to: "run.yaml")
        // Also where the file is part of the state, by whatever path.
        for arguments in [["check", file], ["check", file, file], ["check", file, "--state", "\(folder.path)/."]] {
            let program = try await Program.run(Program.underTest, arguments)
            #expect(program.status == 0, "\(arguments) \(program.output)")
        }
    }

    @Test func `without a name count in the state`() async throws {
        let state = try folder.write(run("generateName: other-"), to: "state/run.yaml")
        let named = try folder.write(run("name: one"), to: "named.yaml")
        let unnamed = try folder.write(run("generateName: fix-"), to: "unnamed.yaml")
        for file in [named, unnamed] {
            let program = try await Program.agentrunAdmission("check", file, "--state", state)
            #expect(program.status == 1)
            #expect(program.output.contains(#"held by run "default/other-*" (Pending)"#), "\(program.output)")
            #expect(!program.output.contains("more"), "\(program.output)")
        }
    }

    @Test func `without a name are told apart by key and queue`() async throws {
        let policy = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: {rules: {head-branch-conflict: {action: Off}, limits: {queue: {namespace: 1}}}}
            """
        let key = run("generateName: fix-", spec: "  idempotencyKey: once")
        let file = try folder.write(documents(key, key), to: "runs.yaml")
        let program = try await Program.agentrunAdmission(
            "check",
            "--policy",
            try folder.write(policy, to: "policy.yaml"),
            file
        )
        #expect(program.output.contains(#"is in use by run "default/fix-*" (Pending)"#), "\(program.output)")
        #expect(program.output.contains("1 run of the namespace is waiting"), "\(program.output)")
    }

    @Test func `without any name are errors`() async throws {
        let program = try await Program.agentrunAdmission("check", try folder.write(run("labels: {}"), to: "run.yaml"))
        #expect(program.status == 2)
        #expect(program.errors.hasSuffix("run.yaml:1:1: AgentRun: metadata.name is missing (name the object)\n"))
    }

    // MARK: Of the wrong type

    private static let faults = [
        ("name: 7", 7, "metadata.name is a number, and the API server takes nothing but a string (put it in quotes)"),
        (
            "name: a, namespace: no", 21,
            "metadata.namespace is a boolean, and the API server takes nothing but a string (put it in quotes)"
        ),
        (
            "generateName: [a]", 15,
            "metadata.generateName is a list, and the API server takes nothing but a string (write a string)"
        ),
        (
            "name: a, labels: {x: w, z/y: 1.5}", 30,
            #"metadata.labels["z/y"] is a number, and the API server takes nothing but a string (put it in quotes)"#
        ),
        (
            "name: a, annotations: {x: on}", 27,
            "metadata.annotations.x is a boolean, and the API server takes nothing but a string (put it in quotes)"
        ),
        (
            "name: a, annotations: {x: {y: z}}", 27,
            "metadata.annotations.x is an object, and the API server takes nothing but a string (write a string)"
        ),
        (
            "name: a, finalizers: [x, {y: z}]", 26,
            "metadata.finalizers[1] is an object, and the API server takes nothing but a string (write a string)"
        ),
        (
            "name: a, ownerReferences: {x: y}", 27,
            "metadata.ownerReferences is an object, and the API server takes nothing but a list (write a list)"
        ),
        (
            "name: a, labels: [x]", 18,
            "metadata.labels is a list, and the API server takes nothing but an object (write its keys below it)"
        ),
    ]

    @Test(arguments: faults)
    func `the API server would not read are errors`(metadata: String, column: Int, message: String) async throws {
        let file = try folder.write(run(metadata), to: "bad.yaml")
        let good = try folder.write(run("name: good, namespace: agents, labels: {a: null}"), to: "good.yaml")
        let said = "\(file):3:\(column + 11): AgentRun: \(message)\n"
        for arguments in [["check", file, good], ["check", good, "--state", file], ["explain", file, good]] {
            let program = try await Program.run(Program.underTest, arguments)
            #expect(program.status == 2)
            #expect(program.errors == said)
            #expect(program.output.contains("agents/good"), "\(program.output)")
            // Neither judged nor known.
            #expect(!program.output.contains("Conflict") && !program.output.contains("default/"), "\(program.output)")
        }
    }

    @Test func `of other kinds are nobody's business`() async throws {
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 7, labels: [x]}\n"
        let program = try await Program.agentrunAdmission("check", try folder.write(other, to: "other.yaml"))
        #expect(program.status == 0)
        #expect(program.errors.isEmpty)
    }

    @Test func `in a list of JSON are found by their place`() async throws {
        let text = """
            {"kind": "List", "apiVersion": "v1", "items": [
              {"apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun",
               "metadata": {"name": "a", "labels": {"x": 1, "y": true}}}]}
            """
        let file = try folder.write(text, to: "list.json")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 2)
        #expect(program.errors.hasPrefix("\(file):3:46: AgentRun: metadata.labels.x is a number"), "\(program.errors)")
        #expect(program.errors.contains("\(file):3:54: AgentRun: metadata.labels.y is a boolean"), "\(program.errors)")
    }

    // MARK: Over

    /// The run judged, beside one at work on its branch, with its key, in a full queue.
    private func judged(_ judged: String, state: String? = nil) async throws -> String {
        let policy = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: {rules: {limits: {queue: {namespace: 1}}}}
            """
        let key = "  idempotencyKey: once"
        let holder = run("name: holder", spec: key)
        var arguments = ["check", "--policy", try folder.write(policy, to: "policy.yaml")]
        if let state { arguments += ["--state", try folder.write(state, to: "state.yaml")] }
        arguments.append(try folder.write(documents(judged, holder), to: "runs.yaml"))
        let output = try await Program.run(Program.underTest, arguments).output
        return output.components(separatedBy: "runs.yaml").dropFirst().first ?? ""
    }

    @Test(arguments: [
        ("", "status: {phase: Succeeded}", true), ("", "status: {phase: ' canceled '}", true),
        ("", "status: {phase: FAILED, conditions: []}", true), ("", "status: {phase: Running}", false),
        ("", "status: {phase: Template}", false), ("", "status: {}", false), ("", "", false),
        (", deletionTimestamp: '2026-01-01T00:00:00Z'", "", true), (", deletionTimestamp: null", "", false),
    ])
    func `over or going are exports of the past`(metadata: String, status: String, isPast: Bool) async throws {
        let spec = "  idempotencyKey: once"
        let output = try await judged(run("name: past\(metadata)", spec: spec, more: "\n\(status)"))
        for reason in ["HeadBranchConflict", "IdempotencyKeyInUse", "QueueLimit"] {
            #expect(output.contains(reason) == !isPast, "\(output)")
        }
        // All else is judged.
        #expect(try await judged(run("name: Past_\(metadata)", more: status)).contains("RunNameNotLabelValue"))
    }

    @Test(arguments: [
        ("Succeeded", "", true), ("Succeeded", "status: {}", true), ("Succeeded", "status: {phase: null}", true),
        ("Succeeded", "status: {phase: Running}", false),
        ("Running", "", false), ("Running", "status: {phase: Succeeded}", true),
    ])
    func `over in the state are over where the file says nothing`(
        phase: String,
        status: String,
        isPast: Bool
    ) async throws {
        let state = run("name: past", more: "status: {phase: \(phase)}")
        let output = try await judged(run("name: past", more: status), state: state)
        #expect(output.contains("HeadBranchConflict") == !isPast, "\(output)")
    }

    @Test func `that are going still hold their branches`() async throws {
        let going = run("name: going, deletionTimestamp: '2026-01-01T00:00:00Z'", more: "status: {phase: Running}")
        let file = try folder.write(documents(going, run("name: next")), to: "runs.yaml")
        let program = try await Program.agentrunAdmission("check", file)
        #expect(program.status == 1)
        #expect(program.output.contains(#"held by run "default/going" (Running)"#), "\(program.output)")
        #expect(program.output.contains("runs.yaml:1: AgentRun default/going: allowed"), "\(program.output)")
    }
}
