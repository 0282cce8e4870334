import COpenSSL
import NIOCore
import NIOEmbedded
import TestRandomness
import Testing

@testable import TLS

@Suite struct `Refusal` {
    struct Attack: CustomTestStringConvertible {
        var testDescription: String
        var offer: TestClient.Offer
        var keyType = CertificateAuthority.KeyType.ecdsaP256
        var failure: HandshakeFailure
    }

    static let attacks = [
        Attack(
            testDescription: "TLS 1.1",
            offer: .init(versions: TLS1_1_VERSION...TLS1_1_VERSION, ciphers: "ALL:@SECLEVEL=0"),
            failure: .unsupportedVersion
        ),
        Attack(
            testDescription: "TLS 1.0",
            offer: .init(versions: TLS1_VERSION...TLS1_VERSION, ciphers: "ALL:@SECLEVEL=0"),
            failure: .unsupportedVersion
        ),
        Attack(
            testDescription: "CBC with SHA-1",
            offer: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: "ECDHE-ECDSA-AES128-SHA"),
            failure: .noSharedCipher
        ),
        Attack(
            testDescription: "CBC with SHA-256",
            offer: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: "ECDHE-ECDSA-AES128-SHA256"),
            failure: .noSharedCipher
        ),
        Attack(
            testDescription: "RSA key exchange, no forward secrecy",
            offer: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: "AES128-GCM-SHA256"),
            keyType: .rsa2048,
            failure: .noSharedCipher
        ),
        Attack(
            testDescription: "finite-field Diffie-Hellman",
            offer: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, ciphers: "DHE-RSA-AES128-GCM-SHA256"),
            keyType: .rsa2048,
            failure: .noSharedCipher
        ),
    ]

    @Test(arguments: attacks)
    func `an offer that is too weak gets an alert and a typed error`(attack: Attack) throws {
        let context = try Credentials.context(keyType: attack.keyType)
        let conversation = try Conversation(client: attack.offer, context: context)
        try conversation.exchange()
        #expect(conversation.recorder.failures == [attack.failure])
        #expect(conversation.client.failure != nil)
        #expect(!conversation.client.isHandshakeDone)
        #expect(!conversation.channel.isActive)
        conversation.turn()
        #expect(conversation.recorder.seen.last == .inactive)
    }

    @Test func `a second handshake is refused`() throws {
        let conversation = try Conversation(client: .init(versions: TLS1_2_VERSION...TLS1_2_VERSION))
        try conversation.exchange()
        conversation.client.renegotiate()
        try conversation.exchange()
        #expect(conversation.client.failure?.description.contains("no renegotiation") == true)
        #expect(conversation.recorder.handshakes.count == 1)
    }

    @Test(
        arguments: [
            "GET / HTTP/1.1\r\n\r\n", "POST /validate HTTP/1.1\r\nHost: x\r\n\r\n{}",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PROPFIND /a HTTP/1.1\r\n\r\n", "BASELINE-CONTROL * HTTP/1.1\r\n\r\n",
        ],
        [Int.max, 1]
    )
    func `plain HTTP gets a readable answer`(request: String, pieceBytes: Int) throws {
        let conversation = try Conversation()
        try conversation.deliver(ByteBuffer(string: request), pieceBytes: pieceBytes)
        let answer = String(buffer: try conversation.takeFromServer())
        #expect(answer.hasPrefix("HTTP/1.0 400 Bad Request\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nthis port speaks HTTPS, not HTTP: use https://\n"))
        #expect(answer.contains("Content-Length: 47\r\n"))
        #expect(conversation.recorder.failures == [.plainHTTP])
        #expect(!conversation.channel.isActive)
    }

    @Test(arguments: [
        "GETS", "PROXY TCP4 10.0.0.1 10.0.0.2 4 5\r\n", "HELO host\r\n", String(repeating: "A", count: 18) + " /",
        "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "{}\r\n\r\n\r\n",
    ])
    func `other protocols are a protocol violation`(greeting: String) throws {
        let conversation = try Conversation()
        try conversation.deliver(ByteBuffer(string: greeting + String(repeating: " ", count: 16)))
        guard case .protocolViolation? = conversation.recorder.failures.first else {
            Issue.record("got \(conversation.recorder.failures)")
            return
        }
        #expect(!conversation.channel.isActive)
    }

    @Test func `half a ClientHello and silence is closed when the time is over`() throws {
        let conversation = try Conversation(handshakeTimeout: .seconds(3))
        var hello = try #require(conversation.client.step())
        try conversation.deliver(hello.readSlice(length: hello.readableBytes / 2) ?? ByteBuffer())
        conversation.loop.advanceTime(by: .milliseconds(2999))
        #expect(conversation.channel.isActive)
        #expect(conversation.recorder.errors.isEmpty)
        conversation.loop.advanceTime(by: .milliseconds(1))
        #expect(conversation.recorder.failures == [.timedOut])
        #expect(!conversation.channel.isActive)
    }

    @Test func `silence from the start is closed when the time is over`() throws {
        let conversation = try Conversation()
        conversation.loop.advanceTime(by: TLSHandler.defaultHandshakeTimeout)
        #expect(conversation.recorder.failures == [.timedOut])
        #expect(!conversation.channel.isActive)
    }

    @Test func `the time limit ends with the handshake`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.loop.advanceTime(by: .hours(1))
        #expect(conversation.channel.isActive)
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test func `the end of the connection in mid-handshake is a truncation`() throws {
        let conversation = try Conversation()
        var hello = try #require(conversation.client.step())
        try conversation.deliver(hello.readSlice(length: 40) ?? ByteBuffer())
        conversation.channel.pipeline.fireChannelInactive()
        #expect(conversation.recorder.failures == [.truncated])
        #expect(conversation.recorder.seen.last == .inactive)
    }

    @Test func `a probe that sends nothing is no failure`() throws {
        let conversation = try Conversation()
        conversation.channel.pipeline.fireChannelInactive()
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test func `a client that does not trust the certificate is reported with its alert`() throws {
        let conversation = try Conversation()
        try conversation.deliver(try #require(conversation.client.step()))
        // A fatal unknown_ca alert in the clear: the server has no traffic keys of the client before its Finished.
        try conversation.deliver(ByteBuffer(bytes: [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 48]))
        guard case .peerAlert(let code, _)? = conversation.recorder.failures.first else {
            Issue.record("got \(conversation.recorder.errors)")
            return
        }
        #expect(code == 48)
        #expect(try #require(conversation.recorder.errors.first).description.contains("caBundle"))
    }

    @Test func `any bytes end in an error or in waiting, never in a trap`() throws {
        let context = try Credentials.context()
        for seed in UInt64(1)...300 {
            var generator = SplitMix(seed: seed)
            let conversation = try Conversation(context: context)
            var hello = try #require(conversation.client.step())
            if seed % 3 == 0 {
                // Begins like TLS, then goes wrong.
                for _ in 0..<4 {
                    let index = hello.readerIndex + Int.random(in: 0..<hello.readableBytes, using: &generator)
                    hello.setInteger(UInt8.random(in: 0...255, using: &generator), at: index)
                }
            } else {
                hello = ByteBuffer(
                    bytes: (0..<Int.random(in: 1...400, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                )
            }
            try conversation.deliver(hello, pieceBytes: Int.random(in: 1...400, using: &generator))
            #expect(conversation.recorder.handshakes.isEmpty, "seed \(seed)")
            #expect(conversation.channel.isActive == conversation.recorder.errors.isEmpty, "seed \(seed)")
        }
    }
}
