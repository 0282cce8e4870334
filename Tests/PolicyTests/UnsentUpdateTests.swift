import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import TestCheckout
import TestPatience
import TestRandomness
import Testing
import YAMLPull

@testable import CustomResources

/// Updates that the webhook configuration does not send, by its condition `spec-labels-or-template-change`.
///
/// Spec, labels and template annotation are as they were. Whatever else is different, and whatever the policy, nothing may be
/// said of them. Of other values of the same labels nothing new may be.
@Suite(.apart) struct `An update that is not sent` {
    /// Runs that break every rule a run can break by itself, templates among them.
    private static let specs = [
        "parameters: {repository: nonsense, head: main, prompt: p, x: 7}, secrets: [s], systemPrompt: q",
        "runtime: {type: workflow}, workflow: {steps: [{name: plan}, {name: implement}, {name: implement}]}",
        "runtime: {type: nonsense, config: {ttl: 7, serviceAccount: sa}}, workload: {image: other}",
    ]
    private static let labels = [
        "", ", labels: {bad: x}", #", annotations: {agents.proompteng.ai/template: " true"}, labels: {bad: x}"#,
    ]
    /// What the controller and others write into metadata and status.
    private static let writes: [(metadata: String, more: String)] = [
        (", finalizers: [a.b/c]", ""), (", ownerReferences: [{kind: Job, name: j, uid: u}]", ""),
        (", resourceVersion: '7', generation: 2, managedFields: [{manager: m}]", ""),
        ("", ", status: {phase: Running}"),
        (", generateName: z-", ", status: {phase: Succeeded}"),
    ]
    private static let policy = """
          onStale: Deny
          rules:
            secret-allowlist: {allow: [none], action: Deny}
            repository-allowlist: {allow: ["a/b"], action: Deny}
            label-policy: {deny: [bad], action: Deny}
            prompt-override: {action: Deny}
            prompt-source: {action: Deny}
            references: {action: Deny}
            plan-step: {action: Deny}
            misplaced-ttl: {action: Deny}
            service-account: {action: Deny}
        """

    @Test(arguments: specs, labels) func `is allowed unread`(spec: String, labels: String) throws {
        for generation in Generation.allCases {
            let policy = try compiledPolicy(Self.policy, generation: generation)
            let state = try FixtureState(object("Agent", "other"), generation: generation)
            let old = run(spec, metadata: labels)
            // It would not be allowed if it were created.
            #expect(!(try review(object: old, policy: policy, state: state).findings.isEmpty))
            for write in Self.writes {
                let new = run(spec, metadata: labels + write.metadata, more: write.more)
                let verdict = try review(operation: "UPDATE", object: new, oldObject: old, policy: policy, state: state)
                #expect(verdict.allowed && verdict.findings.isEmpty && verdict.claims == nil, "\(verdict.summary)")
                #expect(verdict.warnings.isEmpty)
            }
            // Another annotation than the template's is nobody's business either.
            let annotated = labels.isEmpty ? ", annotations: {agents.proompteng.ai/planning-artifact: 'true'}" : labels
            let verdict = try review(
                operation: "UPDATE",
                object: run(spec, metadata: annotated),
                oldObject: old,
                policy: policy,
                state: state
            )
            #expect(verdict.allowed && verdict.findings.isEmpty && verdict.claims == nil)
        }
    }

    // MARK: The condition itself, as this checkout's reader of CEL has it

