import FakeAPIServer
import KubernetesClient
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Access to the fake API server` {
    private static let files = CredentialFiles(
        read: { _ in [] },
        monotonicMilliseconds: { 0 },
        wallSeconds: { 1_800_000_000 }
    )

    @Test func `is what its kubeconfig says: authority and token`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.bearerToken = "sesame"
        try await FakeAPIServer.run(configuration) { server in
            let text = Array(server.kubeconfig.utf8)
            let client = try APIClient(
                on: FakeAPIServer.threads.next(),
                files: Self.files
            ) { () throws(AccessError) in
                try Kubeconfig.decode(text, file: "kubeconfig").access { _ in [] }
            }
            defer { client.close() }
            let request = APIRequest(.get, FakeResource.agentRuns.path())
            #expect(try await client.send(request).get().code == 200)
            try await server.require(bearerToken: "other")
            await #expect(throws: RequestError.self) { try await client.send(request).get() }
        }
    }
}
