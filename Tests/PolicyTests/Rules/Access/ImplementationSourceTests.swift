import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Implementation source` {
    private static let state = documents(
        object("Agent", "a", "providerRef: {name: p}, security: {allowedImplementationSourceProviders: [GitHub]}"),
        object("AgentProvider", "p"),
        object("ImplementationSpec", "i", "text: t, source: {provider: linear}")
    )

    private func judged(_ spec: String, _ generation: Generation = .august2026) throws -> Verdict {
        try judge(run(spec), state: Self.state, generation: generation)
    }

    @Test(arguments: [
        ("implementation: {inline: {text: t, source: {provider: GITHUB}}}", []),
        (
            "implementation: {inline: {text: t, source: {provider: manual}}}",
            ["ImplementationSourceProviderNotAllowed spec.implementation.inline.source.provider Deny"]
        ),
        (
            "implementation: {inline: {text: t}}",
            ["ImplementationSourceProviderNotAllowed spec.implementation.inline.source.provider Deny"]
        ),
        (
            "implementationSpecRef: {name: i}",
            ["ImplementationSourceProviderNotAllowed spec.implementationSpecRef.name Deny"]
        ),
        ("implementationSpecRef: {name: unknown}", []),
        (
            "implementation: {inline: {text: t, source: {provider: github}}}, runtime: {type: workflow}, "
                + "workflow: {steps: [{name: s, implementationSpecRef: {name: i}}]}",
            ["ImplementationSourceProviderNotAllowed spec.workflow.steps[0].implementationSpecRef.name Deny"]
        ),
    ])
    func `section 10`(spec: String, expected: [String]) throws {
        #expect(try judged(spec).summary(of: .implementationSource) == expected)
        #expect(try judged(spec, .february2026).summary(of: .implementationSource).isEmpty)
    }

    @Test func `says which provider`() throws {
        #expect(
            try judged("implementationSpecRef: {name: i}").lines(of: .implementationSource) == [
                """
                [ImplementationSourceProviderNotAllowed] spec.implementationSpecRef.name: Forbidden: source provider "linear" \
                is not in spec.security.allowedImplementationSourceProviders of Agent "a" (use an allowed source, or add it to \
                the Agent)
                """
            ]
        )
    }
}
