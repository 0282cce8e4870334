import FakeAPIServer
import KubernetesClient
import NIOCore
import NIOPosix
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Access to the fake API server` {
    private static let files = CredentialFiles(
        read: { _ in [] },
        monotonicMilliseconds: { 0 },
        wallSeconds: { 1_800_000_000 }
    )

    private static func client(_ server: FakeAPIServer) throws -> APIClient {
        let text = Array(server.kubeconfig.utf8)
        return try APIClient(on: FakeAPIServer.threads.next(), files: files) { () throws(AccessError) in
            try Kubeconfig.decode(text, file: "kubeconfig").access { _ in [] }
        }
    }

    @Test func `is what its kubeconfig says: authority and token`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.bearerToken = "sesame"
        try await FakeAPIServer.run(configuration) { server in
            let client = try Self.client(server)
            defer { client.close() }
            let request = APIRequest(.get, FakeResource.agentRuns.path())
            #expect(try await client.send(request).get().code == 200)
            try await server.require(bearerToken: "other")
            await #expect(throws: RequestError.self) { try await client.send(request).get() }
        }
    }

    @Test func `goes nowhere that the server leads to`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.bearerToken = "sesame"
        try await FakeAPIServer.run { other in
            try await FakeAPIServer.run(configuration) { server in
                let client = try Self.client(server)
                defer { client.close() }
                for code in [301, 302, 307, 308] {
                    let head = "HTTP/1.1 \(code) Moved\r\nLocation: \(other.url)/api\r\nContent-Length: 0\r\n\r\n"
                    try await server.script(FaultRule(.raw(Array(head.utf8))))
                    let request = APIRequest(.get, FakeResource.agentRuns.path())
                    await #expect(throws: RequestError.self) { try await client.send(request).get() }
                }
                #expect(try await server.observations.requestCount == 4)
                #expect(try await other.observations.acceptedConnections == 0)
            }
        }
    }
}
