import AdmissionServer
import AgentRuns
import ClusterState
import FakeAPIServer
import JSONPull
import NIOCore
import TestPatience
import Testing

/// Claims on an API server that takes half a second a call, or as long as it likes.
///
/// What takes longer here is a busy machine: that they are made within a webhook's time-out the end-to-end tests see.
@Suite(.serialized, .limit(minutes: 2)) struct `Claims under load` {
    private static let delay = TimeAmount.milliseconds(500)
    /// What came at once when most were admitted unclaimed.
    private static let count = 110

    /// A server over TLS, as each connection then costs a handshake.
    private static func run(_ body: (FakeAPIServer) async throws -> Void) async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        try await FakeAPIServer.run(configuration) { server in
            try await server.script(FaultRule(times: nil, .delay(delay)))
            try await body(server)
        }
    }

    private static func post(
        _ replica: Replica,
        _ review: @escaping @Sendable (Int) -> Review
    ) async throws -> [ServiceUnderTest.Answer] {
        try await withThrowingTaskGroup(of: ServiceUnderTest.Answer.self) { tasks in
            for number in 0..<count {
                tasks.addTask { try await replica.post(review(number), timeout: "60s") }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `are all asked for at once, however many there are`() async throws {
        try await Self.run { server in
            let replica = try Replica(server)
            // Nothing is answered before all have come: whoever waited for another one's connection would wait for ever.
            try await server.removeScript()
            try await server.script(FaultRule(times: Self.count, .hold))
            async let posted = Self.post(replica) { Review(name: "run-\($0)", head: "codex/\($0)") }
            try await server.waitUntil { $0.heldRequests == Self.count }
            try await server.releaseHeldRequests()
            let answers = try await posted
            #expect(answers.count { $0.allowed == true } == Self.count)
            #expect(answers.allSatisfy { !$0.body.contains("BranchUnclaimed") })
            // On a busy machine an answer may come too late for its call, which is then made again.
            #expect(replica.keeper.figures[.acquired] + replica.keeper.figures[.alreadyHeld] == Self.count)
            #expect(replica.keeper.figures[.unavailable] == 0)
            #expect(try await server.leases().count == Self.count)
        }
    }

    @Test func `are all settled where each branch is another run's`() async throws {
        try await Self.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            _ = try await Self.post(one) { Review(name: "run-\($0)", head: "codex/\($0)") }
            for number in 0..<Self.count {
                try await server.store(Review(name: "run-\(number)", head: "codex/\(number)"), phase: "Running")
            }
            let answers = try await Self.post(two) { Review(name: "late-\($0)", head: "codex/\($0)") }
            #expect(answers.count { $0.body.contains("HeadBranchConflict") } == Self.count)
            #expect(two.keeper.figures[.conflict] == Self.count)
            #expect(two.keeper.figures[.unavailable] == 0)
        }
    }

    @Test func `do not wait for the janitor, lists and watches, whatever these wait for`() async throws {
        try await Self.run { server in
            let replica = try Replica(server, gapMilliseconds: 100)
            try await replica.start()
            // Claims that never become runs give the janitor work, whose every call is kept, and so is every list.
            for number in 0..<20 {
                #expect(try await replica.post(Review(name: "lost-\(number)", head: "lost/\(number)")).allowed == true)
            }
            try await server.removeScript()
            try await server.script(
                FaultRule(matching: .init(where: { $0.verb != .create }), times: nil, .hold),
                FaultRule(times: nil, .delay(Self.delay))
            )
            try await server.closeWatches()
            try await server.waitUntil { $0.heldRequests >= 3 }
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            // While all the others still wait.
            #expect(try await server.observations.heldRequests >= 3)
            try await server.releaseHeldRequests()
            await replica.stop()
        }
    }

    @Test func `that come too late are refused and counted, and nothing is sent`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            try await server.script(FaultRule(times: nil, .stallBeforeHead))
            let answer = try await replica.post(Review(name: "first"), timeout: "300ms")
            #expect(answer.allowed == false)
            #expect(answer.body.contains("BranchUnclaimed"))
            #expect(replica.keeper.figures[.unavailable] == 1)
            #expect(replica.store.reservationCount == 0)
        }
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            let key = ClaimKey(branch: .init(repository: "proompteng/lab", head: "codex/one"))
            let wish = RunAcquisition.Request(
                holder: ClaimHolder(run: ObjectKey(namespace: "agents", name: "first"), uid: "u"),
                branches: [(key: key, isDerived: false)]
            )
            let result = try await replica.keeper.claim(wish, deadline: .now() - .milliseconds(1)).get()
            guard case .unavailable = result.decision else {
                Issue.record("claimed")
                return
            }
            #expect(replica.keeper.figures[.unavailable] == 1)
            #expect(try await server.observations.requestCount == 0)
        }
    }
}
