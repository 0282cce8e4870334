import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Label policy` {
    private static func rules(_ options: String) -> String { "  rules: {label-policy: {\(options)}}" }

    private func labelled(_ labels: String, _ spec: String = "") -> String {
        run(spec, metadata: ", labels: {\(labels)}")
    }

    @Test(arguments: [
        ("required: [team]", "team: x", []),
        ("required: [team]", "teams: x", ["MissingRequiredLabels metadata.labels.team Deny"]),
        ("required: [team]", "team: ' '", ["MissingRequiredLabels metadata.labels.team Deny"]),
        ("required: [team]", "team: 1", ["MissingRequiredLabels metadata.labels.team Deny"]),
        ("required: [team]", "team: null", ["MissingRequiredLabels metadata.labels.team Deny"]),
        (
            "required: [team, '', 'a.b/c', team]", "x: z",
            [
                "MissingRequiredLabels metadata.labels.team Deny",
                "MissingRequiredLabels metadata.labels[\"a.b/c\"] Deny",
            ]
        ),
        ("required: [Team]", "team: x", ["MissingRequiredLabels metadata.labels.Team Deny"]),
        ("deny: ['internal/*']", "internal: x", []),
        ("deny: ['internal/*']", "internal/a: x", ["LabelBlocked metadata.labels[\"internal/a\"] Deny"]),
        ("deny: ['internal/*']", "internal/a: ''", ["LabelBlocked metadata.labels[\"internal/a\"] Deny"]),
        ("deny: ['internal/*']", "Internal/a: x", []),
        ("deny: ['internal/*']", "internal/a: null, internal/b: 1", []),
        ("allow: [team]", "team: x", []),
        (
            "allow: [team]", "a: '', team: x, b: z",
            ["LabelNotAllowed metadata.labels.a Deny", "LabelNotAllowed metadata.labels.b Deny"]
        ),
        ("allow: [team], deny: [b]", "b: z", ["LabelBlocked metadata.labels.b Deny"]),
        ("allow: ['']", "a: b", []), ("", "a: b", []),
    ])
    func `judges keys as controller-semantics section 11, empty values as well`(
        options: String,
        labels: String,
        expected: [String]
    ) throws {
        let policy = Self.rules(options)
        #expect(try judge(labelled(labels), policy: policy).summary(of: .labelPolicy) == expected)
    }

    @Test func `says what is wrong`() throws {
        let policy = Self.rules("required: [team], deny: ['x*'], allow: [a]")
        #expect(
            try judge(labelled("xy: '1', b: c"), policy: policy).lines(of: .labelPolicy) == [
                """
                [MissingRequiredLabels] metadata.labels.team: Required value: the policy demands this label with a value \
                (add label "team")
                """,
                """
                [LabelBlocked] metadata.labels.xy: Forbidden: the label matches the denied pattern "x*" (remove it, or change \
                deny of rule label-policy in policy "p")
                """,
                """
                [LabelNotAllowed] metadata.labels.b: Forbidden: the policy does not allow label "b" (remove it, or add it to \
                allow of rule label-policy in policy "p")
                """,
            ]
        )
    }

    @Test(arguments: [
        ("required: [a]", "b: c", "InvalidSpec/MissingRequiredLabels"),
        ("deny: [a]", "a: c", "InvalidSpec/LabelBlocked"),
        ("deny: [a]", "a: ''", nil), ("allow: [b]", "a: c", "InvalidSpec/LabelNotAllowed"),
        ("required: [b], deny: [a]", "a: c", "InvalidSpec/MissingRequiredLabels"),
    ])
    func `predicts what the controller sees`(options: String, labels: String, predicted: String?) throws {
        let verdict = try judge(labelled(labels), policy: Self.rules(options))
        #expect(verdict.explanation.predicted == predicted)
    }

    @Test(arguments: [
        ("a: x", "b: x", ["LabelBlocked metadata.labels.a Deny"]),
        ("a: x", "a: z", ["LabelBlocked metadata.labels.a Audit"]),
        ("a: x, c: z", "a: x", ["LabelBlocked metadata.labels.a Audit"]), ("c: z, a: x", "a: x, c: z", []),
        ("a: x", "a: x", []),
    ])
    func `an update of labels alone is judged by nothing else, and only what is new counts`(
        new: String,
        old: String,
        expected: [String]
    ) throws {
        let policy = try compiledPolicy(Self.rules("deny: [a]"))
        let spec = "parameters: {repository: nonsense}"
        let verdict = try review(
            operation: "UPDATE",
            object: labelled(new, spec),
            oldObject: labelled(old, spec),
            policy: policy
        )
        #expect(verdict.summary == expected)
    }

    @Test func `an update that changes the spec notes old labels`() throws {
        let policy = try compiledPolicy(Self.rules("deny: [a]"))
        let (new, old) = (labelled("a: x", "ttlSecondsAfterFinished: 1"), labelled("a: x"))
        let verdict = try review(operation: "UPDATE", object: new, oldObject: old, policy: policy)
        #expect(verdict.summary(of: .labelPolicy) == ["LabelBlocked metadata.labels.a Audit"])
    }

    @Test func `of a repeated key the last counts`() throws {
        let text = #"""
            {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"r",\#
            "labels":{"team":"x","a":"b","team":null}},"spec":{}}
            """#
        let engine = PolicyEngine(policy: try compiledPolicy(Self.rules("required: [team], deny: [a]")))
        let verdict = try unsafe Array(text.utf8).withUnsafeBytes {
            try unsafe engine.judge(manifest: $0, state: nil, now: Timestamp(seconds: 0))
        }
        #expect(
            verdict?.summary(of: .labelPolicy) == [
                "MissingRequiredLabels metadata.labels.team Deny", "LabelBlocked metadata.labels.a Deny",
            ]
        )
    }
}
