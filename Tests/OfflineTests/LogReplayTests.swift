import JSONPull
import Policy
import Reports
import TestPatience
import TestPrograms
import Testing

@testable import Offline

@Suite(.apart) struct `Replaying logs` {
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
        #expect(report.errored == 1 && report.dropped == 7 && report.unreadable == 2 && report.cutOff == 1)
        for part in [
            ":5: no decision", ":6: not JSON: unexpected 'o' (byte 1)", ":7: warning: the last line is cut off",
        ] {
            #expect(report.problemText.contains(part), "\(report.problemText)")
        }
    }

    @Test(arguments: [(0, 2), (1, 1), (9, 1), (60, 1)])
    func `ends by what it found, and not by a last line that is cut off`(missing: Int, decisions: Int) throws {
        let folder = try Folder()
        let whole = decision + #","notReplayable":"too large"}"#
        let log = try folder.write(String("\(whole)\n\(whole)".dropLast(missing)), to: "log")
        let report = try report(log)
        #expect(report.decisions == decisions && report.cutOff == 2 - decisions)
        #expect(report.exitStatus(isStrict: false) == .good && report.exitStatus(isStrict: true) == .refused)
        #expect(text(report).contains("; 1 line cut off\n") == (missing > 0))
    }

    /// A run `nightly.1` as it was recorded, with what was asked of the cluster state and `answers` beside it.
    private func recorded(_ answers: String...) -> String {
        let spec =
            #"{"agentRef":{"name":"codex"},"runtime":{"type":"job"},"parameters":{"repository":"acme/app"},"#
            + #""implementation":{"inline":{"text":"t"}},"vcsPolicy":{"mode":"none"}}"#
        let type = #""group":"agents.proompteng.ai","version":"v1alpha1""#
        let review =
            #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","#
            + #""kind":{\#(type),"kind":"AgentRun"},"resource":{\#(type),"resource":"agentruns"},"name":"nightly.1","#
            + #""namespace":"agents","userInfo":{"username":"alice"},"object":{"metadata":{"name":"nightly.1"},"spec":\#(spec)}}}"#
        let asked = [
            #"{"of":"Agent","name":"codex","answer":null}"#,
            #"{"of":"defaultMemory","answer":null}"#,
            #"{"of":"runCounts","name":"nightly.1","agent":"codex","repository":"acme/app","answer":{}}"#,
            #"{"of":"condition","bindings":false,"answer":{"ageMs":1}}"#,
        ]
        let state = (asked + answers).joined(separator: ",")
        return decision + #","replay":{"review":\#(review),"state":[\#(state)]}}"# + "\n"
    }

    @Test func `judges by what was answered about Jobs of the same names`() throws {
        let folder = try Folder()
        let name = #"{"of":"jobName","name":"nightly.1","answer":"#
        let other = #"{"namespace":"agents","name":"nightly-1","phase":"Running","count":1}"#
        let log =
            recorded("\(name)null}") + recorded("\(name)\(other)}") + recorded("\(name)\(other)}", "{\"of\":\"new\"}")
            + recorded()
        let report = try report(try folder.write(log, to: "log"))
        #expect(
            report.decisions == 3 && report.changes == [.findings: 1] && report.rules.keys.sorted() == ["label-length"]
        )
        #expect(
            report.doubts.flatMap(\.reasons) == [
                "the policy asks what was not recorded: which runs have Jobs of the same name"
            ]
        )
        #expect(report.unreadable == 1, "\(report.problemText)")
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
            case .unended(let bytes): seen.append("(no end) " + String(decoding: bytes, as: UTF8.self))
            case .tooLong: seen.append("(too long)")
            }
        }
        #expect(seen.map { String($0.prefix(20)) } == ["one", "", "(too long)", "last", "(no end) cut"])
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
