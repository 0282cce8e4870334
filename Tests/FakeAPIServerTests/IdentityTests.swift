import FakeAPIServer
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TLS
import TestPatience
import Testing

@testable import KubernetesClient

/// Who a client is there, and how that changes.
@Suite(.limit(minutes: 2)) struct `An identity at the API server` {
    private static let day = 86_400

    /// A server that knows clients by an authority of its own, and an access that changes at will.
    private struct Cluster: Sendable {
        let server: FakeAPIServer
        let clients: Clients
        let access: Access

        /// Reads are counted.
        func client(urgent: Int = 3) throws -> APIClient {
            let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
            return try APIClient(on: FakeAPIServer.threads.next(), files: files, urgentConnections: urgent) {
                [access] () throws(AccessError) in
                try access.read()
            }
        }
    }

    /// Issues certificates of clients.
    private final class Clients: Sendable {
        private let issue: @Sendable (Int) throws(TLSError) -> ClusterAccess.Identity
        let authorityPEM: String

        init() throws {
            let authority = try CertificateAuthority.make(commonName: "Test clients")
            let issued = authority.issued
            authorityPEM = issued.certificatePEM
            issue = { days throws(TLSError) in
                let authority = try CertificateAuthority.load(
                    certificatePEM: issued.certificatePEM,
                    privateKeyPEM: issued.privateKeyPEM
                )
                let end = UnixTime.now().adding(days: days)
                let made = try authority.issueClientCertificate(commonName: "webhook", until: end)
                return .init(
                    certificatePEM: Array(made.certificatePEM.utf8),
                    privateKeyPEM: Array(made.privateKeyPEM.utf8)
                )
            }
        }

        func identity(days: Int) throws -> ClusterAccess.Identity { try issue(days) }
    }

    private final class Access: Sendable {
        private let next: Mutex<Result<ClusterAccess, AccessError>>
        init(_ access: ClusterAccess) { next = Mutex(.success(access)) }

        func read() throws(AccessError) -> ClusterAccess { try next.withLock { $0 }.get() }

        func become(_ identity: ClusterAccess.Identity) {
            next.withLock { next in
                guard case .success(var access) = next else { return }
                access.identity = identity
                next = .success(access)
            }
        }

        func use(_ token: ClusterAccess.Token) {
            next.withLock { next in
                guard case .success(var access) = next else { return }
                access.token = token
                next = .success(access)
            }
        }

        func fail() { next.withLock { $0 = .failure(AccessError(place: "kubeconfig", reason: "it is gone")) } }
    }

    private static func run(isDemanded: Bool = false, _ body: (Cluster) async throws -> Void) async throws {
        let clients = try Clients()
        var configuration = FakeAPIServer.Configuration()
        let certificate = try FakeAPIServer.Certificate.generate()
        configuration.certificate = certificate
        configuration.clientCertificates = .init(authorityPEM: clients.authorityPEM, isDemanded: isDemanded)
        try await FakeAPIServer.run(configuration) { server in
            let access = ClusterAccess(
                server: try #require(ServerAddress(server.url)),
                verification: .authorities(Array(certificate.authorityPEM.utf8)),
                token: .none,
                identity: try clients.identity(days: 1)
            )
            try await body(Cluster(server: server, clients: clients, access: Access(access)))
        }
    }

    private static func request(
        _ urgency: APIRequest.Urgency = .routine,
        _ method: APIRequest.Method = .get
    ) -> APIRequest {
        var request = APIRequest(method, FakeResource.leases.path())
        request.urgency = urgency
        if method == .post { request.body = Array(#"{"metadata":{"name":"l","namespace":"n"}}"#.utf8) }
        return request
    }

    @Test func `that is renewed is used at once, by requests that the old one was refused for, too`() async throws {
        try await Self.run { cluster in
            let client = try cluster.client()
            defer { client.close() }
            #expect(try await client.send(Self.request()).get().code == 200)
            #expect(try await client.send(Self.request(.urgent)).get().code == 200)
            cluster.access.become(try cluster.clients.identity(days: 9))
            try await cluster.server.moveDate(by: 2 * Self.day)
            #expect(try await client.send(Self.request()).get().code == 200)
            #expect(try await client.send(Self.request(.urgent)).get().code == 200)
            let requests = try await cluster.server.observations.requests
            // Of each kind of connection one answer 200; the third was refused, and nobody tried the old one again.
            #expect(requests.count == 5)
            #expect(requests.map(\.connection) == [1, 2, 1, 3, 4])
            #expect(requests[3].clientCertificate == requests[4].clientCertificate)
            #expect(requests[3].clientCertificate != requests[0].clientCertificate)
        }
    }

    @Test(arguments: [false, true])
    func `that is renewed late is used then, and no connection twice that was refused`(isDemanded: Bool) async throws {
        try await Self.run(isDemanded: isDemanded) { cluster in
            let strangers = try Clients()
            cluster.access.become(try strangers.identity(days: 1))
            let client = try cluster.client()
            defer { client.close() }
            for _ in 0..<3 {
                await #expect(throws: RequestError.self) { try await client.send(Self.request()).get() }
            }
            cluster.access.become(try cluster.clients.identity(days: 1))
            // It may be found out by the refusal only.
            if isDemanded { _ = try? await client.send(Self.request(.urgent, .post)).get() }
            #expect(try await client.send(Self.request()).get().code == 200)
            let requests = try await cluster.server.observations.requests
            #expect(Set(requests.map(\.connection)).count == requests.count)
        }
    }

    @Test func `that is renewed takes the place of connections that were kept warm`() async throws {
        try await Self.run { cluster in
            let client = try cluster.client()
            defer { client.close() }
            client.keepWarm(3)
            try await cluster.server.waitUntil { $0.openConnections == 3 }
            cluster.access.become(try cluster.clients.identity(days: 9))
            try await cluster.server.moveDate(by: 2 * Self.day)
            #expect(try await client.send(Self.request(.urgent)).get().code == 200)
            // One more was refused.
            try await cluster.server.waitUntil { $0.acceptedConnections >= 6 && $0.openConnections == 3 }
            for _ in 0..<3 { #expect(try await client.send(Self.request(.urgent)).get().code == 200) }
            #expect(try await cluster.server.observations.requestCount == 5)
        }
    }

    @Test func `that is half renewed is none, and the last good one is used on`() async throws {
        try await Self.run { cluster in
            let client = try cluster.client()
            defer { client.close() }
            #expect(try await client.send(Self.request()).get().code == 200)
            let next = try cluster.clients.identity(days: 9)
            let other = try cluster.clients.identity(days: 9)
            cluster.access.become(.init(certificatePEM: next.certificatePEM, privateKeyPEM: other.privateKeyPEM))
            try await cluster.server.script(FaultRule(.status(401, "Unauthorized", "Unauthorized")))
            await #expect {
                try await client.send(Self.request()).get()
            } throws: {
                "\($0)".contains("client certificate")
            }
            #expect(try await client.send(Self.request()).get().code == 200)
            try await cluster.server.moveDate(by: 2 * Self.day)
            await #expect(throws: RequestError.self) { try await client.send(Self.request()).get() }
            cluster.access.become(next)
            #expect(try await client.send(Self.request()).get().code == 200)
        }
    }

    @Test func `that can be read no more is told to all who wait`() async throws {
        try await Self.run { cluster in
            let client = try cluster.client(urgent: 1)
            defer { client.close() }
            try await cluster.server.script(FaultRule(.hold))
            let requests = (0..<6).map { _ in client.send(Self.request(.urgent)) }
            try await cluster.server.waitUntil { $0.heldRequests == 1 }
            cluster.access.fail()
            try await cluster.server.moveDate(by: 2 * Self.day)
            try await cluster.server.releaseHeldRequests()
            for request in requests {
                await #expect(throws: RequestError.access(AccessError(place: "kubeconfig", reason: "it is gone"))) {
                    try await request.get()
                }
            }
        }
    }

    @Test func `of a plugin is asked for once a connection`() async throws {
        try await Self.run { cluster in
            let runs = FileManager.default.temporaryDirectory.appending(path: "plugin-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: runs) }
            let version = ExecPlugin.versions[0]
            let status = #"{"token":"t","expirationTimestamp":"1970-01-01T00:00:00Z"}"#
            let answer = #"{"kind":"ExecCredential","apiVersion":"\#(version)","status":\#(status)}"#
            // A second run takes longer than anybody waits.
            let script = "test -e '\(runs.path)' && sleep 300; : >'\(runs.path)'; echo '\(answer)'"
            cluster.access.use(.plugin(ExecPlugin(apiVersion: version, command: "sh", arguments: ["-c", script])))
            let client = try cluster.client()
            defer { client.close() }
            #expect(try await client.send(Self.request()).get().code == 200)
        }
    }
}
