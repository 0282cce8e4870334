import AdmissionServer
import AgentRuns
import ClusterState
import FakeAPIServer
import JSONPull
import NIOCore
import Policy
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Claims that fail` {
    private static func policy(onUnclaimed: String) throws -> AdmissionPolicy {
        try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                spec: { onUnclaimed: \(onUnclaimed) }
                """.utf8
            ),
            file: "policy.yaml"
        )
    }

    /// What the API does, and words of the message.
    private static let faults: [(FaultRule, [String])] = [
        (
            FaultRule(
                matching: .init(.create, .leases),
                .forbidden(user: "system:serviceaccount:system:webhook", verb: "create", .leases, namespace: "system")
            ),
            [#"leases.coordination.k8s.io create in namespace \"system\" is forbidden"#, "grant it"]
        ),
        (FaultRule(matching: .init(.create, .leases), .html(code: 200)), ["not JSON"]),
        (
            FaultRule(matching: .init(.create, .leases), .status(404, "NotFound", "namespaces \"system\" not found")),
            ["--claims-namespace"]
        ),
        (
            FaultRule(matching: .init(.create, .leases), .status(422, "Invalid", "spec is invalid")),
            ["spec is invalid"]
        ),
        (FaultRule(matching: .init(.create, .leases), times: nil, .closeBeforeAnswer), ["connection to the API"]),
        (
            FaultRule(matching: .init(.create, .leases), times: nil, .status(500, "InternalError", "etcd is away")),
            ["etcd is away"]
        ),
    ]

    @Test(arguments: faults.indices, ["Deny", "Warn", "Audit", "Off"])
    func `are what onUnclaimed says, with the reason`(fault: Int, onUnclaimed: String) async throws {
        try await FakeAPIServer.run { server in
            let (rule, words) = Self.faults[fault]
            let replica = try Replica(server, policy: try Self.policy(onUnclaimed: onUnclaimed))
            try await replica.start()
            try await server.script(rule)
            let answer = try await replica.post(Review(name: "first"))
            #expect(answer.allowed == (onUnclaimed != "Deny"))
            if onUnclaimed == "Deny" || onUnclaimed == "Warn" {
                #expect(answer.body.contains("BranchUnclaimed"))
                for word in words { #expect(answer.body.contains(word), "\(answer.body)") }
            }
            #expect(answer.body.contains("cluster-state") == (onUnclaimed != "Off"))
            #expect(replica.keeper.figures[.unavailable] == 1)
            #expect(replica.store.reservationCount == (onUnclaimed == "Deny" ? 0 : 1))
            #expect(replica.log.lines.contains { $0.contains("branches cannot be claimed") })
            await replica.stop()
        }
    }

    @Test(arguments: ["Deny", "Warn"])
    func `of an update leave it what it had, and take nothing where it is denied`(onUnclaimed: String) async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server, policy: try Self.policy(onUnclaimed: onUnclaimed))
            try await replica.start()
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            try await server.script(
                FaultRule(matching: .init(.create, .leases), .status(422, "Invalid", "spec is invalid"))
            )
            var update = Review(operation: "UPDATE", name: "first", head: "codex/two")
            update.oldHead = "codex/one"
            let answer = try await replica.post(update)
            #expect(answer.allowed == (onUnclaimed != "Deny") && answer.body.contains("BranchUnclaimed"))
            #expect(try await replica.post(Review(name: "second", head: "codex/one")).allowed == false)
            let second = try await replica.post(Review(name: "second", head: "codex/two"))
            #expect(second.allowed == (onUnclaimed == "Deny"))
            await replica.stop()
        }
    }

    @Test(arguments: [
        (#""labels":{}"#, "not made by agentrun-admission"),
        (
            #""labels":{"app.kubernetes.io/managed-by":"agentrun-admission","app.kubernetes.io/component":"branch-claim"}"#,
            "repository and branch annotations"
        ),
    ])
    func `find a Lease of someone else, and name it`(labels: String, word: String) async throws {
        try await FakeAPIServer.run { server in
            let key = ClaimKey(branch: .init(repository: "proompteng/lab", head: "codex/one"))
            try await server.create(
                json: #"{"metadata":{"name":"\#(key.leaseName)",\#(labels)},"spec":{"holderIdentity":"me"}}"#,
                in: .leases,
                namespace: "system"
            )
            let replica = try Replica(server, policy: try Self.policy(onUnclaimed: "Deny"))
            try await replica.start()
            let answer = try await replica.post(Review(name: "first"))
            #expect(answer.allowed == false)
            #expect(answer.body.contains("system/\(key.leaseName)"))
            #expect(answer.body.contains(word))
            #expect(try await server.leases().count == 1)
            await replica.stop()
        }
    }

    @Test func `once go on when the API is back, whatever became of the answer`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(matching: .init(.create, .leases), .loseAnswer),
                FaultRule(matching: .init(.get, .leases), .status(503, "ServiceUnavailable", "starting")),
                FaultRule(matching: .init(.update, .leases), .tooManyRequests(retryAfterSeconds: 1))
            )
            let replica = try Replica(server)
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            #expect(try await server.leases().count == 1)
        }
    }

    @Test func `leave nothing in a run's other branches`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first", head: "codex/z")).allowed == true)
            var review = Review(name: "second", head: "codex/a")
            review.spec = #""workflow":{"steps":[{"name":"s","parameters":{"head":"codex/z"}}]},"#
            review.runtime = "workflow"
            #expect(try await two.post(review).allowed == false)
            try await two.until { _ in try await server.leases().count == 1 }
            // Counted when the answer is there, a moment after the Lease is gone.
            try await two.until { $0.keeper.figures[.released] == 1 }
        }
    }

    @Test func `do not make other reviews wait for a slow API`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: .init(.create, .leases), times: nil, .hold))
            // However long the others take on a busy machine.
            let replica = try Replica(server, policy: try Self.policy(onUnclaimed: "Warn"))
            async let slow = replica.post(Review(name: "first"))
            try await server.waitUntil { $0.heldRequests == 1 }
            for number in 0..<20 {
                let answer = try await replica.post(Review(name: "draft-\(number)", head: "x", dryRun: true))
                #expect(answer.allowed == true)
            }
            // All of them while the claim still waits.
            #expect(try await server.observations.heldRequests > 0)
            try await server.releaseHeldRequests()
            #expect(try await slow.allowed == true)
        }
    }
}
