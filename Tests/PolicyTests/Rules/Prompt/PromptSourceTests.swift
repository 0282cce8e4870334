import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Prompt source` {
    private static let spec = object("ImplementationSpec", "i", "text: t")

    @Test(arguments: [
        ("implementation: {inline: {text: t}}", []),
        (
            "implementation: {inline: {text: t}}, implementationSpecRef: {name: i}",
            ["AmbiguousPromptSource spec.implementationSpecRef Warn"]
        ),
        ("implementation: {inline: x}, implementationSpecRef: {name: i}", []),
        ("implementation: {inline: {text: t}}, implementationSpecRef: {name: ' '}", []),
        (
            "implementationSpecRef: {name: i}, runtime: {type: workflow}, workflow: {steps: [{name: s, "
                + "implementationSpecRef: {name: i}, implementation: {inline: {summary: t}}}]}",
            ["AmbiguousPromptSource spec.workflow.steps[0].implementationSpecRef Warn"]
        ),
    ])
    func `is ambiguous with both, section 2`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec), state: Self.spec).summary(of: .promptSource) == expected)
    }

    @Test(
        arguments: [
            (
                "implementation: {}", ["MissingImplementation spec.implementationSpecRef Warn"],
                "InvalidSpec/MissingImplementation"
            ),
            (
                "implementationSpecRef: {name: x}", ["MissingImplementation spec.implementationSpecRef.name Warn"],
                "InvalidSpec/MissingImplementation"
            ),
            (
                "implementation: {inline: {text: t}}, runtime: {type: workflow}, workflow: {steps: [{name: s, "
                    + "implementationSpecRef: {name: x}}]}",
                ["MissingImplementation spec.workflow.steps[0].implementationSpecRef.name Warn"],
                "Failed/MissingImplementation"
            ),
            (
                "implementation: {inline: {text: t}}, runtime: {type: workflow}, workflow: {steps: [{name: s, "
                    + "implementation: {inline: {text: t}}, implementationSpecRef: {name: x}}]}",
                ["AmbiguousPromptSource spec.workflow.steps[0].implementationSpecRef Warn"], nil
            ),
        ] as [(String, [String], String?)]
    )
    func `is missing, sections 5 and 13`(spec: String, expected: [String], predicted: String?) throws {
        let verdict = try judge(run(spec), state: Self.spec)
        #expect(verdict.summary(of: .promptSource) == expected)
        #expect(verdict.explanation.predicted == predicted)
    }

    @Test func `is not missing where specs are not known`() throws {
        #expect(try judge(run("implementationSpecRef: {name: x}"), state: "").summary(of: .promptSource).isEmpty)
        #expect(try judge(run("implementationSpecRef: {name: x}")).summary(of: .promptSource).isEmpty)
    }

    @Test(arguments: [
        ("{text: ' '}", "", true, true), ("{text: ' ', summary: s}", "", false, false),
        ("{}", "prompt: p", false, true),
        ("{text: '{{ nothing }}'}", "", false, true), ("{text: '{{nothing}} x'}", "", false, false),
        ("{text: '{{ task }}'}", "task: t", false, false), ("{text: '${task}'}", "task: ' '", false, true),
        ("{text: '${nothing}'}", "", false, false), ("{text: '{{ metadata }}'}", "", false, false),
    ])
    func `is empty, sections 5 and 7`(inline: String, parameters: String, inFebruary: Bool, inAugust: Bool) throws {
        let yaml = run("implementation: {inline: \(inline)}, parameters: {\(parameters)}")
        let expected = ["EmptyPrompt spec.implementation.inline.text Warn"]
        #expect(try judge(yaml).summary(of: .promptSource) == (inFebruary ? expected : []))
        #expect(try judge(yaml, generation: .august2026).summary(of: .promptSource) == (inAugust ? expected : []))
    }

    @Test func `of a known spec is judged by its tokens`() throws {
        let state = object("ImplementationSpec", "i", "text: '{{ task }}'")
        let verdict = try judge(run("implementationSpecRef: {name: i}"), state: state, generation: .august2026)
        #expect(verdict.summary(of: .promptSource) == ["EmptyPrompt spec.implementationSpecRef.name Warn"])
    }

    @Test func `says which one the controller takes`() throws {
        let both = run("implementation: {inline: {text: t}}, implementationSpecRef: {name: i}")
        #expect(
            try judge(both, state: Self.spec).lines(of: .promptSource) == [
                """
                [AmbiguousPromptSource] spec.implementationSpecRef: Forbidden: the inline implementation beside it wins, and \
                ImplementationSpec "i" is not read (the guide lists the other order) (remove one of the two)
                """
            ]
        )
        #expect(
            try judge(run("implementationSpecRef: {name: x}"), state: Self.spec).lines(of: .promptSource) == [
                """
                [MissingImplementation] spec.implementationSpecRef.name: Invalid value: ImplementationSpec "x" not found yet in \
                namespace "agents" (create it before the run starts, or correct the name)
                """
            ]
        )
    }
}
