import JSONPull
import Policy
import Reports
import TestPrograms
import Testing

@testable import Offline

@Suite struct `Replaying logs` {
    private func report(_ log: String) throws -> ReplayReport {
        var replay = LogReplay(engine: PolicyEngine(policy: try policy()), state: nil)
        try replay.run(log) { _ in }
        return replay.report
    }

    private let decision = #"{"time":"2026-11-23T12:00:00Z","uid":"u","verdict":{"allowed":true,"operation":"CREATE"}"#

    @Test func `sorts the lines of a log`() throws {
        let folder = try Folder()
        let lines = [
            decision + #","notReplayable":"too large"}"#, decision + "}",
            #"{"time":"2026-11-23T12:00:00Z","uid":"u","error":"x"}"#, #"{"dropped":7}"#, #"{"other":1}"#, "not JSON",
            decision + #","replay":{"review":"#,
        ]
        let report = try report(try folder.write(lines.joined(separator: "\n"), to: "log"))
        #expect(report.decisions == 2 && report.doubtful == 2)
        #expect(report.doubts.flatMap(\.reasons) == ["too large", "the line has no review"])
        #expect(report.errored == 1 && report.dropped == 7 && report.unreadable == 3)
        for (problem, part) in zip(report.problems, [":5: no decision", ":6: not JSON: ", ":7: the line is cut off"]) {
            #expect(problem.contains(part), "\(problem)")
        }
    }

    @Test func `ends where there is no log`() {
        #expect(throws: CommandFailure.self) { try report("/nonexistent") }
    }

    @Test func `reads lines of any length, and passes over those no server writes`() throws {
        let folder = try Folder()
        let long = [UInt8](repeating: 0x61, count: LogLines.maximumLineBytes + (1 << 20))
        let bytes = Array("one\n\n".utf8) + long + Array("\nlast\ncut".utf8)
        var lines = try LogLines(try folder.write(bytes, to: "log"))
        var seen: [String] = []
        while let line = try lines.next() {
            switch line {
            case .whole(let bytes): seen.append(String(decoding: bytes, as: UTF8.self))
            case .cutOff: seen.append("(cut off)")
            case .tooLong: seen.append("(too long)")
            }
        }
        #expect(seen.map { String($0.prefix(20)) } == ["one", "", "(too long)", "last", "(cut off)"])
        #expect(lines.number == 5)
    }

    @Test func `reads of a decision what replaying asks`() throws {
        let line = """
            {"uid":"u","unknown":[{}],"replay":{"a":1},"verdict":{"operation":"UPDATE","allowed":false,\
            "object":{"kind":"AgentRun","namespace":"n","name":"r"},"findings":[{"rule":"limits","action":"Deny"}]}}
            """
        let decision = try LoggedDecision(Array(line.utf8))
        #expect(decision.title == "UPDATE of AgentRun n/r" && decision.allowed == false && decision.time == nil)
        #expect(decision.findings.map(\.rule) == ["limits"])
        let replay = try #require(decision.replay)
        #expect(String(decoding: Array(line.utf8)[replay], as: UTF8.self) == "{\"a\":1}")
    }
}
