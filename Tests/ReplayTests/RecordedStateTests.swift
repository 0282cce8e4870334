import AgentRuns
import JSONPull
import OrderedCollections
import PolicyTestSupport
import TestPatience
import Testing

@testable import Replay

@Suite(.apart, .limit(minutes: 2)) struct `A recorded state` {
    /// Each was looked for among all the others once.
    @Test func `keeps questions by the hundred thousand, each once`() throws {
        let state = RecordedState(try FixtureState(""))
        for _ in 0..<2 {
            for number in 0..<150_000 { #expect(!state.hasSecret(ExactString("s\(number)"), in: "agents")) }
        }
        #expect(state.answers.count == 150_000)
    }

    /// What the decision log keeps of a run is found by following them, here backwards.
    @Test func `follows the mappings of a contract in linear work`() throws {
        let count = 60_000
        let mappings = (0..<count).map { #"{"from":"m\#($0)","to":"m\#($0 + 1)"}"# }.joined(separator: ",")
            .replacing(#""to":"m\#(count)""#, with: #""to":"head""#)
        let object = #"{"spec":{"implementation":{"inline":{"contract":{"mappings":[\#(mappings)]}}}}}"#
        let read = try JSONReader.read(Array(object.utf8)) { reader throws(JSONError) in try AgentRun(&reader) }
        #expect(ParameterDisclosure(runs: [read], state: nil).keeps("m0"))
    }
}
