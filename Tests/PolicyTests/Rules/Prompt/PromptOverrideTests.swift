import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Prompt override` {
    static let specs = """
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: ImplementationSpec, metadata: {name: s, namespace: agents}, \
        spec: {text: "  0123456789 "}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: ImplementationSpec, metadata: {name: empty, namespace: agents}, \
        spec: {text: " ", summary: ""}}
        ---
        {apiVersion: agents.proompteng.ai/v1alpha1, kind: ImplementationSpec, metadata: {name: mapped, namespace: agents}, \
        spec: {text: abc, contract: {mappings: [{from: task, to: prompt}]}}}
        """

    @Test(arguments: [
        (
            "implementationSpecRef: {name: s}, parameters: {prompt: \" hey \"}",
            ["PromptOverride spec.parameters.prompt Warn"]
        ),
        (
            "implementationSpecRef: {name: unknown}, parameters: {prompt: hey}",
            ["PromptOverride spec.parameters.prompt Warn"]
        ),
        (
            "implementation: {inline: {text: t}}, parameters: {prompt: hey}",
            ["PromptOverride spec.parameters.prompt Warn"]
        ),
        (
            "implementationSpecRef: {name: mapped}, parameters: {task: hey}",
            ["PromptOverride spec.parameters.task Warn"]
        ),
        ("implementationSpecRef: {name: s}, parameters: {prompt: \" \u{A0}\"}", []),
        ("implementationSpecRef: {name: s}, parameters: {Prompt: hey}", []),
        ("implementationSpecRef: {name: s}, parameters: {prompt: 7}", []),
        ("implementationSpecRef: {name: empty}, parameters: {prompt: hey}", []),
        ("implementation: {}, parameters: {prompt: hey}", []),
        ("implementationSpecRef: {name: s}, parameters: {task: hey}", []),
    ])
    func `at run level`(spec: String, expected: [String]) throws {
        #expect(
            try judge(run("runtime: {type: job}, " + spec), state: Self.specs).summary(of: .promptOverride) == expected
        )
    }

    @Test(arguments: [
        (
            "steps: [{name: a, parameters: {prompt: hey}}]",
            ["StepPromptOverride spec.workflow.steps[0].parameters.prompt Warn"]
        ),
        ("steps: [{name: ' ', parameters: {prompt: hey}}, {name: b}]", []),
        (
            "steps: [{name: a}, {name: b, parameters: {prompt: x}}, {name: c, parameters: {prompt: z}}]",
            [
                "StepPromptOverride spec.workflow.steps[1].parameters.prompt Warn",
                "StepPromptOverride spec.workflow.steps[2].parameters.prompt Warn",
            ]
        ),
    ])
    func `in steps`(workflow: String, expected: [String]) throws {
        let yaml = run("runtime: {type: workflow}, implementationSpecRef: {name: s}, workflow: {\(workflow)}")
        #expect(try judge(yaml, state: Self.specs).summary(of: .promptOverride) == expected)
    }

    @Test func `names what is hidden with both lengths and not the text`() throws {
        let spec = "runtime: {type: job}, implementationSpecRef: {name: s}, parameters: {prompt: do it}"
        let known = try judge(run(spec), state: Self.specs)
        #expect(
            known.warnings == [
                """
                [PromptOverride] spec.parameters.prompt: this prompt (5 characters) overrides ImplementationSpec "s" \
                .spec.text (10 characters), which the agent will not see (remove it, or move its content into the \
                ImplementationSpec)
                """
            ]
        )
        #expect(try judge(run(spec)).warnings.first?.contains("(length unknown)") == true)
    }

    @Test func `one run prompt over steps that hide different specs is one finding`() throws {
        let steps = "[{name: a}, {name: b, implementationSpecRef: {name: mapped}}]"
        let yaml = run(
            "runtime: {type: workflow}, implementationSpecRef: {name: s}, parameters: {prompt: x}, workflow: {steps: \(steps)}"
        )
        let verdict = try judge(yaml, state: Self.specs)
        #expect(verdict.summary(of: .promptOverride) == ["PromptOverride spec.parameters.prompt Warn"])
        #expect(verdict.findings[0].message.contains(".spec.text (10 characters) and 1 more,"))
    }

    @Test(arguments: [
        ("parameters: {\" PROMPT \": \"\"}", [#"ForbiddenParameterKey spec.parameters[" PROMPT "] Deny"#]),
        ("parameters: {prompt: 7}", ["ForbiddenParameterKey spec.parameters.prompt Deny"]),
        ("parameters: {prompts: x}", []),
        (
            "workflow: {steps: [{name: a, parameters: {prompt: x}}, {name: b, parameters: {prompt: 7}}]}",
            ["ForbiddenParameterKey spec.workflow.steps[0].parameters.prompt Deny"]
        ),
    ])
    func `in August is forbidden`(spec: String, expected: [String]) throws {
        let yaml = run("runtime: {type: workflow}, implementationSpecRef: {name: s}, " + spec)
        #expect(try judge(yaml, generation: .august2026).summary(of: .promptOverride) == expected)
    }
}
