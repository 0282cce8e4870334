import AgentRuns
import FakeAPIServer
import JSONPull
import NIOCore
import Policy
import TestPatience
import Testing

@testable import AdmissionServer
@testable import ClusterState

@Suite(.limit(minutes: 1)) struct `Events in a cluster` {
    private static let created = FaultRule.Match(.create, .events)
    private static let patched = FaultRule.Match(.patch, .events)
    private static let warned = #"created_total{reason="AdmittedWithWarnings"}"#

    @Test func `regard the run that was warned about`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", [.warn]))
            events.recorder.note(Verdict.run("silent", [.audit]))
            events.recorder.note(Verdict.run("rehearsal", dryRun: true, [.deny]))
            try await events.until { try await $0.events.count == 1 }
            let event = try #require(try await events.events.first)
            let regarding = try #require(event["regarding"] as? [String: Any])
            #expect(regarding["name"] as? String == "first" && regarding["kind"] as? String == "AgentRun")
            #expect(regarding["uid"] as? String == "5f6ef0a4-0000-4000-8000-000000000001")
            #expect(event["reportingController"] as? String == "agentrun-admission")
            #expect(event["reportingInstance"] as? String == "replica-1" && event["series"] == nil)
            #expect(event["eventTime"] as? String == "2026-02-02T02:40:00.000000Z")
            #expect(event["type"] as? String == "Warning" && event["action"] as? String == "Admit")
            #expect(await events.recorder.stop(within: .seconds(5)) == 0)
            #expect(try await events.events.count == 1)
            #expect(events.figures == ["\(Self.warned) 1"])
        }
    }

    @Test func `of what happens ten times are one series`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            for number in 1...10 {
                events.recorder.note(Verdict.run("first", [.deny]))
                if number <= 2 { try await events.until { try await $0.count == number } }
            }
            try await events.until { $0.figures.contains("updated_total 1") }
            // The rest is told six minutes later, at once.
            events.moveClock(by: EventSeries.updateMilliseconds)
            try await events.until { try await $0.count == 10 }
            #expect(try await server.observations.requests(Self.patched).count == 2)
            #expect(try await server.observations.requests(Self.created).count == 1)
            #expect(events.figures.contains("updated_total 2"))
        }
    }

    @Test func `that may not be written are told of once, with what to grant, and tried again`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(
                    matching: Self.created,
                    times: 2,
                    .forbidden(user: "webhook", verb: "create", .events, namespace: "agents")
                )
            )
            let events = try EventsUnderTest(server)
            for round in 1...2 {
                events.recorder.note(Verdict.run("first", [.warn]))
                try await events.until { $0.figures.contains("failures_total \(round)") }
                events.moveClock(by: 300_000)
            }
            let lines = events.log.lines.filter { $0.hasPrefix("error events cannot be written") }
            #expect(lines.count == 1, "\(lines)")
            let words = ["events.events.k8s.io create", "agents", "grant it", "--events off"]
            #expect(words.allSatisfy { lines.first?.contains($0) == true }, "\(lines)")
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { try await $0.events.count == 1 }
            try await events.until { $0.log.lines.contains { $0.hasPrefix("notice events can be written again") } }
            #expect(events.figures.contains(#"dropped_total{cause="forbidden"} 2"#), "\(events.figures)")
        }
    }

    @Test func `wait as long as a server that has no time says`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: Self.created, .tooManyRequests(retryAfterSeconds: 90)))
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { $0.figures == ["failures_total 1"] }
            events.moveClock(by: 89_000)
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await server.observations.requests(Self.created).count == 1)
            events.moveClock(by: 1000)
            try await events.until { try await $0.events.count == 1 }
            #expect(events.log.lines.count { $0.hasPrefix("error") } == 1)
        }
    }

    @Test func `whose answer was lost are there once`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: Self.created, .loseAnswer))
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { $0.figures == ["failures_total 1"] }
            events.moveClock(by: 10_000)
            try await events.until { $0.figures.contains("\(Self.warned) 1") }
            #expect(try await server.observations.requests(Self.created).count == 2)
            #expect(try await events.count == 1)
        }
    }

    @Test func `that are gone come again with their count`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { $0.figures == ["\(Self.warned) 1"] }
            for event in try await server.objects(in: .events) {
                try await server.delete(event.name, in: .events, namespace: "agents")
            }
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { $0.figures == ["\(Self.warned) 2"] }
            #expect(try await events.count == 2)
        }
    }

    @Test(arguments: [
        Fault.status(404, "NotFound", "namespaces \"agents\" not found"),
        Fault.status(
            403,
            "Forbidden",
            "events.events.k8s.io \"x\" is forbidden: unable to create new content in namespace agents because it is being terminated"
        ),
    ])
    func `of a namespace that goes are dropped without a word`(fault: Fault) async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: Self.created, fault))
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", [.warn]))
            try await events.until { $0.figures == [#"dropped_total{cause="namespace"} 1"#] }
            #expect(events.log.lines.isEmpty)
        }
    }

    @Test func `of a forged review are not asked for`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            events.recorder.note(Verdict.run("first", namespace: "a/../../secrets", [.deny]))
            events.recorder.note(Verdict.run("../first", [.warn]))
            try await events.until { $0.figures == [#"dropped_total{cause="unfit"} 2"#] }
            #expect(try await server.observations.requestCount == 0)
        }
    }

    @Test func `that there is no room for are dropped and counted`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server, starts: false)
            let large = Verdict.run("first", Array(repeating: .warn, count: 1000))
            for _ in 0..<20 { events.recorder.note(large) }
            events.recorder.start()
            try await events.until { $0.figures.contains(#"dropped_total{cause="queue_full"} 12"#) }
            try await events.until { $0.figures.contains("\(Self.warned) 1") }
            #expect(try await events.count == 8)
            // Nothing is kept of what has been taken: there is room again.
            events.recorder.note(large)
            events.moveClock(by: EventSeries.updateMilliseconds)
            try await events.until { try await $0.count == 9 }
        }
    }

    @Test func `are written before the end, or counted as lost`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server, starts: false)
            for number in 0..<20 { events.recorder.note(Verdict.run(.init("run-\(number)"), [.warn])) }
            #expect(await events.recorder.stop(within: .seconds(20)) == 0)
            #expect(try await events.events.count == 20)
            events.recorder.note(Verdict.run("late", [.warn]))
            #expect(try await events.events.count == 20)
            let other = try EventsUnderTest(server, starts: false)
            try await server.script(FaultRule(matching: Self.created, times: nil, .stallBeforeHead))
            other.recorder.note(Verdict.run("lost", [.warn]))
            #expect(await other.recorder.stop(within: .milliseconds(50)) == 1)
            #expect(other.figures == [#"dropped_total{cause="stopped"} 1"#])
        }
    }

    @Test func `tell of claims and of what was stored unreviewed`() async throws {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            let run = ObjectKey(namespace: "agents", name: "first")
            events.recorder.noteUnreviewed(run, uid: "u-1", generation: 2, since: Timestamp(seconds: 1_770_000_000))
            let key = ClaimKey(branch: BranchKey(repository: "github.com/o/r", head: "codex/x"))
            let holder = ClaimHolder(run: run, uid: "u-1")
            let claim = KnownClaim(key: key, holder: holder, acquiredAt: ClaimMoment.at(0).wall)
            events.recorder.note(.released(claim, isOver: false))
            try await events.until { try await $0.events.count == 2 }
            let reasons = try await events.events.compactMap { $0["reason"] as? String }.sorted()
            #expect(reasons == ["BranchReleased", "FoundUnreviewed"])
        }
    }

    @Test func `tells once of each generation that the audit finds unreviewed, and not of what was there before marks`()
        async throws
    {
        try await FakeAPIServer.run { server in
            let events = try EventsUnderTest(server)
            let unreviewed = UnreviewedEvents(events.recorder)
            func round(_ runs: [(name: ExactString, generation: Int64, isEarlier: Bool)]) -> AuditRound {
                var round = AuditRound(beganAt: Timestamp(seconds: 1_770_000_000), policyDigest: "")
                round.unreviewed = runs.map { run in
                    AuditRound.Unreviewed(
                        object: .init(
                            kind: "AgentRun",
                            namespace: "agents",
                            name: run.name,
                            uid: ExactString("u-\(run.name.string)"),
                            generation: run.generation
                        ),
                        since: nil,
                        isEarlier: run.isEarlier,
                        decision: .allowed,
                        reasons: []
                    )
                }
                return round
            }
            unreviewed.note(round([("first", 1, false), ("old", 1, true)]))
            unreviewed.note(round([("first", 1, false), ("second", 1, false)]))
            try await events.until { try await $0.events.count == 2 }
            unreviewed.note(round([("first", 2, false), ("second", 1, false)]))
            try await events.until { try await $0.events.count == 3 }
            let names = try await events.events.map { ($0["regarding"] as? [String: Any])?["name"] as? String ?? "" }
            #expect(names.sorted() == ["first", "first", "second"])
            #expect(try await events.events.allSatisfy { $0["series"] == nil })
        }
    }
}
