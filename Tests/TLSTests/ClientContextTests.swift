import COpenSSL
import NIOCore
import Testing

@testable import TLS

@Suite struct `A client` {
    /// An authority, and a server it vouches for, valid now because OpenSSL's own clock decides.
    private struct Server {
        let authorityPEM: String
        let pair: CertificateAuthority.Issued
        let context: TLSServerContext

        init(names: [SubjectAlternativeName], commonName: String = "server") throws {
            let authority = try CertificateAuthority.make(commonName: "test CA")
            authorityPEM = authority.issued.certificatePEM
            pair = try authority.issueServerCertificate(names: names, commonName: commonName)
            context = try TLSServerContext.make(
                certificateChainPEM: pair.certificatePEM,
                privateKeyPEM: pair.privateKeyPEM
            )
        }
    }

    private enum Outcome: Equatable {
        case complete(alpn: String?)
        case refused(String?)
    }

    /// Runs both ends of a handshake until the client is done.
    private static func connect(_ name: String, _ server: Server, _ trust: TLSClientContext.Trust) throws -> Outcome {
        let context = try TLSClientContext.make(configuration: .init(trust: trust))
        let client = try context.makeConnection(serverName: name)
        let peer = try server.context.makeConnection()
        for _ in 0..<10 {
            switch client.handshake() {
            case .complete: return .complete(alpn: client.negotiatedProtocol)
            case .failed: return .refused(client.verificationProblem)
            case .incomplete: break
            }
            if let bytes = client.takeCiphertext() { peer.receive(bytes) }
            _ = peer.handshake()
            if let bytes = peer.takeCiphertext() { client.receive(bytes) }
        }
        Issue.record("the handshake does not end")
        return .refused(nil)
    }

    @Test(arguments: ["k8s.example", "10.0.0.1", "::1"])
    func `accepts a server of its authority and name`(name: String) throws {
        let server = try Server(names: [.dns("k8s.example"), .ipAddress("10.0.0.1"), .ipAddress("::1")])
        let outcome = try Self.connect(name, server, .authoritiesPEM(server.authorityPEM))
        #expect(outcome == .complete(alpn: "http/1.1"))
    }

    @Test(arguments: ["other.example", "10.0.0.2", "server"])
    func `refuses another name, also when it is the common name`(name: String) throws {
        let server = try Server(names: [.dns("k8s.example"), .ipAddress("10.0.0.1")])
        guard case .refused(let problem?) = try Self.connect(name, server, .authoritiesPEM(server.authorityPEM)) else {
            Issue.record("not refused")
            return
        }
        #expect(problem.contains("mismatch"))
    }

    @Test func `refuses a server of another authority`() throws {
        let server = try Server(names: [.dns("k")])
        let other = try CertificateAuthority.make(commonName: "other CA").issued.certificatePEM
        for trust in [TLSClientContext.Trust.authoritiesPEM(other), .system] {
            guard case .refused(.some) = try Self.connect("k", server, trust) else {
                Issue.record("not refused")
                continue
            }
        }
    }

    @Test func `trusts the server's own certificate when it is named as authority`() throws {
        let server = try Server(names: [.dns("k")])
        let outcome = try Self.connect("k", server, .authoritiesPEM(server.pair.certificatePEM))
        #expect(outcome == .complete(alpn: "http/1.1"))
    }

    @Test func `trusts anybody only when told to`() throws {
        let server = try Server(names: [.dns("k")])
        #expect(try Self.connect("whoever", server, .anybody) == .complete(alpn: "http/1.1"))
    }

    @Test func `says that authorities without a certificate are none`() throws {
        #expect {
            try TLSClientContext.make(configuration: .init(trust: .authoritiesPEM("no PEM")))
        } throws: {
            "\($0)".contains("certificate authorit")
        }
    }

    /// A server that asks for a certificate, takes any, and refuses clients without one.
    private static func serverAsking(_ issued: CertificateAuthority.Issued) throws -> TLSConnection {
        let context = unsafe SSL_CTX_new(TLS_server_method())
        defer { unsafe SSL_CTX_free(context) }
        let pair = try CertificatePair(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM
        )
        unsafe try pair.install(in: #require(context))
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) { _, _ in 1 }
        return unsafe try TLSConnection.make(adopting: #require(SSL_new(context)), role: .server, owner: nil)
    }

    @Test(arguments: [true, false])
    func `shows its certificate to a server that asks`(hasIdentity: Bool) throws {
        let authority = try CertificateAuthority.make(commonName: "test CA")
        let issued = try authority.issueServerCertificate(names: [.dns("k")])
        let identity = try CertificatePair(
            clientCertificatePEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM
        )
        let context = try TLSClientContext.make(
            configuration: .init(trust: .anybody, identity: hasIdentity ? identity : nil)
        )
        let client = try context.makeConnection(serverName: "k")
        let server = try Self.serverAsking(issued)
        var isAccepted = false
        for _ in 0..<5 {
            _ = client.handshake()
            if let bytes = client.takeCiphertext() { server.receive(bytes) }
            if case .complete = server.handshake() { isAccepted = true }
            if let bytes = server.takeCiphertext() { client.receive(bytes) }
        }
        #expect(isAccepted == hasIdentity)
    }
}
