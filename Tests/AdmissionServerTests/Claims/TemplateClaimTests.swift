import AdmissionServer
import AgentRuns
import ClusterState
import FakeAPIServer
import Policy
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Claims of templates` {
    private static let mark = #","annotations":{"agents.proompteng.ai/template":"true"}"#

    private static var policy: AdmissionPolicy {
        var policy = AdmissionPolicy.builtIn
        policy.generation = .august2026
        return policy
    }

    @Test func `that become runs hold while everybody still sees the template, and while it has phase Template`()
        async throws
    {
        try await FakeAPIServer.run { server in
            let one = try Replica(server, name: "one", policy: Self.policy)
            let two = try Replica(server, name: "two", policy: Self.policy)
            var template = Review(name: "t")
            template.metadata = Self.mark
            try await server.store(template, phase: "Template")
            try await two.start()
            #expect(try await two.post(Review(name: "other", head: "codex/free")).allowed == true)
            #expect(try await server.leases().count == 1)

            var update = Review(operation: "UPDATE", name: "t")
            update.oldMetadata = Self.mark
            #expect(try await one.post(update).allowed == true)
            try await two.until { $0.keeper.figures.held == 2 }
            let early = try await two.post(Review(name: "second"))
            #expect(early.allowed == false)
            #expect(early.body.contains("which may still be stored"))

            // Stored, and the controller has not written yet.
            try await server.update(
                "t",
                in: .agentRuns,
                namespace: "agents",
                mergingJSON: #"{"metadata":{"annotations":null}}"#
            )
            let late = try await two.post(Review(name: "third"))
            #expect(late.allowed == false)
            #expect(late.body.contains(#"held by run \"agents/t\" (Template"#))
            await two.stop()
        }
    }

    @Test func `that are marked at work keep what they have`() async throws {
        try await FakeAPIServer.run { server in
            let one = try Replica(server, name: "one", policy: Self.policy)
            let two = try Replica(server, name: "two", policy: Self.policy)
            #expect(try await one.post(Review(name: "first")).allowed == true)
            var marked = Review(name: "first", head: "codex/other")
            marked.metadata = Self.mark
            try await server.store(marked, phase: "Running")
            let second = try await two.post(Review(name: "second"))
            #expect(second.allowed == false)
            #expect(second.body.contains("(Running"))
        }
    }
}
