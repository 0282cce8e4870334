import JSONPull
import Testing

@testable import AgentRuns

@Suite struct `Metadata of a run` {
    private static func metadata(
        _ parameters: String,
        step: String? = nil,
        implementation: String = "",
        _ generation: Generation = .august2026
    ) throws -> RunMetadata {
        let steps = step.map { #","workflow":{"steps":[{"name":"s","parameters":{\#($0)}}]}"# } ?? ""
        let object = """
            {"spec":{"runtime":{"type":"workflow"},"parameters":{\(parameters)},\
            "implementation":{"inline":{\(implementation)}}\(steps)}}
            """
        let run = try JSONReader.read(Array(object.utf8)) { reader throws(JSONError) in try AgentRun(&reader) }
        let unit = RunUnit(
            of: run.spec,
            step: run.spec.workflowSteps.first,
            generation: generation
        ) { _ in nil }
        return unit.metadata
    }

    /// Targets, each with what fills it, the strongest first.
    private static let precedence: [(target: ParameterName, sources: [String])] = [
        (.repository, ["repository", "repo", "issueRepository"]),
        (.issueNumber, ["issueNumber", "issue", "issueId", "issue_id", "issue_number"]),
        (.issueTitle, ["issueTitle", "title"]), (.issueBody, ["issueBody", "body"]), (.issueUrl, ["issueUrl", "url"]),
        (.base, ["base", "baseBranch", "base_ref", "baseRef"]), (.head, ["head", "headBranch", "head_ref", "headRef"]),
        (.stage, ["stage", "codexStage"]),
    ]

    @Test(arguments: precedence.indices, [false, true])
    func `is filled by the strongest name that has a value, wherever it stands`(index: Int, isReversed: Bool) throws {
        let (target, sources) = Self.precedence[index]
        for first in sources.indices {
            let present = sources[first...].map { #""\#($0)":" of \#($0) ""# }
            let blank = sources[..<first].map { #""\#($0)":" ""# }
            let entries = isReversed ? (blank + present).reversed() : blank + present
            let metadata = try Self.metadata(entries.joined(separator: ","))
            #expect(metadata.text(target) == ExactString("of \(sources[first])"))
        }
        #expect(try Self.metadata("").text(target) == nil)
    }

    @Test func `knows the stage of a workflow in February only, and the branch as no head`() throws {
        let parameters = #""workflowStage":"w","codexStage":"c","branch":"b""#
        #expect(try Self.metadata(parameters, .february2026).text(.stage) == "w")
        #expect(try Self.metadata(parameters, .august2026).text(.stage) == "c")
        #expect(try Self.metadata(parameters).text(.head) == nil)
    }

    @Test(
        arguments: [
            ("o/r#7", "o/r", "7"), (" o/r # 7 #8", "o/r", "7"), ("o/r", nil, nil), ("#7", nil, nil),
            ("o/r# ", nil, nil), ("o/r# #", "o/r", nil), ("##7", nil, nil),
            ("evil/repo#\u{301}7", "evil/repo", "\u{301}7"),
        ] as [(String, ExactString?, ExactString?)]
    )
    func `has repository and number of an external id, a blank number being none`(
        externalId: String,
        repository: ExactString?,
        number: ExactString?
    ) throws {
        func metadata(_ provider: String) throws -> RunMetadata {
            try Self.metadata(
                "",
                implementation: #""source":{"provider":"\#(provider)","externalId":"\#(externalId)"}"#
            )
        }
        #expect(try metadata("github").text(.repository) == repository)
        #expect(try metadata("github").text(.issueNumber) == number)
        #expect(try metadata("GitHub").text(.repository) == nil)
    }

    @Test func `takes mappings in their order, for what aliases leave empty, and before the external id`() throws {
        let implementation = """
            "contract":{"mappings":[{"from":"a","to":"repository"},{"from":"b","to":"repository"},{"from":"b","to":"head"},\
            {"from":"head","to":"mine"},{"from":"none","to":"stage"}]},"source":{"provider":"github","externalId":"o/r#7"}
            """
        let metadata = try Self.metadata(#""a":"A","b":"B","headRef":"H""#, implementation: implementation)
        #expect(metadata.text(.repository) == "A")
        #expect(metadata.text(.head) == "H")
        #expect(metadata.text(.issueNumber) == "7")
        #expect(metadata.text(.stage) == nil)
        #expect(metadata.missing(["mine", "head", "stage", "other"]) == ["stage", "other"])
        #expect(metadata.given("mine") == "H")
        var keys: [ExactString] = []
        metadata.forEachGiven { key, _ in
            keys.append(key)
            return true
        }
        #expect(keys == ["a", "b", "headRef", "head", "repository", "mine", "issueNumber"])
        keys = []
        metadata.forEachGiven { key, _ in
            keys.append(key)
            return keys.count < 6
        }
        #expect(keys.last == "mine")
    }

    @Test func `derives title and body in August for an issue only`() throws {
        let texts = #""summary":" S ","text":"T""#
        for (parameters, generation, isDerived) in [
            ("", .february2026, true), ("", .august2026, false), (#""issue":"7""#, .august2026, true),
        ] as [(String, Generation, Bool)] {
            let metadata = try Self.metadata(parameters, implementation: texts, generation)
            #expect(metadata.derives(.issueTitle) == isDerived)
            #expect(metadata.text(.issueTitle) == nil)
            #expect(metadata.missing(["issueTitle", "issueBody"]) == (isDerived ? [] : ["issueTitle", "issueBody"]))
        }
    }

    @Test func `of a step has its strings in place of the run's, blank ones too, and the run's else`() throws {
        let run = #""repository":"o/r","head":"a","base":"main","x":"1""#
        let metadata = try Self.metadata(run, step: #""head":"b","base":" ","x":"2","repository":7,"y":"3""#)
        #expect(metadata.text(.head) == "b")
        #expect(metadata.text(.base) == nil)
        #expect(metadata.text(.repository) == "o/r")
        var parameters: [[ExactString]] = []
        metadata.forEachParameter { key, value in
            parameters.append([key, value])
            return true
        }
        #expect(parameters == [["repository", "o/r"], ["head", "b"], ["base", " "], ["x", "2"], ["y", "3"]])
        #expect(metadata.hasParameter("y") && !metadata.hasParameter("z"))
        #expect(metadata.missing(["x", "y", "z"]) == ["z"])
        guard case .step("head") = metadata[.head]?.origin, case .run("repository") = metadata[.repository]?.origin
        else {
            Issue.record("\(metadata[.head] as Any) \(metadata[.repository] as Any)")
            return
        }
    }

    @Test func `has no prompt of parameters in August, however it is spelt`() throws {
        #expect(try Self.metadata(#""prompt":"p""#, .february2026).missing(["prompt"]) == [])
        #expect(try Self.metadata(#"" Prompt ":"p""#, .august2026).missing([" Prompt "]) == [" Prompt "])
    }
}
