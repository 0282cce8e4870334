import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct `Handshake` {
    static let versions: [(CInt, TLSVersion)] = [(TLS1_2_VERSION, .tls12), (TLS1_3_VERSION, .tls13)]

    @Test(arguments: versions, [Int.max, 1, 7])
    func `completes in any version and any pieces`(version: (CInt, TLSVersion), pieceBytes: Int) throws {
        let conversation = try Conversation(client: .init(versions: version.0...version.0))
        try conversation.exchange(pieceBytes: pieceBytes)
        #expect(conversation.client.isHandshakeDone)
        let event = try #require(conversation.recorder.handshakes.first)
        guard case .completed(let name, let negotiated, let cipher) = event else { return }
        #expect(name == nil)
        #expect(negotiated == version.1)
        #expect(cipher.contains("AES_128_GCM") || cipher.contains("AES128-GCM"))
        #expect(conversation.recorder.handshakes.count == 1)
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test(
        arguments: [
            (["h2", "http/1.1"], "h2"),
            (["http/1.1", "h2"], "h2"),
            (["http/1.1"], "http/1.1"),
            (["spdy/3", "http/1.1"], "http/1.1"),
            ([], nil),
        ] as [([String], String?)]
    )
    func `chooses the first of our protocols the client offers`(offered: [String], expected: String?) throws {
        for version in Self.versions {
            let conversation = try Conversation(
                client: .init(versions: version.0...version.0, applicationProtocols: offered)
            )
            try conversation.exchange()
            #expect(conversation.client.isHandshakeDone)
            #expect(conversation.client.connection.negotiatedProtocol == expected)
            guard case .completed(let name, _, _)? = conversation.recorder.handshakes.first else {
                Issue.record("no handshake event")
                continue
            }
            #expect(name == expected)
        }
    }

    @Test func `the listener's own order of protocols counts`() throws {
        let context = try Credentials.context(configuration: .init(applicationProtocols: ["http/1.1", "h2"]))
        let conversation = try Conversation(client: .init(applicationProtocols: ["h2", "http/1.1"]), context: context)
        try conversation.exchange()
        #expect(conversation.client.connection.negotiatedProtocol == "http/1.1")
    }

    @Test(arguments: versions)
    func `no protocol in common ends in a no_application_protocol alert`(version: (CInt, TLSVersion)) throws {
        let conversation = try Conversation(
            client: .init(versions: version.0...version.0, applicationProtocols: ["spdy/3"])
        )
        try conversation.exchange()
        #expect(conversation.recorder.failures == [.noSharedProtocol])
        #expect(conversation.client.failure?.description.contains("no application protocol") == true)
        #expect(conversation.recorder.handshakes.isEmpty)
        #expect(!conversation.channel.isActive)
    }

    @Test func `a context may demand TLS 1.3`() throws {
        let context = try Credentials.context(configuration: .init(minimumVersion: .tls13))
        let conversation = try Conversation(client: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION), context: context)
        try conversation.exchange()
        #expect(conversation.recorder.failures == [.unsupportedVersion])
    }

    @Test func `an RSA certificate is served in both versions`() throws {
        let context = try Credentials.context(keyType: .rsa2048)
        for version in Self.versions {
            let conversation = try Conversation(client: .init(versions: version.0...version.0), context: context)
            try conversation.exchange()
            #expect(conversation.client.isHandshakeDone)
        }
    }

    @Test func `the event comes before plaintext that came with the client's Finished`() throws {
        let conversation = try Conversation()
        let hello = try #require(conversation.client.step())
        try conversation.deliver(hello)
        conversation.client.connection.receive(try conversation.takeFromServer())
        // Finished and a request leave in one segment.
        guard case .complete = conversation.client.connection.handshake() else {
            Issue.record("the client's handshake is not complete")
            return
        }
        conversation.client.write(ByteBuffer(string: "GET /"))
        try conversation.deliver(try #require(conversation.client.connection.takeCiphertext()))
        let kinds = conversation.recorder.seen.map { seen in
            switch seen {
            case .handshake: "handshake"
            case .bytes: "bytes"
            default: "other"
            }
        }
        #expect(kinds.filter { $0 != "other" } == ["handshake", "bytes"])
        #expect(String(buffer: conversation.recorder.received) == "GET /")
    }

    @Test(arguments: versions)
    func `gives nothing to resume a session with`(version: (CInt, TLSVersion)) throws {
        let conversation = try Conversation(client: .init(versions: version.0...version.0))
        try conversation.exchange()
        conversation.serve(ByteBuffer(string: "x"))
        try conversation.exchange()
        #expect(conversation.client.received.readableBytes == 1)
        #expect(!conversation.client.canResume)
    }
}
