import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Label length` {
    @Test(arguments: [
        (String(repeating: "a", count: 63), []), (String(repeating: "a", count: 64), ["RunNameTooLong"]),
        ("a.b-c_D9", []), ("-a", ["RunNameNotLabelValue"]), ("a.", ["RunNameNotLabelValue"]),
        ("\" \"", ["RunNameNotLabelValue"]),
        ("é", ["RunNameNotLabelValue"]),
        (String(repeating: "é", count: 64), ["RunNameTooLong", "RunNameNotLabelValue"]),
        (String(repeating: "é", count: 63), ["RunNameNotLabelValue"]),
    ])
    func `judges a name`(name: String, reasons: [String]) throws {
        #expect(try judge(run("", name: name)).reasons(of: .labelLength) == reasons)
    }

    @Test func `proposes a name that is valid itself`() throws {
        for name in [String(repeating: "a", count: 200), "-x-", "Ünï cödé", String(repeating: ".", count: 70) + "z"] {
            let remedy = try #require(
                try judge(run("", name: "\"\(name)\"")).findings.first { $0.rule == .labelLength }?.remedy
            )
            let proposal = remedy.dropFirst("use \"".count).dropLast()
            #expect(
                try judge(run("", name: "\"\(proposal)\"")).summary(of: .labelLength).isEmpty,
                "\(name) -> \(proposal)"
            )
            #expect(proposal.utf8.count <= 63)
        }
    }

    @Test(arguments: [
        ("generateName: run-", []), ("generateName: -run", ["RunNameNotLabelValue metadata.generateName Deny"]),
        ("generateName: \"\(String(repeating: "a", count: 58))é\"", []),
        ("generateName: \"a b\"", ["RunNameNotLabelValue metadata.generateName Deny"]), ("labels: {}", []),
    ])
    func `judges a prefix where there is no name`(metadata: String, expected: [String]) throws {
        let yaml = "{apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {\(metadata)}, spec: {}}"
        #expect(try judge(yaml).summary(of: .labelLength) == expected)
    }

    @Test func `exempts templates in August only`() throws {
        let yaml = """
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: -x, \
            annotations: {agents.proompteng.ai/template: ' true '}}, spec: {parameters: {prompt: x}}}
            """
        #expect(try judge(yaml).summary(of: .labelLength) == ["RunNameNotLabelValue metadata.name Deny"])
        let template = try judge(yaml, generation: .august2026)
        #expect(template.summary(of: .labelLength) == [])
        #expect(template.summary(of: .promptOverride) == ["ForbiddenParameterKey spec.parameters.prompt Warn"])
    }
}
