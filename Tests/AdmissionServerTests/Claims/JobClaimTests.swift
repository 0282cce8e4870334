import AdmissionServer
import ClusterState
import FakeAPIServer
import Policy
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Claims of runs whose Jobs go on` {
    private static func replica(_ server: FakeAPIServer, name: String = "one") throws -> Replica {
        try Replica(server, name: name, sources: [Replica.runs, Replica.jobs])
    }

    private static func job(_ name: String, of run: String, isFinished: Bool = false) -> String {
        let condition = isFinished ? #"{"type":"Complete","status":"True"}"# : ""
        return """
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"\(name)",\
            "labels":{"agents.proompteng.ai/agent-run":"\(run)"}},"status":{"conditions":[\(condition)]}}
            """
    }

    private static func finish(_ job: String, _ server: FakeAPIServer) async throws {
        try await server.update(
            job,
            in: .jobs,
            namespace: "agents",
            mergingJSON: #"{"status":{"conditions":[{"type":"Failed","status":"True"}]}}"#
        )
    }

    @Test func `are not taken over before the last has ended, by a replica that has seen nothing`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Self.replica(server), try Self.replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Failed")
            // More than a page, and others' that say nothing.
            for number in 100..<250 {
                try await server.create(
                    json: Self.job("done-\(number)", of: "first", isFinished: true),
                    in: .jobs,
                    namespace: "agents"
                )
            }
            try await server.create(json: Self.job("of-another", of: "second"), in: .jobs, namespace: "agents")
            try await server.create(json: Self.job("first", of: "first"), in: .jobs, namespace: "elsewhere")
            try await server.create(json: Self.job("first-step-1", of: "first"), in: .jobs, namespace: "agents")
            let answer = try await two.post(Review(name: "third"))
            #expect(answer.allowed == false)
            let words = #"is held by run \"agents/first\" (Failed"#
            #expect(answer.body.contains(words), "\(answer.body)")
            #expect(answer.body.contains(#", whose Job \"first-step-1\" goes on, which claimed it"#), "\(answer.body)")
            #expect(answer.body.contains("choose another head, or delete that Job"))
            try await Self.finish("first-step-1", server)
            #expect(try await two.post(Review(name: "third")).allowed == true)
            try await two.until { $0.keeper.figures[.takenOver] == 1 }
        }
    }

    /// A server, or what stands in between, that gives the same page again and again.
    @Test func `are not looked for without an end, and nothing is taken over then`() async throws {
        try await FakeAPIServer.run { server in
            let (one, two) = (try Self.replica(server), try Self.replica(server, name: "two"))
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Failed")
            let page = """
                {"kind":"JobList","apiVersion":"batch/v1","metadata":{"resourceVersion":"1","continue":"same"},"items":[]}
                """
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(page.utf8.count)\r\n\r\n"
            let asked = FaultRule.Match(.list, .jobs, where: { $0.query["labelSelector"] != nil })
            try await server.script(FaultRule(matching: asked, times: nil, .raw(Array((head + page).utf8))))
            let answer = try await two.post(Review(name: "second"))
            #expect(answer.allowed == false)
            #expect(answer.body.contains("does not come to an end (2 pages"), "\(answer.body)")
            #expect(two.keeper.figures[.takenOver] == 0)
        }
    }

    @Test func `stay until the last has ended, and go then`() async throws {
        try await FakeAPIServer.run { server in
            let replica = try Self.replica(server)
            // The server knows the resource from here on.
            try await server.create(json: Self.job("of-another", of: "another"), in: .jobs, namespace: "agents")
            try await replica.start()
            #expect(try await replica.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Running")
            try await server.create(json: Self.job("first-step-1", of: "first"), in: .jobs, namespace: "agents")
            try await server.update(
                "first",
                in: .agentRuns,
                namespace: "agents",
                mergingJSON: #"{"status":{"phase":"Failed"}}"#
            )
            // It is asked before the claim is removed.
            try await replica.until { _ in
                try await server.observations.requests(.init(.list, .jobs)).count >= 2
            }
            let answer = try await replica.post(Review(name: "second"))
            #expect(answer.allowed == false)
            #expect(answer.body.contains(#"old), whose Job \"first-step-1\" goes on"#), "\(answer.body)")
            #expect(try await server.leases().count == 1)
            try await Self.finish("first-step-1", server)
            try await replica.until { _ in try await server.leases().isEmpty }
            // Counted once the answer is there.
            try await replica.until { $0.keeper.figures[.released] == 1 }
            await replica.stop()
        }
    }

    @Test func `that may not be listed are not known`() async throws {
        try await FakeAPIServer.run { server in
            let forbidden = Fault.forbidden(user: "us", verb: "list", .jobs)
            try await server.script(FaultRule(matching: .init(.list, .jobs), times: nil, forbidden))
            try await server.create(json: Self.job("first-step-1", of: "first"), in: .jobs, namespace: "agents")
            let (one, two) = (try Self.replica(server), try Self.replica(server, name: "two"))
            try await one.start()
            #expect(try await one.post(Review(name: "first")).allowed == true)
            try await server.store(Review(name: "first"), phase: "Failed")
            // It finds out when it asks.
            #expect(try await two.post(Review(name: "second")).allowed == true)
            try await two.until { $0.keeper.figures[.takenOver] == 1 }
            try await server.store(Review(name: "second"), phase: "Failed")
            try await one.until { try await $0.post(Review(name: "third")).allowed == true }
            await one.stop()
        }
    }
}
