import FakeAPIServer
import Foundation
import NIOCore
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Faults of the fake API server` {
    private static let path = FakeResource.agentRuns.path(namespace: "agents")

    /// What comes on a connection of its own until the server closes, or until `end`.
    private static func get(
        _ server: FakeAPIServer,
        _ query: String = "",
        until end: String? = nil
    ) async throws -> String {
        try await Wire.open(to: server) { wire in
            try await wire.send("GET", path + query)
            return try await wire.read(until: end)
        }
    }

    @Test func `come in their order, so often as they say`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(
                    matching: .init(.list, .agentRuns),
                    skip: 1,
                    times: 2,
                    .tooManyRequests(retryAfterSeconds: 7)
                ),
                FaultRule(matching: .init(.get), times: nil, .html(code: 502))
            )
            try await Wire.open(to: server) { wire in
                #expect(try await wire.ask("GET", Self.path).code == 200)
                let refused = try await wire.ask("GET", Self.path)
                #expect(refused.code == 429)
                #expect(wire.text.contains("\r\nRetry-After: 7\r\n"))
                #expect((refused.json["details"] as? [String: Int]) == ["retryAfterSeconds": 7])
                #expect(try await wire.ask("GET", Self.path).code == 429)
                #expect(try await wire.ask("GET", Self.path).code == 200)
                for _ in 0..<2 { #expect(try await wire.ask("GET", Self.path + "/a").text.hasPrefix("<html>")) }
            }
            let seen = try await server.observations
            #expect(seen.requests(.init(.list)).count == 4)
            #expect(seen.acceptedConnections == 1)
        }
    }

    @Test func `break answers off where they say`() async throws {
        try await FakeAPIServer.run { server in
            try await server.create(["metadata": ["name": "a"]], in: .agentRuns, namespace: "agents")
            try await server.script(
                FaultRule(.closeBeforeAnswer),
                FaultRule(.closeAfterHead),
                FaultRule(.truncatedChunk),
                FaultRule(.truncatedChunk)
            )
            #expect(try await Self.get(server) == "")
            #expect(try await Self.get(server).hasSuffix("Transfer-Encoding: chunked\r\n\r\n"))
            for query in ["", "?watch=1"] {
                let text = try await Self.get(server, query)
                let body = try #require(text.split(separator: "\r\n\r\n").last).split(separator: "\r\n")
                #expect(body[1].utf8.count == Int(body[0], radix: 16).map { $0 / 2 })
            }
        }
    }

    @Test func `of watches send what is no event`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.watches.timeout = .zero
        try await FakeAPIServer.run(configuration) { server in
            try await server.create(["metadata": ["name": "a"]], in: .agentRuns, namespace: "agents")
            try await server.script(
                FaultRule(.garbageLine),
                FaultRule(.longLine(bytes: 1_000_000)),
                FaultRule(.duplicateEvents),
                FaultRule(.errorEvent(StatusError(code: 500, reason: "InternalError", message: "etcd")))
            )
            let query = "?watch=1"
            let end = "\r\n0\r\n\r\n"
            #expect(try await Self.get(server, query, until: end).contains("\r\nno JSON\n\r\n"))
            #expect(
                try await Self.get(server, query, until: end).utf8.filter { $0 == UInt8(ascii: "x") }.count > 999_900
            )
            #expect(try await Self.get(server, query, until: end).matches(of: #/"ADDED"/#).count == 2)
            let status = #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"etcd","#
            #expect(try await Self.get(server, query, until: end).contains(#"{"type":"ERROR","object":"# + status))
        }
    }

    @Test func `lose the answer to what was done`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: .init(.create), .loseAnswer))
            try await Wire.open(to: server) { wire in
                try await wire.send("POST", Self.path, body: #"{"metadata":{"name":"a"}}"#)
                #expect(try await wire.read() == "")
            }
            #expect(try await server.object("a", in: .agentRuns, namespace: "agents") != nil)
        }
    }

    @Test func `hold requests until they are released`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(.hold))
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path + "/a")
                try await server.waitUntil { $0.heldRequests == 1 }
                try await server.create(["metadata": ["name": "a"]], in: .agentRuns, namespace: "agents")
                try await server.releaseHeldRequests()
                #expect(try await wire.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func `slow an answer down without changing it`() async throws {
        try await FakeAPIServer.run { server in
            let right = try await Wire.open(to: server) { try await $0.ask("GET", Self.path).text }
            try await server.script(FaultRule(.slow(bytes: 7, every: .microseconds(100))))
            let slow = try await Wire.open(to: server) { try await $0.ask("GET", Self.path).text }
            #expect(slow == right)
        }
    }

    @Test func `stall with the connection open`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(.stallAfterHead))
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path)
                _ = try await wire.read(until: "\r\n\r\n")
                #expect(try await server.observations.openConnections == 1)
                try await server.closeConnections()
                #expect(try await wire.read().hasSuffix("\r\n\r\n"))
            }
            try await server.waitUntil { $0.openConnections == 0 }
        }
    }

    @Test func `cut watches in the middle`() async throws {
        try await FakeAPIServer.run { server in
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path + "?watch=1")
                try await server.waitUntil(watchCount: 1)
                try await server.closeWatches()
                #expect(try await wire.read().hasSuffix("\r\n\r\n"))
            }
        }
    }
}
