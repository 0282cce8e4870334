import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Immutable spec` {
    /// A run with what `spec` says and an Agent, and nothing else.
    private static func written(_ spec: String, metadata: String, more: String) -> String {
        let agent = spec.contains("agentRef") ? "" : spec.isEmpty ? "agentRef: {name: a}" : ", agentRef: {name: a}"
        return object("AgentRun", "r", spec + agent, metadata: metadata, more: more)
    }

    private func update(
        _ new: String,
        _ old: String,
        status: String = "phase: Running",
        strict: Bool = false,
        generation: Generation = .february2026,
        metadata: String = ""
    ) throws -> Verdict {
        let policy = try compiledPolicy("  rules: {immutable-spec: {strict: \(strict)}}", generation: generation)
        // The API server never lets an update of the object change its status, so only the old one is asked.
        return try review(
            operation: "UPDATE",
            object: Self.written(new, metadata: metadata, more: ", status: {phase: Pending}"),
            oldObject: Self.written(old, metadata: metadata, more: ", status: {\(status)}"),
            policy: policy
        )
    }

    @Test(arguments: [
        ("agentRef: {name: b}", "agentRef: {name: a}", ["agentRef"]), ("vcsRef: {name: b}", "x: 1", ["vcsRef"]),
        ("implementationSpecRef: {name: b}", "implementationSpecRef: {name: a}", ["implementationSpecRef"]),
        ("implementation: {inline: {text: b}}", "implementation: {inline: {text: a}}", ["implementation"]),
        ("runtime: {type: job}", "runtime: {type: workflow}", ["runtime"]),
        ("workflow: {steps: [{name: a}]}", "workflow: {steps: [{name: a}, {name: b}]}", ["workflow"]),
        ("systemPromptRef: {kind: Secret}", "x: 1", ["systemPromptRef"]),
        ("memoryRef: {name: b}", "x: 1", ["memoryRef"]),
        ("systemPrompt: b", "systemPrompt: a", ["systemPrompt"]), ("systemPrompt: 1", "x: 1", []),
        ("secrets: [a, b]", "secrets: [b, ' a ', '', 1]", []), ("secrets: [a, a]", "secrets: [a]", ["secrets"]),
        ("secrets: x", "secrets: []", []), ("runtime: x", "x: 1", []),
        ("runtime: {type: job, a: null}", "runtime: {type: job}, x: 1.0", []),
        ("runtime: {a: {b: 1, c: 2}}", "runtime: {a: {c: 2, b: 1.0}}, x: 1", []),
        ("parameters: {a: b}, workload: {image: x}", "x: 1", []),
        ("vcsPolicy: {mode: none}, idempotencyKey: k, ttlSecondsAfterFinished: 1", "x: 1", []),
        ("workflow: {}, runtime: {a: 1}, vcsRef: {}", "x: 1", ["runtime", "workflow", "vcsRef"]),
    ])
    func `compares the snapshot fields of controller-semantics section 15`(
        new: String,
        old: String,
        fields: [String]
    ) throws {
        for generation in Generation.allCases {
            let verdict = try update(new, old, generation: generation)
            #expect(
                verdict.summary(of: .immutableSpec) == fields.map { "SpecImmutableViolation spec.\($0) Deny" }
            )
        }
    }

    @Test func `a goal counts in August only`() throws {
        let goal = "goal: {objective: x}"
        #expect(try update(goal, "x: 1").summary(of: .immutableSpec).isEmpty)
        #expect(
            try update(goal, "x: 1", generation: .august2026).summary(of: .immutableSpec) == [
                "SpecImmutableViolation spec.goal Deny"
            ]
        )
    }

    @Test func `strict adds what later steps read again, and predicts nothing by it`() throws {
        let verdict = try update(
            "runtime: {type: job}, parameters: {a: b}, workload: {image: x}, vcsPolicy: {mode: none}, "
                + "implementationSpecRef: {name: i}",
            "runtime: {type: job}, implementationSpecRef: {name: i}",
            strict: true
        )
        #expect(
            verdict.summary(of: .immutableSpec) == [
                "SpecImmutableViolation spec.parameters Deny", "SpecImmutableViolation spec.workload Deny",
            ]
        )
        #expect(verdict.explanation.predicted == nil)
    }

    @Test(arguments: [
        ("", false, false), ("phase: Pending", false, false), ("phase: ' Pending '", false, false),
        ("phase: pending", true, true), ("phase: Running", true, true), ("phase: Succeeded", true, false),
        ("phase: Failed", true, false), ("phase: Cancelled", true, false), ("phase: failed", true, true),
        ("conditions: [{type: Accepted, status: 'True'}]", true, true),
        ("conditions: [{type: Accepted, status: 'False'}, {type: Ready, status: 'True'}]", false, false),
        ("phase: Pending, conditions: [{type: Accepted, status: 'True'}]", true, true),
        ("phase: Failed, conditions: [{type: Accepted, status: 'True'}]", true, false),
    ])
    func `is locked by the old status`(status: String, inFebruary: Bool, inAugust: Bool) throws {
        for (generation, isLocked) in [(Generation.february2026, inFebruary), (.august2026, inAugust)] {
            let verdict = try update("runtime: {type: job}", "x: 1", status: status, generation: generation)
            #expect(verdict.summary(of: .immutableSpec).isEmpty == !isLocked, "\(generation)")
        }
    }

    @Test func `a template is not locked in August`() throws {
        let template = ", annotations: {agents.proompteng.ai/template: 'true'}"
        let (new, old) = ("runtime: {type: job}", "x: 1")
        #expect(try !update(new, old, metadata: template).summary(of: .immutableSpec).isEmpty)
        #expect(
            try update(new, old, generation: .august2026, metadata: template).summary(of: .immutableSpec).isEmpty
        )
    }

    @Test func `a create changes nothing`() throws {
        #expect(try review(object: run("runtime: {type: job}")).summary(of: .immutableSpec).isEmpty)
    }

    @Test func `says why`() throws {
        let running = try update("runtime: {type: job}", "x: 1")
        #expect(
            running.lines(of: .immutableSpec) == [
                """
                [SpecImmutableViolation] spec.runtime: Forbidden: it must not change any more: the run is in phase "Running" \
                (undo the change, or create another run)
                """
            ]
        )
        #expect(running.explanation.predicted == "InvalidSpec/SpecImmutableViolation")
        let accepted = try update(
            "runtime: {type: job}",
            "x: 1",
            status: "conditions: [{type: Accepted, status: 'True'}]"
        )
        #expect(accepted.lines(of: .immutableSpec).first?.contains("the controller has accepted the run") == true)
    }
}
