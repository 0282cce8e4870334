import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Workload shape` {
    private func found(
        _ spec: String,
        policy: String? = nil,
        _ generation: Generation = .february2026
    ) throws -> [String] {
        try judge(run(spec), policy: policy, generation: generation).summary(of: .workloadShape)
    }

    /// A run with this `workload`.
    private func found(workload: String, _ generation: Generation = .february2026) throws -> [String] {
        try found("workload: {\(workload)}", generation)
    }

    // MARK: Resources

    @Test(arguments: [
        ("requests: {cpu: '1 CPU'}", ["InvalidQuantity spec.workload.resources.requests.cpu Deny"]),
        ("limits: {memory: 4GB}", ["InvalidQuantity spec.workload.resources.limits.memory Deny"]),
        ("requests: {cpu: '-1'}", ["InvalidQuantity spec.workload.resources.requests.cpu Deny"]),
        ("requests: {cpu: 1, memory: true, ephemeral-storage: null}", []),
        ("requests: [cpu]", []), ("requests: 7", []),
        ("requests: {cpu: '.', memory: Gi}", []),
        ("requests: {gpu: '1'}", ["InvalidResourceName spec.workload.resources.requests.gpu Deny"]),
        ("limits: {nvidia.com/gpu: '1'}", []),
        ("limits: {hugepages-2Mi: 4Mi, cpu: '1'}", []),
        (
            "limits: {requests.example.com/x: '1'}",
            [#"InvalidResourceName spec.workload.resources.limits["requests.example.com/x"] Deny"#]
        ),
        ("limits: {a/b/c: '1'}", [#"InvalidResourceName spec.workload.resources.limits["a/b/c"] Deny"#]),
        ("limits: {CPU: '1'}", ["InvalidResourceName spec.workload.resources.limits.CPU Deny"]),
        ("limits: {example.com/: '1'}", [#"InvalidResourceName spec.workload.resources.limits["example.com/"] Deny"#]),
        (
            "limits: {Example.com/x: '1'}",
            [#"InvalidResourceName spec.workload.resources.limits["Example.com/x"] Deny"#]
        ),
        (
            "requests: {gpu: x}",
            [
                "InvalidQuantity spec.workload.resources.requests.gpu Deny",
                "InvalidResourceName spec.workload.resources.requests.gpu Deny",
            ]
        ),
        ("requests: {cpu: '2'}, limits: {cpu: '1'}", ["RequestOverLimit spec.workload.resources.requests.cpu Deny"]),
        ("requests: {cpu: 1001m}, limits: {cpu: '1'}", ["RequestOverLimit spec.workload.resources.requests.cpu Deny"]),
        ("requests: {cpu: 1000m}, limits: {cpu: '1'}", []),
        ("requests: {cpu: '2'}, limits: {memory: '1'}", []),
        ("requests: {cpu: '2'}, limits: {cpu: x}", ["InvalidQuantity spec.workload.resources.limits.cpu Deny"]),
    ]) func `of resources`(resources: String, expected: [String]) throws {
        #expect(try found(workload: "resources: {\(resources)}") == expected)
    }

    @Test func `reads blanks as each controller does`() throws {
        let workload = "resources: {requests: {cpu: ' 1 ', ' memory ': 1Gi, ephemeral-storage: ' '}}"
        #expect(
            try found(workload: workload) == [
                "InvalidQuantity spec.workload.resources.requests.cpu Deny",
                "InvalidQuantity spec.workload.resources.requests.ephemeral-storage Deny",
                #"InvalidResourceName spec.workload.resources.requests[" memory "] Deny"#,
            ]
        )
        #expect(try found(workload: workload, .august2026) == [])
    }

    @Test func `merges a workload over the config`() throws {
        let config = "resources: {requests: {cpu: '4', memory: x}, limits: {cpu: '2'}}"
        let job = "runtime: {type: job, config: {\(config)}}"
        #expect(try found(job) == [])
        #expect(
            try found(job, .august2026) == [
                "InvalidQuantity spec.runtime.config.resources.requests.memory Deny",
                "RequestOverLimit spec.runtime.config.resources.requests.cpu Deny",
            ]
        )
        let inForce = "runtime: {type: job, config: {resources: {requests: {cpu: '4'}, limits: {cpu: '2'}}}}"
        #expect(try found("\(inForce), workload: {resources: {limits: {cpu: '4'}}}", .august2026) == [])
        #expect(
            try found("\(inForce), workload: {resources: {limits: {cpu: '3'}}}", .august2026)
                == ["RequestOverLimit spec.runtime.config.resources.requests.cpu Deny"]
        )
        #expect(
            try found("\(inForce), workload: {resources: {requests: {cpu: '3'}}}", .august2026)
                == ["RequestOverLimit spec.workload.resources.requests.cpu Deny"]
        )
    }

    @Test func `judges the workload of each step`() throws {
        let steps = "workflow: {steps: [{name: a, workload: {resources: {limits: {cpu: x}}}}, {name: b}]}"
        let spec = "runtime: {type: workflow}, \(steps)"
        #expect(try found(spec) == ["InvalidQuantity spec.workflow.steps[0].workload.resources.limits.cpu Deny"])
        // Only the step that does not override it has what the config says.
        let config = "runtime: {type: workflow, config: {resources: {requests: {cpu: '4'}, limits: {cpu: '2'}}}}"
        let both = "workload: {resources: {limits: {cpu: '5'}}}"
        #expect(
            try found("\(config), \(both), workflow: {steps: [{name: a, workload: {image: i}}]}", .august2026)
                == ["RequestOverLimit spec.runtime.config.resources.requests.cpu Deny"]
        )
        #expect(try found("\(config), \(both), workflow: {steps: [{name: a, \(both)}]}", .august2026) == [])
    }

    @Test(arguments: ["custom", "temporal"]) func `is of no runtime without pods`(type: String) throws {
        let config = "config: {endpoint: 'https://example.com/', workflowType: w, taskQueue: q}"
        let spec = "runtime: {type: \(type), \(config)}, workload: {resources: {requests: {cpu: x}}}"
        #expect(try found(spec) == [])
    }

    // MARK: Volumes

    @Test(arguments: [
        ("{name: a, type: emptyDir, mountPath: /a}", []),
        ("{name: a, type: emptyDir, mountPath: /a, sizeLimit: ' 1Gi '}", []),
        (
            "{name: a, type: emptyDir, mountPath: /a, sizeLimit: lots}",
            ["InvalidQuantity spec.workload.volumes[0].sizeLimit Deny"]
        ),
        ("{name: a, type: pvc, claimName: c, mountPath: /a, sizeLimit: lots}", []),
        ("{name: a, type: pvc, mountPath: /a}", ["IncompleteVolume spec.workload.volumes[0].claimName Deny"]),
        (
            "{name: a, type: pvc, claimName: ' ', mountPath: /a}",
            ["IncompleteVolume spec.workload.volumes[0].claimName Deny"]
        ),
        (
            "{name: a, type: secret, secretName: 7, mountPath: /a}",
            ["IncompleteVolume spec.workload.volumes[0].secretName Deny"]
        ),
        // The controller passes over what has not all three.
        ("{name: a, type: pvc}, {name: A_, mountPath: x}, {type: secret, mountPath: ../x}, 7, [1]", []),
        ("{name: A, type: emptyDir, mountPath: /a}", ["InvalidVolumeName spec.workload.volumes[0].name Deny"]),
        ("{name: a.b, type: emptyDir, mountPath: /a}", ["InvalidVolumeName spec.workload.volumes[0].name Deny"]),
        ("{name: a-, type: emptyDir, mountPath: /a}", ["InvalidVolumeName spec.workload.volumes[0].name Deny"]),
        ("{name: ' a ', type: emptyDir, mountPath: /a}", []),
        (
            "{name: a, type: emptyDir, mountPath: /a}, {name: a, type: emptyDir, mountPath: /b}",
            ["DuplicateVolume spec.workload.volumes[1].name Deny"]
        ),
        (
            "{name: a, type: pvc, mountPath: /a}, {name: a, type: emptyDir, mountPath: /b}",
            ["IncompleteVolume spec.workload.volumes[0].claimName Deny"]
        ),
    ]) func `of volumes`(volumes: String, expected: [String]) throws {
        #expect(try found(workload: "volumes: [\(volumes)]") == expected)
        #expect(try found(workload: "volumes: [\(volumes)]", .august2026) == expected)
    }

    @Test func `counts the bytes of a volume's name`() throws {
        func volume(_ count: Int) -> String {
            "volumes: [{name: \(String(repeating: "a", count: count)), type: emptyDir, mountPath: /a}]"
        }
        #expect(try found(workload: volume(63)) == [])
        #expect(try found(workload: volume(64)) == ["InvalidVolumeName spec.workload.volumes[0].name Deny"])
    }

    @Test(arguments: [
        ("data", "InvalidMountPath Warn"), ("./a", "InvalidMountPath Warn"), ("/a:b", "InvalidMountPath Warn"),
        ("/a/../b", "InvalidMountPath Warn"), ("/..", "InvalidMountPath Warn"), ("/", "InvalidMountPath Warn"),
        ("//", "InvalidMountPath Warn"), ("/./", "InvalidMountPath Warn"),
        ("/workspace/run.json/..", "InvalidMountPath Warn"),
        ("/a..b", ""), ("/...", ""), ("/workspace", ""), ("/workspace/run.jsonx", ""), ("/Workspace/run.json", ""),
        ("/workspace/run.json", "ReservedMountPath Deny"), ("//workspace/./run.json/", "ReservedMountPath Deny"),
        ("/workspace/agent-runner.json", "ReservedMountPath Deny"), ("/workspace/.codex", "ReservedMountPath Deny"),
        ("/workspace/.codex/x", ""), ("/var/run/secrets/agents/vcs/ssh", "ReservedMountPath Deny"),
        ("/var/run/secrets/agents/vcs/known-hosts", "ReservedMountPath Deny"),
        ("/home/agent", "ReservedMountPath Deny"),
        ("/first", "DuplicateMountPath Deny"), ("/first//", "DuplicateMountPath Deny"),
        ("/first/.", "DuplicateMountPath Deny"),
        ("/FIRST", ""), ("/fi\\u0301rst", ""),
    ]) func `of mount paths`(path: String, expected: String) throws {
        let first = "{name: first, type: emptyDir, mountPath: /first}"
        let spec = #"workload: {volumes: [\#(first), {name: a, type: emptyDir, mountPath: "\#(path)"}]}"#
        let policy = "  rules: {workload-shape: {reservedMountPaths: [/home/agent/]}}"
        let verdict = try judge(run(spec), policy: policy)
        let found = verdict.findings.filter { $0.rule == .workloadShape }
        #expect(found.map { "\($0.reason.rawValue) \($0.action.rawValue)" } == (expected.isEmpty ? [] : [expected]))
        #expect(found.allSatisfy { $0.field == "spec.workload.volumes[1].mountPath" })
    }

    // MARK: Outcome

    @Test(
        arguments: [
            ("resources: {requests: {cpu: x}}", "Failed/SubmitFailed"), ("resources: {requests: {cpu: 5m}}", nil),
            ("volumes: [{name: a, type: pvc, mountPath: /a}]", "Failed/SubmitFailed"),
            ("volumes: [{name: a, type: emptyDir, mountPath: a}]", nil),
            // Stricter than the API server, which compares the text.
            ("volumes: [{name: a, type: emptyDir, mountPath: /workspace/run.json/}]", nil),
            ("volumes: [{name: a, type: emptyDir, mountPath: /workspace/run.json}]", "Failed/SubmitFailed"),
            ("volumes: [{name: a, type: emptyDir, mountPath: /workspace/.codex}]", nil),
        ] as [(String, String?)]
    )
    func `is the controller's`(workload: String, expected: String?) throws {
        #expect(try judge(run("workload: {\(workload)}")).explanation.predicted == expected)
        // The reconciliation of a workflow throws, which sets no condition.
        let workflow = "runtime: {type: workflow}, workflow: {steps: [{name: a}]}, workload: {\(workload)}"
        #expect(try judge(run(workflow)).explanation.predicted == nil)
    }

    @Test func `knows where a system prompt is mounted`() throws {
        let reference = "systemPromptRef: {kind: ConfigMap, name: c, key: k}"
        let volume = "workload: {volumes: [{name: a, type: emptyDir, mountPath: /workspace/.codex}]}"
        #expect(try judge(run("\(reference), \(volume)")).explanation.predicted == "Failed/SubmitFailed")
    }

    // MARK: Messages and updates

    @Test func `says what is wrong, and repeats nothing that acts on a terminal`() throws {
        let workload = #"resources: {requests: {cpu: "1\u202eUPC\u0007"}, limits: {memory: 1Gi}}"#
        #expect(
            try judge(run("workload: {\(workload)}")).lines(of: .workloadShape) == [
                #"""
                [InvalidQuantity] spec.workload.resources.requests.cpu: Invalid value: Kubernetes reads no quantity in this \#
                text of 6 characters (write a number with a unit Kubernetes knows, as 500m or 2Gi)
                """#
            ]
        )
    }

    @Test func `is only noted where it was so before`() throws {
        let old = run("workload: {resources: {requests: {cpu: x}}}")
        let new = run("workload: {resources: {requests: {cpu: x}}}, parameters: {a: b}")
        let other = run("workload: {resources: {requests: {cpu: z}}}, parameters: {a: b}")
        let field = "spec.workload.resources.requests.cpu"
        #expect(
            try review(operation: "UPDATE", object: new, oldObject: old).summary(of: .workloadShape)
                == ["InvalidQuantity \(field) Audit"]
        )
        #expect(
            try review(operation: "UPDATE", object: other, oldObject: old).summary(of: .workloadShape)
                == ["InvalidQuantity \(field) Deny"]
        )
    }

    @Test func `refuses a reserved path that is none`() throws {
        let error = #expect(throws: PolicyFileError.self) {
            try compiledPolicy("  rules:\n    workload-shape: {reservedMountPaths: [home], reservedMountPath: []}")
        }
        let text = "\(try #require(error))"
        #expect(
            text.contains(
                #"line 6, column 43: spec.rules.workload-shape.reservedMountPaths[0]: Invalid value: "home": must be"#
            )
        )
        #expect(
            text.contains(
                #"unknown key "reservedMountPath" in spec.rules.workload-shape (did you mean "reservedMountPaths"?)"#
            )
        )
    }
}
