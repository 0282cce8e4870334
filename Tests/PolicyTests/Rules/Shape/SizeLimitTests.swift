import AdmissionAPI
import AgentRuns
import Foundation
import JSONPull
import PolicyTestSupport
import TestCheckout
import Testing

@testable import Policy

/// The limits of `RULES.md` section 1.1: what is over one is refused as such, what is at one is judged.
@Suite struct `Size limits` {
    /// A list of `count` items in flow style.
    private static func list(_ count: Int, _ item: (Int) -> String) -> String {
        "[" + (0..<count).map(item).joined(separator: ", ") + "]"
    }

    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func contract(_ member: String, _ count: Int) -> String {
        let item: (Int) -> String = { member == "mappings" ? "{from: p\($0), to: q\($0)}" : "k\($0)" }
        return "{text: t, contract: {\(member): \(list(count, item))}}"
    }

    /// A way to be over a limit: `make` makes a `spec` of the size it is given.
    struct Case: Sendable, CustomTestStringConvertible {
        var limit: Int
        var unit: String
        var field: String
        var generation = Generation.february2026
        var make: @Sendable (Int) -> String

        var testDescription: String { field }
    }

    static let cases: [Case] = [
        Case(limit: 256, unit: "steps", field: "spec.workflow.steps") { count in
            "runtime: {type: workflow}, workflow: {steps: \(list(count) { "{name: s\($0)}" })}"
        },
        Case(limit: 256, unit: "secrets", field: "spec.secrets") { "secrets: \(list($0) { "s\($0)" })" },
        Case(limit: 256, unit: "secrets", field: "spec.runtime.config.imagePullSecrets") {
            "runtime: {type: job, config: {imagePullSecrets: \(list($0) { "{name: s\($0)}" })}}"
        },
        Case(limit: 256, unit: "volumes", field: "spec.workload.volumes") {
            "workload: {volumes: \(list($0) { "{name: v\($0)}" })}"
        },
        Case(limit: 256, unit: "volumes", field: "spec.workflow.steps[0].workload.volumes") { count in
            let volumes = list(count) { "{name: v\($0)}" }
            return "runtime: {type: workflow}, workflow: {steps: [{name: s, workload: {volumes: \(volumes)}}]}"
        },
        Case(
            limit: 256,
            unit: "volumes",
            field: "spec.workflow.steps[0].loop.state.volumeNames",
            generation: .august2026
        ) { count in
            let names = list(count) { "v\($0)" }
            let loop = "{maxIterations: 1, state: {volumeNames: \(names)}}"
            return "runtime: {type: workflow}, workflow: {steps: [{name: s, loop: \(loop)}]}"
        },
        Case(limit: 64, unit: "entries", field: "spec.implementation.inline.contract.requiredKeys") {
            "implementation: {inline: \(contract("requiredKeys", $0))}"
        },
        Case(limit: 64, unit: "entries", field: "spec.implementation.inline.contract.mappings") {
            "implementation: {inline: \(contract("mappings", $0))}"
        },
        Case(limit: 64, unit: "entries", field: "spec.workflow.steps[0].implementation.inline.contract.mappings") {
            let step = "{name: s, implementation: {inline: \(contract("mappings", $0))}}"
            return "runtime: {type: workflow}, workflow: {steps: [\(step)]}"
        },
        Case(limit: 1024, unit: "bytes", field: "spec.parameters.repo") {
            "parameters: {repo: o/\(text($0 - 2))}"
        },
        Case(limit: 1024, unit: "bytes", field: "spec.parameters.mine") {
            "parameters: {mine: o/\(text($0 - 2))}, "
                + "implementation: {inline: {text: t, contract: {mappings: [{from: mine, to: repository}]}}}"
        },
        Case(limit: 1024, unit: "bytes", field: "spec.implementation.inline.source.externalId") {
            "implementation: {inline: {text: t, source: {provider: github, externalId: 'o/r#\(text($0 - 4))'}}}"
        },
        Case(limit: 1024, unit: "bytes", field: "spec.workflow.steps[0].name") {
            "runtime: {type: workflow}, workflow: {steps: [{name: \(text($0))}]}"
        },
        Case(limit: 1024, unit: "bytes", field: "spec.parameters.\(text(80))…") {
            "parameters: {? \(text($0)) : v}"
        },
    ]

