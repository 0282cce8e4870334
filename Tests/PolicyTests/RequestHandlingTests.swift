import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Which requests are judged` {
    private let bad = run("parameters: {repository: nonsense}")

    @Test func `a create is denied`() throws {
        let verdict = try review(object: bad)
        #expect(!verdict.allowed)
        #expect(verdict.response.status?.details?.causes.map(\.reason) == ["InvalidRepository"])
    }

    @Test(arguments: ["DELETE", "CONNECT"])
    func `never`(operation: String) throws {
        let verdict = try review(operation: operation, oldObject: bad)
        #expect(verdict.allowed && verdict.findings.isEmpty && verdict.warnings.isEmpty)
    }

    @Test func `not a subresource`() throws {
        #expect(try review(operation: "UPDATE", object: bad, oldObject: bad, more: #","subResource":"status""#).allowed)
    }

    @Test(arguments: [("CREATE", "widgets"), ("PATCH", "agentruns")])
    func `others with a notice`(operation: String, resource: String) throws {
        let verdict = try review(operation: operation, object: bad, resource: resource)
        #expect(verdict.allowed)
        #expect(
            verdict.warnings == [
                """
                agentrun-admission does not judge \(operation) of \(resource).agents.proompteng.ai/v1alpha1 (take it out of \
                the webhook configuration's rules)
                """
            ]
        )
    }

    @Test(arguments: [
        ("agents.proompteng.ai", "v1alpha1", "agentruns", true), ("agents.proompteng.ai", "v1alpha1", "agents", false),
        ("agents.proompteng.ai", "v1beta1", "agentruns", false), ("example.org", "v1alpha1", "agentruns", false),
    ])
    func `as runs only if they are runs`(group: String, version: String, resource: String, isRun: Bool) throws {
        let object = String(decoding: try json(run("")), as: UTF8.self)
        let body = Array(
            """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u",\
            "kind":{"group":"\(group)","version":"\(version)","kind":"K"},\
            "resource":{"group":"\(group)","version":"\(version)","resource":"\(resource)"},\
            "operation":"UPDATE","object":\(object),"oldObject":\(object)}}
            """.utf8
        )
        let review = try unsafe body.withUnsafeBytes { try unsafe DecodedReview($0) }
        #expect((review.object != nil) == isRun && (review.oldObject != nil) == isRun)
    }

    @Test func `not an object that is being deleted`() throws {
        let deleted = """
            {kind: AgentRun, metadata: {name: r, deletionTimestamp: "2026-11-23T10:00:00Z"}, \
            spec: {parameters: {repository: bad}}}
            """
        #expect(try review(operation: "UPDATE", object: deleted, oldObject: run("")).findings.isEmpty)
        #expect(
            try review(operation: "UPDATE", object: run("parameters: {repository: bad}"), oldObject: deleted).findings
                .isEmpty
        )
    }

    @Test(arguments: [
        ("a: 1, parameters: {repository: bad, x: null}", "parameters: {repository: bad}, a: 1.0"),
        ("parameters: {repository: bad}", "parameters: {repository: bad}, extra: null"),
    ])
    func `not an unchanged spec, however it is written`(new: String, old: String) throws {
        #expect(try review(operation: "UPDATE", object: run(new), oldObject: run(old)).findings.isEmpty)
    }

    @Test func `an update only notes what was wrong before`() throws {
        let old = run("parameters: {repository: bad}")
        let same = try review(
            operation: "UPDATE",
            object: run("parameters: {repository: bad, x: \"y\"}"),
            oldObject: old
        )
        #expect(same.summary == ["InvalidRepository spec.parameters.repository Audit"])
        #expect(same.findings[0].isRatcheted)
        let other = try review(operation: "UPDATE", object: run("parameters: {repository: worse}"), oldObject: old)
        #expect(other.summary == ["InvalidRepository spec.parameters.repository Deny"])
    }

    @Test func `a step that moved is the same step`() throws {
        let step = "{name: b, parameters: {repository: bad}}"
        let old = run("runtime: {type: workflow}, workflow: {steps: [\(step)]}")
        let new = run("runtime: {type: workflow}, workflow: {steps: [{name: a}, \(step)]}")
        #expect(
            try review(operation: "UPDATE", object: new, oldObject: old).summary == [
                "InvalidRepository spec.workflow.steps[1].parameters.repository Audit"
            ]
        )
    }

    @Test func `an admitted create that is no dry run takes its branch`() throws {
        let state = try FixtureState("")
        let good = run("parameters: {repository: a/b, head: codex/h}")
        #expect(
            try review(object: good, state: state).claims?.branches == [BranchKey(repository: "a/b", head: "codex/h")]
        )
        #expect(try review(object: good, more: #","dryRun":true"#, state: state).claims == nil)
        #expect(try review(object: run("parameters: {repository: a/b}"), state: state).claims == nil)
    }

    @Test func `an admitted update takes the branches the run did not have`() throws {
        let state = try FixtureState("")
        let old = run("parameters: {repository: a/b, head: codex/h}")
        func claims(_ spec: String, more: String = "") throws -> BranchClaims? {
            try review(operation: "UPDATE", object: run(spec), oldObject: old, more: more, state: state).claims
        }
        let moved = try claims(
            """
            parameters: {repository: a/b, head: codex/h}, runtime: {type: workflow}, \
            workflow: {steps: [{name: s}, {name: t, parameters: {head: codex/i}}]}
            """
        )
        #expect(moved?.isUpdate == true)
        #expect(moved?.branches.map(\.head) == ["codex/h", "codex/i"])
        #expect(moved?.kept.map(\.head) == ["codex/h"])
        #expect(try claims("parameters: {repository: a/c, head: codex/h}")?.kept.isEmpty == true)
        #expect(try claims("parameters: {repository: a/b, head: codex/h, other: x}") == nil)
        #expect(try claims("parameters: {repository: a/b, head: codex/i}", more: #","dryRun":true"#) == nil)
    }
}
