import FakeAPIServer
import Foundation
import NIOCore
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Watches of the fake API server` {
    private static let path = FakeResource.agentRuns.path(namespace: "agents")

    private static func create(_ name: String, _ server: FakeAPIServer) async throws {
        try await server.create(["metadata": ["name": name]], in: .agentRuns, namespace: "agents")
    }

    @Test func `begin after their version and see what happens`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.create("a", server)
            let version = try await server.resourceVersion
            try await Self.create("b", server)
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path + "?watch=1&resourceVersion=\(version)&allowWatchBookmarks=true")
                try await server.waitUntil(watchCount: 1, of: .agentRuns)
                try await server.create(["metadata": ["name": "elsewhere"]], in: .agentRuns, namespace: "other")
                try await server.update("a", in: .agentRuns, namespace: "agents", merging: ["spec": ["a": 1]])
                try await server.delete("b", in: .agentRuns, namespace: "agents")
                try await server.sendBookmarks()
                let text = try await wire.read(until: #"{"type":"BOOKMARK""#)
                let events = text.matches(of: #/"type":"([A-Z]+)"/#).map { String($0.1) }
                #expect(events == ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"])
                #expect(!text.contains("elsewhere"))
                try await server.closeWatches(.cleanly)
                #expect(try await wire.read(until: "\r\n0\r\n\r\n").hasSuffix("}\n\r\n0\r\n\r\n"))
                // The connection serves on.
                #expect(try await wire.ask("GET", Self.path).names == ["a"])
            }
        }
    }

    @Test func `without a version begin with all there is`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.watches.timeout = .zero
        try await FakeAPIServer.run(configuration) { server in
            for name in ["b", "a"] { try await Self.create(name, server) }
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path + "?watch=true")
                let text = try await wire.read(until: "\r\n0\r\n\r\n")
                #expect(text.matches(of: #/"type":"ADDED".*?"name":"(.)"/#).map { String($0.1) } == ["a", "b"])
            }
        }
    }

    @Test func `send a bookmark before their time is up`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.watches.lastBookmarkBeforeEnd = .milliseconds(995)
        try await FakeAPIServer.run(configuration) { server in
            try await Wire.open(to: server) { wire in
                try await wire.send("GET", Self.path + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=1")
                let text = try await wire.read(until: "\r\n0\r\n\r\n")
                #expect(text.matches(of: #/"BOOKMARK"/#).count == 1)
            }
        }
    }

    @Test(arguments: [false, true]) func `of a version that is too old are told 410`(withStatus: Bool) async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.historyLimit = 1
        configuration.watches.answersTooOldWithStatus = withStatus
        try await FakeAPIServer.run(configuration) { server in
            let version = try await server.resourceVersion
            for name in ["a", "b"] { try await Self.create(name, server) }
            try await Wire.open(to: server) { wire in
                let reply = try await wire.ask("GET", Self.path + "?watch=1&resourceVersion=\(version)")
                #expect(reply.code == (withStatus ? 410 : 200))
                #expect(reply.text.hasPrefix(#"{"type":"ERROR","object":{"#) == !withStatus)
                #expect(reply.text.contains(#""reason":"Expired""#))
                #expect(reply.text.contains(#""code":410"#))
                #expect(try await server.observations.watchCount == 0)
            }
        }
    }
}