    @Test(arguments: cases)
    func `refuse what is over one, and judge nothing else of it`(testCase: Case) throws {
        // A name that is refused, if anybody looks at it.
        let over = try judge(
            run(testCase.make(testCase.limit + 1), name: "UPPER/case"),
            generation: testCase.generation
        )
        #expect(over.summary == ["TooLarge \(testCase.field) Deny"])
        let message = over.findings.first?.message ?? ""
        #expect(
            message.hasSuffix(": \(testCase.limit + 1) \(testCase.unit), and at most \(testCase.limit) are judged"),
            "\(message)"
        )
        let at = try judge(run(testCase.make(testCase.limit), name: "UPPER/case"), generation: testCase.generation)
        #expect(at.reasons(of: .parameters).filter { $0 == "TooLarge" }.isEmpty)
        #expect(at.reasons(of: .labelLength) == ["RunNameNotLabelValue"])
    }

    @Test func `are also those of what a run refers to, told where it does`() throws {
        let state =
            "{apiVersion: agents.proompteng.ai/v1alpha1, kind: ImplementationSpec, "
            + "metadata: {name: i, namespace: agents}, spec: \(Self.contract("requiredKeys", 65))}"
        let spec = "implementationSpecRef: {name: i}"
        #expect(
            try judge(run(spec), state: state).summary == ["TooLarge spec.implementationSpecRef.name Deny"]
        )
    }

    private static let manySteps =
        "runtime: {type: workflow}, parameters: {repository: evil/repo}, secrets: [bad], "
        + "workflow: {steps: \(list(300) { "{name: s\($0)}" })}"
    private static let rest = "repository-allowlist: {allow: [good/repo]}, secret-allowlist: {blocked: [bad]}"

    @Test(arguments: [
        "parameters: {action: Warn}", "parameters: {reasons: {TooLarge: Audit}}", "parameters: {action: Off}",
    ])
    func `let every rule look where a policy does not refuse for them`(entry: String) throws {
        let verdict = try judge(run(Self.manySteps), policy: "  rules: {\(entry), \(Self.rest)}")
        #expect(verdict.reasons(of: .parameters) == (entry.contains("Off") ? [] : ["TooLarge"]))
        #expect(verdict.reasons(of: .repositoryAllowlist) == ["RepositoryNotAllowed"])
        #expect(verdict.reasons(of: .secretAllowlist) == ["SecretBlocked"])
        #expect(!verdict.allowed)
    }

    @Test func `let every rule look under an exemption`() throws {
        let exemption = "{name: e, reason: r, rules: [parameters]}"
        let verdict = try judge(run(Self.manySteps), policy: "  rules: {\(Self.rest)}\n  exemptions: [\(exemption)]")
        #expect(verdict.summary(of: .parameters) == ["TooLarge spec.workflow.steps Audit"])
        #expect(verdict.reasons(of: .secretAllowlist) == ["SecretBlocked"])
    }

    @Test func `warn of a template, which is refused once it is to be a run`() throws {
        let annotation = ", annotations: {agents.proompteng.ai/template: 'true'}"
        let template = run(Self.manySteps, metadata: annotation)
        let policy = try compiledPolicy("  rules: {\(Self.rest)}", generation: .august2026)
        let created = try review(object: template, policy: policy)
        #expect(created.summary == ["TooLarge spec.workflow.steps Warn"])
        let started = try review(operation: "UPDATE", object: run(Self.manySteps), oldObject: template, policy: policy)
        #expect(started.summary == ["TooLarge spec.workflow.steps Deny"])
        // A run that is at work does not change by becoming a template.
        let accepted = ", status: {phase: Running}"
        let changed = try review(
            operation: "UPDATE",
            object: run(Self.manySteps, metadata: annotation, more: accepted),
            oldObject: run("secrets: [other]", more: accepted),
            policy: policy
        )
        #expect(changed.findings.first?.reason == .tooLarge && !changed.allowed)
        #expect(changed.reasons(of: .immutableSpec).contains("SpecImmutableViolation"))
    }

    @Test func `are ratcheted, and then every rule looks`() throws {
        let policy = try compiledPolicy("  rules: {\(Self.rest)}")
        func update(to new: String) throws -> Verdict {
            try review(operation: "UPDATE", object: run(new), oldObject: run(Self.manySteps), policy: policy)
        }
        let same = try update(to: Self.manySteps + ", memoryRef: {name: m}")
        #expect(same.allowed)
        #expect(same.summary(of: .parameters) == ["TooLarge spec.workflow.steps Audit"])
        let worse = try update(to: Self.manySteps.replacing("[bad]", with: "[bad-too, bad]"))
        #expect(worse.allowed)
        let other = try update(to: Self.manySteps.replacing("evil/repo", with: "evil/other"))
        #expect(other.reasons(of: .repositoryAllowlist) == ["RepositoryNotAllowed"])
        #expect(!other.allowed)
        let larger = try update(to: Self.manySteps.replacing("[{name: s0}", with: "[{name: more}, {name: s0}"))
        #expect(larger.summary == ["TooLarge spec.workflow.steps Deny"])
    }

    @Test(arguments: [
        ("ImplementationSpec", contract("requiredKeys", 65).members, "spec.contract.requiredKeys"),
        ("ImplementationSpec", contract("mappings", 65).members, "spec.contract.mappings"),
        ("ImplementationSpec", "source: {externalId: \(text(1025))}", "spec.source.externalId"),
        ("VersionControlProvider", "defaults: {branchTemplate: \(text(1025))}", "spec.defaults.branchTemplate"),
        ("VersionControlProvider", "repositoryPolicy: {deny: [a/b, \(text(1025))]}", "spec.repositoryPolicy.deny[1]"),
        (
            "VersionControlProvider", "repositoryPolicy: {allow: \(list(257) { _ in "' '" })}",
            "spec.repositoryPolicy.allow"
        ),
    ])
    func `are those of other kinds, too`(kind: String, spec: String, field: String) throws {
        let verdict = try judge(object(kind, "o", spec))
        #expect(verdict.summary == ["TooLarge \(field) Deny"])
    }

    @Test func `make a pattern of a policy file an error`() throws {
        #expect {
            try compiledPolicy("  rules: {image-policy: {deny: [ok, \(Self.text(1025))]}}")
        } throws: { error in
            "\(error)".contains(
                "spec.rules.image-policy.deny[1]: Too long: 1025 bytes, must be at most 1024"
            )
        }
    }

    @Test func `are in docs/policy.md as the program prints them`() throws {
        #expect(try Checkout.text("docs/policy.md").contains("\n\(SizeLimit.markdown)\n"))
        let json = String(decoding: SizeLimit.json, as: UTF8.self)
        for limit in SizeLimit.all {
            #expect(SizeLimit.text.contains("\(limit.name) \(limit.value) \(limit.unit)\n"))
            #expect(json.contains(#"{"name":"\#(limit.name)","value":\#(limit.value),"#))
        }
    }
}

extension String {
    /// What is between the braces.
    fileprivate var members: String { String(dropFirst().dropLast()) }
}
