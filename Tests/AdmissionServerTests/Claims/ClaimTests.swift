import AdmissionServer
import ClusterState
import FakeAPIServer
import NIOCore
import Policy
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Claimed branches` {
    @Test func `have one Lease that tells whose they are`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            let leases = try await server.leases()
            try #require(leases.count == 1)
            #expect(leases[0].namespace == "system")
            #expect(leases[0].name.hasPrefix("branch-codex-one-"))
            let text = String(decoding: leases[0].bytes, as: UTF8.self)
            for word in ["agents/first/uid-of-first", "proompteng/lab", "codex/one", "replica-1", "acquireTime"] {
                #expect(text.contains(word), "\(word)")
            }
            // One round trip, nothing else.
            #expect(try await server.observations.requestCount == 1)
            #expect(replica.keeper.figures[.acquired] == 1)
        }
    }

    @Test func `are not taken by a dry run, a denied run, or one without a branch`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            #expect(try await replica.post(Review(name: "draft", dryRun: true)).allowed == true)
            #expect(try await replica.post(Review(name: String(repeating: "n", count: 64))).allowed == false)
            _ = try await replica.post(Review(operation: "DELETE", name: "first"))
            _ = try await replica.post(Review(operation: "UPDATE", name: "first", metadata: #","labels":{"a":"b"}"#))
            #expect(try await server.observations.requestCount == 0)
        }
    }

    @Test func `go to one of fifty creates on two replicas that know nothing of each other`() async throws {
        try await FakeAPIServer.run { server in
            let replicas = try [Replica(server, name: "one"), Replica(server, name: "two")]
            for round in 0..<5 {
                let winners = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    for number in 0..<50 {
                        let review = Review(name: "run-\(round)-\(number)", head: "codex/\(round)")
                        tasks.addTask { try await replicas[number % 2].post(review).allowed == true }
                    }
                    return try await tasks.reduce(0) { $1 ? $0 + 1 : $0 }
                }
                #expect(winners == 1, "round \(round)")
            }
            #expect(try await server.leases().count == 5)
        }
    }

    @Test func `of a run not yet stored say how long to wait`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            let answer = try await two.post(Review(name: "second"))
            #expect(answer.allowed == false)
            #expect(answer.body.contains("HeadBranchConflict"))
            #expect(answer.body.contains(#"is claimed by run \"agents/first\", admitted"#))
            // The gap and the skew, less what the test took.
            let wait = answer.body.firstMatch(of: /try again in (\d+) s/).flatMap { Int($0.1) }
            #expect((20...55).contains(try #require(wait)))
            // What it reserved in its own process is free again.
            #expect(two.store.reservationCount == 0)
            #expect(two.keeper.figures[.conflict] == 1)
        }
    }

    @Test func `of an active run name it, its phase and what to do`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Running")
            let answer = try await two.post(Review(name: "second"))
            #expect(answer.allowed == false)
            #expect(answer.body.contains(#"is held by run \"agents/first\" (Running"#))
            #expect(answer.body.contains("which claimed it"))
            #expect(answer.body.contains("wait for it, choose another head, or delete that run"))
        }
    }

    @Test func `are the run's own when it is sent again, with another uid or the same`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            #expect(replica.keeper.figures[.alreadyHeld] == 1)
            #expect(try await server.leases().count == 1)
        }
    }

    @Test func `are claimed by an update that changes the head, and by no other`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Running")
            var update = Review(operation: "UPDATE", name: "first", head: "codex/two")
            update.oldHead = "codex/one"
            #expect(try await two.post(update).allowed == true)
            #expect(try await server.leases().count == 2)
            #expect(try await one.post(Review(name: "second", head: "codex/two")).allowed == false)
            let before = try await server.observations.requestCount
            update.oldHead = "codex/two"
            update.spec = #""ttlSecondsAfterFinished":5,"#
            #expect(try await two.post(update).allowed == true)
            #expect(try await server.observations.requestCount == before)
        }
    }

    private static func policy(_ spec: String) throws -> AdmissionPolicy {
        try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                spec: { \(spec) }
                """.utf8
            ),
            file: "policy.yaml"
        )
    }

    @Test func `are not claimed where the rule is off`() async throws {
        let policy = try Self.policy("rules: { head-branch-conflict: { action: Off } }")
        try await FakeAPIServer.run { server in
            let replica = try Replica(server, policy: policy)
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            #expect(try await server.observations.requestCount == 0)
        }
    }

    /// A workflow whose steps have heads of their own beside that of the run.
    private static func workflow(_ name: String, heads: [String]) -> Review {
        var review = Review(name: name, head: "codex/run-\(name)")
        let steps = heads.enumerated().map { #"{"name":"s\#($0)","parameters":{"head":"\#($1)"}}"# }
        review.spec = #""workflow":{"steps":[\#(steps.joined(separator: ","))]},"#
        review.runtime = "workflow"
        return review
    }

    @Test(arguments: [1, 2, 3])
    func `that other replicas' runs have are shared where the policy lets them pass, and all others claimed`(
        taken: Int
    ) async throws {
        let policy = try Self.policy("rules: { head-branch-conflict: { action: Warn } }")
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two", policy: policy))
            for number in 0..<taken {
                #expect(try await one.post(Review(name: "first-\(number)", head: "codex/\(number)")).allowed == true)
            }
            let second = try await two.post(Self.workflow("second", heads: (0..<5).map { "codex/\($0)" }))
            #expect(second.allowed == true)
            let warnings = second.body.split(separator: "[HeadBranchConflict]").count - 1
            #expect(warnings == taken)
            // The run's own, and those of the steps that nobody has.
            let leases = try await server.leases().count {
                String(decoding: $0.bytes, as: UTF8.self).contains("agents/second/")
            }
            #expect(leases == 1 + 5 - taken)
            #expect(try await one.post(Review(name: "third", head: "codex/4")).allowed == false)
            // Once more: nothing is new.
            #expect(try await two.post(Self.workflow("second", heads: (0..<5).map { "codex/\($0)" })).allowed == true)
        }
    }

    @Test func `of more than 32 heads are 32 where the policy lets so many pass, which is said`() async throws {
        let policy = try Self.policy(
            "rules: { head-branch-conflict: { reasons: { TooManyBranches: Warn } } }"
        )
        try await FakeAPIServer.run { server in
            let strict = try Replica(server, name: "strict")
            let many = Self.workflow("many", heads: (0..<39).map { "codex/\($0)" })
            #expect(try await strict.post(many).allowed == false)
            #expect(try await server.leases().isEmpty)
            let replica = try Replica(server, policy: policy)
            // One call after the other, on a machine that may have other things to do.
            let answer = try await replica.post(many)
            #expect(answer.allowed == true)
            #expect(answer.body.contains("8 head branches not claimed"))
            #expect(try await server.leases().count == 32)
        }
    }

    @Test func `can be shared by an exemption when another replica's run has them`() async throws {
        let policy = try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                spec:
                  exemptions: [{ name: hotfix, reason: "r", rules: [head-branch-conflict], match: { names: ["second"] } }]
                """.utf8
            ),
            file: "policy.yaml"
        )
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server), try Replica(server, policy: policy))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            #expect(try await two.post(Review(name: "second")).allowed == true)
            #expect(try await two.post(Review(name: "third")).allowed == false)
        }
    }

    @Test func `are removed when the run ends`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server)
            try await replica.start()
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Running")
            try await server.update(
                "first",
                in: .agentRuns,
                namespace: "agents",
                mergingJSON: #"{"status":{"phase":"Succeeded"}}"#
            )
            try await replica.until { $0.keeper.figures[.released] == 1 }
            #expect(replica.keeper.figures.held == 0)
            #expect(try await server.leases().isEmpty)
            await replica.stop()
        }
    }

    @Test func `are removed when the create never happened`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server, gapMilliseconds: 300)
            #expect(try await replica.post(Review(name: "lost")).allowed == true)
            try await replica.until { $0.keeper.figures[.expired] == 1 }
            #expect(replica.keeper.figures.held == 0)
            #expect(try await server.leases().isEmpty)
        }
    }

    @Test func `are made for runs that came while no replica served`() async throws {
        try await FakeAPIServer.run { server in
            try await server.store(Review(name: "early"), phase: "Running")
            let replica = try Replica(server)
            try await replica.start()
            try await replica.until { $0.keeper.figures[.acquired] == 1 }
            let leases = try await server.leases()
            #expect(leases.map { String(decoding: $0.bytes, as: UTF8.self).contains("agents/early/") } == [true])
            await replica.stop()
        }
    }

    @Test func `of a run that has ended are taken over at once, also where no Lease is seen`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Failed")
            #expect(try await two.post(Review(name: "second")).allowed == true)
            #expect(two.keeper.figures[.takenOver] == 1)
            let lease = try #require(try await server.leases().first)
            let text = String(decoding: lease.bytes, as: UTF8.self)
            #expect(text.contains("agents/second/") && text.contains(#""leaseTransitions":1"#))
        }
    }

    @Test func `of other replicas are seen, and void after the gap by the own clock`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two", gapMilliseconds: 300))
            try await two.start()
            #expect(try await one.post(Review(name: "first")).allowed == true)
            // Long before the ten seconds that wall clocks may differ.
            try await two.until { $0.keeper.figures[.expired] == 1 }
            #expect(try await server.leases().isEmpty)
            await two.stop()
        }
    }

    @Test func `survive a restart, and end when the run ended meanwhile`() async throws {
        try await FakeAPIServer.run { server in
            let one = try Replica(server, name: "one")
            var reviews: [Review] = []
            for number in 0..<20 { reviews.append(Review(name: "run-\(number)", head: "codex/\(number)")) }
            for (number, review) in reviews.enumerated() {
                #expect(try await one.post(review).allowed == true)
                try await server.store(review, phase: number < 15 ? "Running" : "Failed")
            }
            let two = try Replica(server, name: "two", gapMilliseconds: 300)
            try await two.start()
            try await two.until { _ in try await server.leases().count == 15 }
            try await two.until { $0.keeper.figures.held == 15 }
            // Counted when the answer is there, a moment after the Lease is gone.
            try await two.until { $0.keeper.figures[.released] + $0.keeper.figures[.expired] == 5 }
            await two.stop()
        }
    }
}
