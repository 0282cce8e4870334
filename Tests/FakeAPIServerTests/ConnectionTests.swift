import FakeAPIServer
import KubernetesClient
import NIOCore
import NIOPosix
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Connections to the fake API server` {
    private static func client(_ server: FakeAPIServer, urgent: Int = 3) throws -> APIClient {
        let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
        let text = Array(server.kubeconfig.utf8)
        return try APIClient(on: FakeAPIServer.threads.next(), files: files, urgentConnections: urgent) {
            () throws(AccessError) in
            try Kubeconfig.decode(text, file: "kubeconfig").access { _ in [] }
        }
    }

    private static func request(_ name: String, _ urgency: APIRequest.Urgency) -> APIRequest {
        var request = APIRequest(.get, FakeResource.leases.path() + "?\(name)")
        request.urgency = urgency
        return request
    }

    @Test(arguments: [APIRequest.Urgency.routine, .urgent])
    func `of one kind wait for none of the other`(urgency: APIRequest.Urgency) async throws {
        try await FakeAPIServer.run { server in
            let client = try Self.client(server)
            defer { client.close() }
            let others: APIRequest.Urgency = urgency == .urgent ? .routine : .urgent
            try await server.script(FaultRule(times: 20, .hold))
            let held = (0..<20).map { client.send(Self.request("held-\($0)", others)) }
            let count = urgency == .urgent ? APIClient.maximumRoutineConnections : 3
            try await server.waitUntil { $0.heldRequests == count }
            try await server.removeScript()
            #expect(try await client.send(Self.request("quick", urgency)).get().code == 200)
            #expect(try await server.observations.heldRequests == count)
            try await server.releaseHeldRequests()
            for answer in held { #expect(try await answer.get().code == 200) }
        }
    }

    @Test func `are not used for who has waited too long`() async throws {
        try await FakeAPIServer.run { server in
            let client = try Self.client(server, urgent: 1)
            defer { client.close() }
            try await server.script(FaultRule(.hold))
            let first = client.send(Self.request("first", .urgent))
            try await server.waitUntil { $0.heldRequests == 1 }
            var late = Self.request("late", .urgent)
            late.timeout = .milliseconds(50)
            await #expect(throws: RequestError.timedOut(seconds: 0)) { try await client.send(late).get() }
            let last = client.send(Self.request("last", .urgent))
            try await server.releaseHeldRequests()
            #expect(try await first.get().code == 200)
            #expect(try await last.get().code == 200)
            #expect(try await server.observations.requests.count == 2)
        }
    }

    @Test func `are kept warm, and made again when they end`() async throws {
        try await FakeAPIServer.run { server in
            // No third one while the client has not seen that they are open.
            let client = try Self.client(server, urgent: 2)
            defer { client.close() }
            client.keepWarm(2)
            try await server.waitUntil { $0.openConnections == 2 }
            try await server.closeConnections()
            try await server.waitUntil { $0.acceptedConnections == 4 && $0.openConnections == 2 }
            #expect(try await client.send(Self.request("one", .urgent)).get().code == 200)
            #expect(try await server.observations.acceptedConnections == 4)
        }
    }
}