    /// The condition of `deploy/base/webhook.yaml`, of one value with members `request`, `object` and `oldObject`.
    private static func condition() throws -> RuleExpression {
        var documents: [YAMLDocument] = []
        let text = try Checkout.text("deploy/base/webhook.yaml")
        try YAMLReader.documents(in: Array(text.utf8)) { documents.append(try $0.get()) }
        let configuration = try tree(try #require(documents.first).json)
        guard case .object(let root) = configuration, case .array(let webhooks)? = root["webhooks"],
            case .object(let webhook)? = webhooks.first, case .array(let conditions)? = webhook["matchConditions"],
            case .object(let condition)? = conditions.last, case .string(let expression)? = condition["expression"]
        else { throw NotFound() }
        let ofSelf = expression.string.replacing("oldObject.", with: "self.before.")
            .replacing("object.", with: "self.after.").replacing("request.", with: "self.request.")
        var parser = RuleParser(ExactString(ofSelf))
        guard let condition = parser.parse() else { throw NotFound() }
        return condition
    }

    private struct NotFound: Error {}

    private static func tree(_ json: [UInt8]) throws -> TreeValue {
        try JSONReader.read(json) { reader throws(JSONError) in try TreeValue(&reader) }
    }

    /// Whether an update is sent, and how many steps it took to know.
    private static func isSent(
        _ condition: RuleExpression,
        _ old: String?,
        _ new: String
    ) throws -> (isSent: Bool, steps: Int) {
        let request = TreeValue.object(["operation": .string(old == nil ? "CREATE" : "UPDATE")])
        var members: [ExactString: TreeValue] = ["request": request, "after": try tree(try json(new))]
        members["before"] = try old.map { try tree(try json($0)) }
        var evaluation = RuleEvaluation(value: .object(members), steps: 1_000_000)
        guard case .boolean(let value) = try evaluation.value(of: condition) else { throw NotFound() }
        return (value, 1_000_000 - evaluation.steps)
    }

    /// Metadata of a run with labels, in flow style.
    private static func labels(_ labels: [(String, String)]) -> String {
        ", labels: {\(labels.map { "\($0.0): '\($0.1)'" }.joined(separator: ", "))}"
    }

    private static let template = ", annotations: {agents.proompteng.ai/template: 'true'}"

    @Test(arguments: [
        ("", "", false), (", labels: {a: x}", ", labels: {a: x}", false),
        (", labels: {a: x}", ", labels: {a: y}", false),
        (", labels: {a: ''}", ", labels: {a: y}", false), (", labels: {a: x}", ", labels: {a: ''}", true),
        (", labels: {a: ''}", ", labels: {a: ''}", false), ("", ", labels: {a: x}", true),
        (", labels: {a: x}", "", true), (", labels: {a: x}", ", labels: {b: x}", true),
        (", labels: {a: x, b: x}", ", labels: {b: x}", true), (", labels: {b: x}", ", labels: {a: x, b: x}", true),
        (", labels: {a: x, b: ''}", ", labels: {a: y, b: ''}", false), ("", template, true), (template, "", true),
        (template, template + ", labels: {a: x}", true), (template, template, false),
        (", annotations: {a: x}", ", annotations: {a: y}", false), ("", ", finalizers: [a.b/c]", false),
    ])
    func `is one that adds, takes off and empties no label`(old: String, new: String, isSent: Bool) throws {
        let condition = try Self.condition()
        let (before, after) = (run("secrets: [s]", metadata: old), run("secrets: [s]", metadata: new))
        #expect(try Self.isSent(condition, before, after).isSent == isSent)
        #expect(try Self.isSent(condition, before, run("secrets: [t]", metadata: new)).isSent, "another spec")
        #expect(try Self.isSent(condition, nil, after).isSent, "a new run")
    }

    @Test func `is found within few steps, however many labels there are`() throws {
        let condition = try Self.condition()
        for count in [1, 64, 65, 5000] {
            let old = (0..<count).map { ("l\($0)", "x") }
            let new = old.map { ($0.0, $0.0 == "l0" ? "y" : "x") }
            let (before, after) = (run("", metadata: Self.labels(old)), run("", metadata: Self.labels(new)))
            let changed = try Self.isSent(condition, before, after)
            #expect(changed.isSent == (count > 64))
            let same = try Self.isSent(condition, before, run("", metadata: Self.labels(old) + ", finalizers: [f]"))
            #expect(!same.isSent, "a finalizer of one with many labels")
            #expect(max(changed.steps, same.steps) < 2000, "\(count)")
        }
    }

    @Test func `brings nothing new of labels, whatever the policy`() throws {
        let condition = try Self.condition()
        var random = SplitMix(seed: 22)
        let keys = ["a", "b", "c", "team"]
        let policies = try [
            "required: [a, team]", "deny: [b]", "allow: [a, c]", "required: [c], deny: ['t*'], allow: [c]",
        ]
        .map { try compiledPolicy("  rules:\n    label-policy: {\($0)}") }
        var (unsent, sent) = (0, 0)
        for _ in 0..<2000 {
            func some(_ keys: [String]) -> String {
                Self.labels(keys.map { ($0, ["", "x", "y"].randomElement(using: &random) ?? "") })
            }
            let had = keys.filter { _ in Bool.random(using: &random) }
            let has = Bool.random(using: &random) ? had : keys.filter { _ in Bool.random(using: &random) }
            let (before, after) = (run("secrets: [s]", metadata: some(had)), run("secrets: [s]", metadata: some(has)))
            guard try !Self.isSent(condition, before, after).isSent else {
                sent += 1
                continue
            }
            unsent += 1
            for policy in policies {
                let verdict = try review(operation: "UPDATE", object: after, oldObject: before, policy: policy)
                #expect(verdict.allowed && verdict.warnings.isEmpty && verdict.claims == nil)
                #expect(verdict.findings.allSatisfy { $0.action == .audit }, "\(before) \(after) \(verdict.summary)")
            }
        }
        #expect(unsent > 100 && sent > 100)
    }
}
