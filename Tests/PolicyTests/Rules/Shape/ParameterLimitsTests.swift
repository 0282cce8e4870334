import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Parameter limits` {
    private static func entries(_ count: Int) -> String { (0..<count).map { "k\($0): v" }.joined(separator: ", ") }

    private static func judged(_ spec: String, generation: Generation = .february2026) throws -> Verdict {
        try judge(run(spec), generation: generation)
    }

    @Test(arguments: [
        ("parameters: {\(entries(100))}", []),
        ("parameters: {\(entries(101))}", ["ParametersTooLarge spec.parameters Deny"]),
        ("parameters: {\(entries(100)), n: null}", []),
        (
            "parameters: {x: 1, u: true, z: [], v: null, s: '1'}",
            [
                "ParameterNotString spec.parameters.x Deny", "ParameterNotString spec.parameters.u Deny",
                "ParameterNotString spec.parameters.z Deny",
            ]
        ),
        ("parameters: {a: \(String(repeating: "x", count: 2048))}", []),
        ("parameters: {a: \(String(repeating: "x", count: 2049))}", ["ParameterValueTooLarge spec.parameters.a Deny"]),
        ("parameters: {a: \(String(repeating: "é", count: 1025))}", ["ParameterValueTooLarge spec.parameters.a Deny"]),
    ])
    func `of the run, section 4`(spec: String, expected: [String]) throws {
        #expect(try Self.judged(spec).summary(of: .parameters) == expected)
    }

    @Test(arguments: [
        ("{x: 1}", []), ("{\((0..<101).map { "k\($0): 1" }.joined(separator: ", "))}", []),
        ("{\(entries(101))}", ["ParametersTooLarge spec.workflow.steps[0].parameters Deny"]),
        (
            "{a: \(String(repeating: "x", count: 2049))}",
            ["ParameterValueTooLarge spec.workflow.steps[0].parameters.a Deny"]
        ),
    ])
    func `of a step, section 4`(parameters: String, expected: [String]) throws {
        let spec = "runtime: {type: workflow}, workflow: {steps: [{name: s, parameters: \(parameters)}]}"
        #expect(try Self.judged(spec).summary(of: .parameters) == expected)
    }

    @Test func `a key the August controller forbids is left to prompt-override`() throws {
        let spec = "parameters: {' Prompt ': 1}"
        #expect(try Self.judged(spec, generation: .august2026).summary(of: .parameters).isEmpty)
        #expect(
            try Self.judged(spec).summary(of: .parameters) == [#"ParameterNotString spec.parameters[" Prompt "] Deny"#]
        )
    }

    @Test func `says what is wrong and predicts the first entry that is`() throws {
        let verdict = try Self.judged("parameters: {b: 1, a: \(String(repeating: "x", count: 2049))}")
        #expect(
            verdict.lines(of: .parameters) == [
                """
                [ParameterNotString] spec.parameters.b: Invalid value: a parameter must be a string, and this is of type \
                number (put it in quotes)
                """,
                """
                [ParameterValueTooLarge] spec.parameters.a: Too long: 2049 bytes, and the controller takes at most 2048 \
                (shorten it, or put it into the ImplementationSpec)
                """,
            ]
        )
        #expect(verdict.explanation.predicted == "InvalidSpec/ParameterNotString")
    }
}
