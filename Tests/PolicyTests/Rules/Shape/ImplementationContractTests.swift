import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Implementation contract` {
    private static let shape = [
        ("requiredKeys: [a, ' ']", ["requiredKeys"]), ("requiredKeys: [1]", ["requiredKeys"]),
        ("requiredKeys: [null]", ["requiredKeys"]), ("requiredKeys: x", []), ("mappings: {}", []),
        ("mappings: [x]", ["mappings"]), ("mappings: [{from: a}]", ["mappings"]),
        ("mappings: [{from: a, to: ' '}]", ["mappings"]), ("mappings: [{from: a, to: b}]", []),
        ("requiredKeys: [''], mappings: [{}]", ["requiredKeys", "mappings"]),
    ]

    @Test(arguments: shape)
    func `a faulty list is invalid, as controller-semantics section 7`(contract: String, lists: [String]) throws {
        let verdict = try judge(run("implementation: {inline: {text: t, contract: {\(contract)}}}, parameters: {a: x}"))
        #expect(
            verdict.summary(of: .implementationContract)
                == lists.map { "InvalidContract spec.implementation.inline.contract.\($0) Deny" }
        )
    }

    @Test(arguments: shape)
    func `also in an ImplementationSpec itself`(contract: String, lists: [String]) throws {
        let spec = object("ImplementationSpec", "i", "text: t, contract: {\(contract)}")
        let expected = lists.map { "InvalidContract spec.contract.\($0) Deny" }
        #expect(try judge(spec).summary(of: .implementationContract) == expected)
        let verdict = try review(object: spec, resource: "implementationspecs")
        #expect(verdict.summary(of: .implementationContract) == expected)
        #expect(verdict.allowed == lists.isEmpty)
    }

    @Test func `of a reference is reported once at its name`() throws {
        let state = object("ImplementationSpec", "i", "contract: {requiredKeys: [''], mappings: [{}]}")
        #expect(
            try judge(run("implementationSpecRef: {name: i}"), state: state).lines(of: .implementationContract) == [
                """
                [InvalidContract] spec.implementationSpecRef.name: Invalid value: the contract of ImplementationSpec "i" is \
                faulty: every entry must be a string that is not blank (remove the entries that are none)
                """
            ]
        )
    }

    @Test(arguments: [
        ("a", "a: x", []), ("a", "a: ' '", ["a"]), ("a, b, a, c", "b: x", ["a", "c"]), ("' a '", "a: x", []),
        ("repository", "repo: o/r", []), ("head", "branch: x", ["head"]), ("url", "issueUrl: x", []),
        ("mapped", "from: x", []), ("prompt", "prompt: x", []), ("prompt", "b: c", []), ("issueBody", "b: c", []),
        ("issueTitle", "b: c", ["issueTitle"]),
        ("stage", "workflowStage: x", []),
    ])
    func `demands metadata in February as controller-semantics section 7`(
        keys: String,
        parameters: String,
        missing: [String]
    ) throws {
        try expect(missing, keys, parameters, .february2026)
    }

    @Test(arguments: [
        ("a", "a: x", []), ("a", "b: x", ["a"]), ("prompt", "prompt: x", []), ("prompt", "b: c", []),
        ("stage", "workflowStage: x", ["stage"]),
        ("issueBody", "b: c", ["issueBody"]), ("issueBody", "issue: '7'", []),
    ])
    func `demands metadata in August as controller-semantics section 7`(
        keys: String,
        parameters: String,
        missing: [String]
    ) throws {
        try expect(missing, keys, parameters, .august2026)
    }

    /// The same whether the implementation is inline or known by reference, where its text is not kept.
    private func expect(_ missing: [String], _ keys: String, _ parameters: String, _ generation: Generation) throws {
        let implementation = """
            text: t, contract: {requiredKeys: [\(keys)], mappings: [{from: from, to: mapped}]}
            """
        let names = missing.map { "\"\($0)\"" }.joined(separator: ", ")
        let lines =
            missing.isEmpty
            ? []
            : [
                """
                [MissingRequiredMetadata] spec.parameters: Required value: the implementation's contract demands \(names) \
                (set \(missing.count == 1 ? "it" : "them") in the parameters, or change the contract)
                """
            ]
        let inline = run("implementation: {inline: {\(implementation)}}, parameters: {\(parameters)}")
        #expect(try judge(inline, generation: generation).lines(of: .implementationContract) == lines)
        let reference = run("implementationSpecRef: {name: i}, parameters: {\(parameters)}")
        let state = object("ImplementationSpec", "i", implementation)
        #expect(
            try judge(reference, state: state, generation: generation).lines(of: .implementationContract) == lines
        )
    }

    /// Of 61 keys a mapping, two parameters and, in February, the text itself fill one each; 50 are named.
    @Test(arguments: [
        (Generation.february2026, "x", 7), (.february2026, "' '", 8), (.august2026, "x", 8), (.august2026, "' '", 9),
    ])
    func `demands many keys as it does few`(generation: Generation, value: String, unnamed: Int) throws {
        let keys = (0..<60).map { "k\($0)" }.joined(separator: ", ")
        let spec = """
            implementation: {inline: {text: t, contract: {requiredKeys: [issueBody, \(keys)], \
            mappings: [{from: k0, to: k1}]}}}, parameters: {k0: x, k59: \(value)}
            """
        let lines = try judge(run(spec), generation: generation).lines(of: .implementationContract)
        #expect(lines.count == 1)
        #expect(lines.first?.contains(" and \(unnamed) more (set them") == true)
    }

    @Test func `is checked for every step by what is in effect there`() throws {
        let inline = "implementation: {inline: {contract: {requiredKeys: [a]}}}"
        let spec = """
            runtime: {type: workflow}, \(inline), workflow: {steps: [{name: x}, {name: p, parameters: {a: b}}, \
            {name: z, implementation: {inline: {contract: {requiredKeys: [1], mappings: [1]}}}}, {name: u, \
            implementationSpecRef: {name: unknown}}]}
            """
        let verdict = try judge(run(spec))
        #expect(
            verdict.summary(of: .implementationContract) == [
                "InvalidContract spec.workflow.steps[2].implementation.inline.contract.requiredKeys Deny",
                "InvalidContract spec.workflow.steps[2].implementation.inline.contract.mappings Deny",
                "MissingRequiredMetadata spec.workflow.steps[0].parameters Deny",
            ]
        )
        #expect(verdict.explanation.predicted == "InvalidSpec/MissingRequiredMetadata")
    }

    @Test func `an update notes what was missing before`() throws {
        func spec(_ keys: String) -> String {
            "implementation: {inline: {text: t, contract: {requiredKeys: [\(keys)]}}}, parameters: {z: \(keys.count)}"
        }
        func update(_ new: String, _ old: String) throws -> [String] {
            try review(operation: "UPDATE", object: run(spec(new)), oldObject: run(spec(old)))
                .summary(of: .implementationContract)
        }
        #expect(try update("a", "a, b") == ["MissingRequiredMetadata spec.parameters Audit"])
        #expect(try update("a, b", "a") == ["MissingRequiredMetadata spec.parameters Deny"])
    }
}
