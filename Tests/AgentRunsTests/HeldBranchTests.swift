import AgentRuns
import JSONPull
import TestPatience
import Testing

@Suite struct `Branches another run holds` {
    private static func held(_ object: String, _ generation: Generation = .august2026) throws -> [String] {
        let run = try JSONReader.read(Array(object.utf8)) { reader throws(JSONError) in try AgentRun(&reader) }
        return run.heldBranches(options: RepositoryName.Options(), generation: generation)
            .map { "\($0.repository) \($0.head)" }
    }

    private static func job(_ parameters: String, vcs: String = "") throws -> [String] {
        try held(#"{"spec":{"runtime":{"type":"job"},"parameters":{\#(parameters)}},"status":{"vcs":{\#(vcs)}}}"#)
    }

    @Test(arguments: [
        (#""repository":"O/R","head":" codex/x ""#, "", ["o/r codex/x"]),
        (#""repo":"o/r","headBranch":"a","head_ref":"b""#, "", ["o/r a"]),
        (#""issueRepository":"o/r","head_ref":"b","headRef":"c""#, "", ["o/r b"]),
        (#""repository":" ","repo":"o/r","head":"","headRef":"c","branch":"d""#, "", ["o/r c"]),
        (#""repository":"o/r","branch":"d""#, "", ["o/r d"]), (#""repository":"o/r""#, "", []),
        (#""head":"a""#, "", []),
        (#""repository":"${repo}","head":"a""#, "", []),
        (#""repository":"o/r","head":"a/${ x }","branch":"b""#, "", []),
        (#""repository":"o/r","head":"$${x}""#, "", ["o/r $${x}"]), (#""repository":1,"head":"a""#, "", []),
        (#""repository":"o/r","head":"a""#, #""headBranch":"b","branch":"c""#, ["o/r b"]),
        (#""repository":"o/r","head":"a""#, #""headBranch":" ","branch":"c""#, ["o/r c"]),
        (#""repository":"o/r","head":"a""#, #""repository":"o/s""#, ["o/s a"]),
        (#""repository":"${repo}","head":"${head}""#, #""repository":"o/s","headBranch":"b""#, ["o/s b"]),
    ])
    func `are those of its status, else of its parameters`(parameters: String, vcs: String, expected: [String]) throws {
        #expect(try Self.job(parameters, vcs: vcs) == expected)
    }

    @Test func `are for a workflow those of each step, too, whatever the status says`() throws {
        func workflow(_ steps: String, vcs: String = "") -> String {
            """
            {"spec":{"runtime":{"type":"workflow"},"parameters":{"repository":"o/r","head":"run"},"workflow":{"steps":[\(steps)]}},\
            "status":{"vcs":{\(vcs)}}}
            """
        }
        let steps = """
            {"name":"a"},{"name":"b","parameters":{"head":"b"}},{"name":"c","parameters":{"repository":"o/s","head":1}},\
            {"name":" ","parameters":{"head":"blank"}},{"name":"d","parameters":{"head":"b"}},\
            {"name":"e","parameters":{"head":"${x}"}}
            """
        #expect(try Self.held(workflow(steps)) == ["o/r run", "o/r b", "o/s run", "o/r blank"])
        #expect(try Self.held(workflow(steps), .february2026) == ["o/r run", "o/r b", "o/s run"])
        let vcs = #""repository":"o/t","headBranch":"b""#
        #expect(try Self.held(workflow(steps, vcs: vcs), .february2026) == ["o/t b", "o/r run", "o/r b", "o/s run"])
        #expect(try Self.held(workflow("")) == ["o/r run"])
    }

    /// Looking for each step at all parameters of the run would be 3 × 10⁹ comparisons.
    @Test(.limit(minutes: 2)) func `cost no more with many parameters and many steps`() throws {
        let parameters = (0..<20_000).map { #""p\#($0)":"x""# }.joined(separator: ",")
        let steps = (0..<20_000).map { #"{"name":"s\#($0)"}"# }.joined(separator: ",")
        let object = """
            {"spec":{"runtime":{"type":"workflow"},"parameters":{\(parameters),"repository":"o/r","branch":"b"},\
            "workflow":{"steps":[\(steps)]}}}
            """
        #expect(try Self.held(object) == ["o/r b"])
    }

    @Test func `are each named once, of any number of steps`() throws {
        let steps = (0..<2000).map { #"{"name":"s\#($0)","parameters":{"head":"h\#($0 % 1000)"}}"# }
        let object = """
            {"spec":{"runtime":{"type":"workflow"},"parameters":{"repository":"o/r"},\
            "workflow":{"steps":[\(steps.joined(separator: ","))]}}}
            """
        #expect(try Self.held(object) == (0..<1000).map { "o/r h\($0)" })
    }
}
