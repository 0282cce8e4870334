import FakeAPIServer
import Foundation
import KubernetesClient
import NIOCore
import NIOPosix
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Listing once` {
    private static let resource = WatchedResource(
        group: "agents.proompteng.ai",
        version: "v1alpha1",
        resource: "agents"
    )

    private static func client(of server: FakeAPIServer) throws -> APIClient {
        let text = Array(server.kubeconfig.utf8)
        return try APIClient(
            on: MultiThreadedEventLoopGroup.singleton.next(),
            files: CredentialFiles(read: { _ in text }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        ) { () throws(AccessError) in
            try ClusterAccess.kubeconfig("kubeconfig", context: nil, readFile: { _ in text })
        }
    }

    private static func fill(_ server: FakeAPIServer, _ count: Int) async throws {
        for index in 0..<count {
            try await server.create(["metadata": ["name": "a\(index)"]], in: .agents, namespace: "agents")
        }
    }

    /// The number of objects, and how often the list began.
    private static func list(_ server: FakeAPIServer) async throws -> (objects: Int, beginnings: Int) {
        let client = try client(of: server)
        defer { client.close() }
        var found = (objects: 0, beginnings: 0)
        try await ObjectLister(client: client, sleep: { _ in }).list(resource) { event in
            switch event {
            case .begun: found = (0, found.beginnings + 1)
            case .page(_, let items): found.objects += items.count
            }
        }
        return found
    }

    @Test func `brings every object, a page at a time`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server, 1100)
            #expect(try await Self.list(server) == (1100, 1))
        }
    }

    @Test func `asks again where an answer may come later`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server, 3)
            try await server.script(
                FaultRule(matching: .init(.list), times: 2, .status(429, "TooManyRequests", "later"))
            )
            try await server.script(FaultRule(matching: .init(.list), times: 1, .status(503, "Unavailable", "later")))
            #expect(try await Self.list(server) == (3, 1))
        }
    }

    @Test func `begins anew when the list has become too old, and not for ever`() async throws {
        try await FakeAPIServer.run { server in
            try await Self.fill(server, 600)
            let expired = Fault.status(410, "Expired", "The provided continue parameter is too old")
            try await server.script(FaultRule(matching: .init(.list), skip: 1, times: 1, expired))
            #expect(try await Self.list(server) == (600, 2))
            try await server.script(FaultRule(matching: .init(.list), times: nil, expired))
            let failure = await #expect(throws: ReflectorFailure.self) { try await Self.list(server) }
            #expect(
                failure?.message(resource: "agents", verbs: ["list"]).hasPrefix("cannot list agents: HTTP 410") == true
            )
        }
    }

    @Test func `says at once what will not change`() async throws {
        try await FakeAPIServer.run { server in
            let forbidden = Fault.forbidden(user: "system:anonymous", verb: "list", .agents)
            try await server.script(FaultRule(matching: .init(.list), times: nil, forbidden))
            let failure = await #expect(throws: ReflectorFailure.self) { try await Self.list(server) }
            let message = failure?.message(resource: "agents", verbs: ["list"]) ?? ""
            #expect(message.contains("grant the verb list on it to this identity"), "\(message)")
        }
    }
}
