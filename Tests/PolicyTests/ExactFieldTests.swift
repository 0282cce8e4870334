import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// Fields are told apart by all of their bytes, whatever a reader is shown of them.
@Suite struct `Exact fields` {
    /// As much of a key as messages repeat.
    private static let long = String(repeating: "k", count: 80)
    private static let policy = "  rules: {label-policy: {deny: ['k*']}}"

    private func labelled(_ keys: String...) -> String {
        run("", metadata: ", labels: {\(keys.map { "\($0): x" }.joined(separator: ", "))}")
    }

    @Test func `keys that begin alike have a finding each`() throws {
        let verdict = try judge(labelled(Self.long + "1", Self.long + "2"), policy: Self.policy)
        let line = "LabelBlocked metadata.labels.\(Self.long)… Deny"
        #expect(verdict.summary(of: .labelPolicy) == [line, line])
    }

    @Test func `an update adds none beside a known one that begins alike`() throws {
        let policy = try compiledPolicy(Self.policy)
        let verdict = try review(
            operation: "UPDATE",
            object: labelled(Self.long + "1", Self.long + "2"),
            oldObject: labelled(Self.long + "1"),
            policy: policy
        )
        #expect(!verdict.allowed)
        #expect(verdict.findings.filter { $0.rule == .labelPolicy }.map(\.action) == [.audit, .deny])
    }

    @Test func `the patch removes exactly what is wrong`() throws {
        let keys = [Self.long + "1", Self.long + "2", "a/b~\u{301}"]
        let yaml = labelled(keys[0], keys[1], "\"\(keys[2])\"")
        let verdict = try judge(yaml, policy: "  rules: {label-policy: {deny: ['*2', 'a/*']}}")
        let patch = try unsafe json(yaml).withUnsafeBytes {
            unsafe PatchSuggestion(for: verdict.findings, in: $0).patch
        }
        #expect(
            patch.operations == [
                .remove(path: "/metadata/labels/\(keys[1])"), .remove(path: "/metadata/labels/a~1b~0\u{301}"),
            ]
        )
    }

    @Test func `keys that look alike are two`() throws {
        let (one, two) = ("\u{E9}", "e\u{301}")
        let yaml = labelled("\"\(one)\"", "\"\(two)\"")
        let verdict = try judge(yaml, policy: "  rules: {label-policy: {allow: [a]}}")
        #expect(verdict.reasons(of: .labelPolicy).count == 2)
        let patch = try unsafe json(yaml).withUnsafeBytes {
            unsafe PatchSuggestion(for: verdict.findings, in: $0).patch
        }
        #expect(ExactString(patch.json).contains(ExactString("labels/\(one)\"")))
        #expect(ExactString(patch.json).contains(ExactString("labels/\(two)\"")))
    }

    @Test func `list items and steps have a key each`() {
        let list = FieldPath("spec.secrets")
        #expect(list.item(0).key != list.item(1).key)
        #expect(FieldPath("spec.parameters").member("head").key == FieldPath("spec.parameters.head").key)
        let dotted = FieldPath("spec").member("parameters.head")
        #expect(dotted.key != FieldPath("spec.parameters.head").key)
    }
}
