import AdmissionServer
import ClusterState
import FakeAPIServer
import TestPatience
import Testing

/// What a run's author may want to know.
@Suite(.limit(minutes: 1)) struct `News of claims` {
    @Test func `tell whose a branch was that is taken over, of who gets all it wants`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Replica(server, name: "one"), try Replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Failed")
            #expect(try await two.post(Review(name: "second")).allowed == true)
            #expect(two.news.lines == ["second has codex/one of first"])
            #expect(one.news.lines.isEmpty)
        }
    }

    @Test func `tell that a branch is free whose run is over`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server, gapMilliseconds: 1000)
            try await replica.start()
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Running")
            try await server.update(
                "first",
                in: .agentRuns,
                namespace: "agents",
                merging: ["status": ["phase": "Succeeded"]]
            )
            // It is counted before it is told.
            try await replica.until { $0.keeper.figures[.released] == 1 && !$0.news.lines.isEmpty }
            #expect(replica.news.lines == ["first is over, codex/one is free"])
            await replica.stop()
        }
    }

    @Test func `tell nothing of a run that was never stored`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Replica(server, gapMilliseconds: 200)
            try await replica.start()
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            try await replica.until { $0.keeper.figures[.expired] == 1 }
            #expect(replica.news.lines.isEmpty)
            await replica.stop()
        }
    }
}
