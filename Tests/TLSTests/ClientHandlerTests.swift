import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

/// A client and a server handler, each on a channel of its own, with the test as the wire between.
private final class Wire {
    let loop = EmbeddedEventLoop()
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    let clientSide = Recorder()
    let serverSide = Recorder()

    init(client context: TLSClientContext, name: String, server: TLSServerContext) throws {
        let handler = TLSHandler(context: context, serverName: name)
        client = EmbeddedChannel(handlers: [handler, clientSide], loop: loop)
        self.server = EmbeddedChannel(handlers: [TLSHandler(context: server), serverSide], loop: loop)
        try self.server.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 6443)).wait()
        try client.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 6443)).wait()
    }

    deinit {
        _ = try? client.finish(acceptAlreadyClosed: true)
        _ = try? server.finish(acceptAlreadyClosed: true)
    }

    /// Carries bytes to and fro until both ends are silent.
    func exchange() throws {
        var isProgress = true
        while isProgress {
            isProgress = try carry(client, server)
            isProgress = try carry(server, client) || isProgress
        }
        loop.run()
    }

    private func carry(_ from: EmbeddedChannel, _ to: EmbeddedChannel) throws -> Bool {
        var isProgress = false
        while let bytes = try from.readOutbound(as: ByteBuffer.self) {
            isProgress = true
            if to.isActive { try to.writeInbound(bytes) }
        }
        return isProgress
    }
}

@Suite struct `A client's handler` {
    private static func authority() throws -> CertificateAuthority {
        try CertificateAuthority.make(commonName: "test CA")
    }

    private static func server(_ authority: CertificateAuthority) throws -> TLSServerContext {
        let issued = try authority.issueServerCertificate(names: [.dns("k8s.example")])
        return try TLSServerContext.make(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM
        )
    }

    private static func trusting(_ authority: CertificateAuthority) -> TLSClientContext.Trust {
        .authoritiesPEM(authority.issued.certificatePEM)
    }

    @Test func `speaks first, tells of the handshake, and carries bytes both ways`() throws {
        let authority = try Self.authority()
        let context = try TLSClientContext.make(configuration: .init(trust: Self.trusting(authority)))
        let wire = try Wire(client: context, name: "k8s.example", server: Self.server(authority))
        wire.clientSide.onHandshake = { context in
            context.writeAndFlush(NIOAny(ByteBuffer(string: "GET")), promise: nil)
        }
        try wire.exchange()
        #expect(wire.clientSide.handshakes.count == 1)
        #expect(wire.serverSide.received == ByteBuffer(string: "GET"))
        wire.server.writeAndFlush(ByteBuffer(string: "200"), promise: nil)
        try wire.exchange()
        #expect(wire.clientSide.received == ByteBuffer(string: "200"))
        #expect(wire.clientSide.errors.isEmpty)
    }

    @Test func `says why it refuses a server, and sends it nothing`() throws {
        let authority = try Self.authority()
        for (name, trusted, words) in [
            ("other.example", authority, "mismatch"), ("k8s.example", try Self.authority(), "certificate"),
        ] {
            let context = try TLSClientContext.make(configuration: .init(trust: Self.trusting(trusted)))
            let wire = try Wire(client: context, name: name, server: Self.server(authority))
            wire.client.writeAndFlush(ByteBuffer(string: "secret"), promise: nil)
            try wire.exchange()
            guard case .untrustedServer(let problem)? = wire.clientSide.failures.first else {
                Issue.record("got \(wire.clientSide.errors)")
                continue
            }
            #expect(problem.contains(words))
            #expect(wire.serverSide.received.readableBytes == 0)
            #expect(!wire.client.isActive)
        }
    }

    @Test func `finds that the other end does not speak TLS`() throws {
        let authority = try Self.authority()
        let context = try TLSClientContext.make(configuration: .init(trust: Self.trusting(authority)))
        let wire = try Wire(client: context, name: "k8s.example", server: Self.server(authority))
        try wire.client.writeInbound(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"))
        #expect(wire.clientSide.failures == [.noTLS])
    }

    @Test func `a server that hangs up in the handshake is a failure, also without a byte`() throws {
        let authority = try Self.authority()
        let context = try TLSClientContext.make(configuration: .init(trust: Self.trusting(authority)))
        let wire = try Wire(client: context, name: "k8s.example", server: Self.server(authority))
        wire.client.pipeline.fireChannelInactive()
        #expect(wire.clientSide.failures == [.truncated])
    }

    @Test func `a key that is not the client certificate's is named`() throws {
        let authority = try Self.authority()
        let one = try authority.issueServerCertificate(names: [.dns("one")])
        let other = try authority.issueServerCertificate(names: [.dns("other")])
        #expect {
            try CertificatePair(clientCertificatePEM: one.certificatePEM, privateKeyPEM: other.privateKeyPEM)
        } throws: {
            "\($0)".hasPrefix("cannot load the client certificate's private key")
        }
    }
}
