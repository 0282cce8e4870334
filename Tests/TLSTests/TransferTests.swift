import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct `Transfer` {
    @Test(arguments: Handshake.versions, [Int.max, 65_536, 1460])
    func `a mebibyte arrives whole both ways`(version: (CInt, TLSVersion), pieceBytes: Int) throws {
        let conversation = try Conversation(client: .init(versions: version.0...version.0))
        try conversation.exchange()
        let body = ByteBuffer.pattern(1 << 20)
        conversation.client.write(body)
        try conversation.exchange(pieceBytes: pieceBytes)
        #expect(conversation.recorder.received == body)

        conversation.serve(body)
        try conversation.exchange()
        #expect(conversation.client.received == body)
    }

    @Test func `a request arrives whole one byte at a time`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        let body = ByteBuffer.pattern(4000)
        conversation.client.write(body)
        try conversation.exchange(pieceBytes: 1)
        #expect(conversation.recorder.received == body)
    }

    @Test func `a usual request is one read, its answer one record in one write and one flush`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        let before = (conversation.socket.writeCount, conversation.socket.flushCount)
        conversation.recorder.onRead = { context in
            context.write(NIOAny(ByteBuffer(repeating: 1, count: 200)), promise: nil)
            context.write(NIOAny(ByteBuffer(repeating: 2, count: 400)), promise: nil)
            context.flush()
        }
        conversation.client.write(ByteBuffer.pattern(4096))
        try conversation.deliver(try #require(conversation.client.step()))
        #expect(conversation.recorder.seen.suffix(2) == [.bytes(4096), .readComplete])
        #expect(conversation.socket.writeCount == before.0 + 1)
        #expect(conversation.socket.flushCount == before.1 + 1)
        let answer = try conversation.takeFromServer()
        // Header 5, content type 1, tag 16.
        #expect(answer.readableBytes == 600 + 22)
        conversation.client.connection.receive(answer)
        #expect(conversation.client.step() == nil)
        #expect(conversation.client.received.readableBytes == 600)
    }

    @Test(arguments: [[100, 200_000], [200_000, 100], [10_000, 10_000, 10_000], [0, 5, 0], [16_384, 1]])
    func `writes of any sizes keep their order`(sizes: [Int]) throws {
        let conversation = try Conversation()
        try conversation.exchange()
        var expected = ByteBuffer()
        for size in sizes {
            let part = ByteBuffer.pattern(size)
            expected.writeImmutableBuffer(part)
            conversation.channel.write(part, promise: nil)
        }
        conversation.channel.flush()
        try conversation.exchange()
        #expect(conversation.client.received == expected)
    }

    @Test func `write promises are those of the ciphertext`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.socket.isStuck = true
        var completed = 0
        for _ in 0..<3 {
            conversation.channel.write(ByteBuffer(string: "x")).assumeIsolated().whenSuccess { completed += 1 }
        }
        conversation.channel.flush()
        #expect(completed == 0)
        conversation.socket.release()
        #expect(completed == 3)
    }

    @Test func `writes before the end of the handshake are kept and sent after it`() throws {
        let conversation = try Conversation()
        var isWritten = false
        conversation.channel.writeAndFlush(ByteBuffer(string: "settings")).assumeIsolated().whenSuccess {
            isWritten = true
        }
        #expect(try conversation.takeFromServer().readableBytes == 0)
        try conversation.exchange()
        #expect(String(buffer: conversation.client.received) == "settings")
        #expect(isWritten)
    }

    @Test func `too many bytes before the end of the handshake fail their writes and the connection`() throws {
        let conversation = try Conversation()
        var failure: (any Error)?
        let limit = TLSHandler.maximumBytesBeforeHandshake
        conversation.channel.write(ByteBuffer.pattern(limit)).assumeIsolated().whenFailure { failure = $0 }
        #expect(failure == nil)
        conversation.channel.write(ByteBuffer.pattern(1), promise: nil)
        #expect(failure as? TLSError == .tooManyBytesBeforeHandshake(limit: limit))
        #expect(!conversation.channel.isActive)
    }

    @Test func `new traffic keys are answered and writing goes on`() throws {
        let conversation = try Conversation(client: .init(versions: TLS1_3_VERSION...TLS1_3_VERSION))
        try conversation.exchange()
        for round in 1...3 {
            conversation.client.updateKeys()
            conversation.client.write(ByteBuffer(string: "ping"))
            try conversation.exchange()
            conversation.serve(ByteBuffer(string: "pong"))
            try conversation.exchange()
            #expect(conversation.recorder.received.readableBytes == 4 * round)
            #expect(conversation.client.received.readableBytes == 4 * round)
        }
    }

    @Test(arguments: [32, 33])
    func `as many key updates as may be are borne, and one more ends the connection`(count: Int) throws {
        let conversation = try Conversation(
            client: .init(versions: TLS1_3_VERSION...TLS1_3_VERSION),
            maximumKeyUpdates: 32
        )
        try conversation.exchange()
        for _ in 0..<count {
            conversation.client.updateKeys()
            _ = conversation.client.connection.handshake()
        }
        conversation.client.write(ByteBuffer(string: "ping"))
        try conversation.exchange()
        conversation.turn()
        #expect(conversation.channel.isActive == (count == 32))
        #expect(conversation.recorder.received.readableBytes == (count == 32 ? 4 : 0))
        #expect(conversation.recorder.errors == (count == 32 ? [] : [.tooManyKeyUpdates(limit: 32)]))
    }

    @Test func `key updates after the last are not even looked at`() throws {
        let conversation = try Conversation(
            client: .init(versions: TLS1_3_VERSION...TLS1_3_VERSION),
            maximumKeyUpdates: 32
        )
        try conversation.exchange()
        for _ in 0..<20_000 {
            conversation.client.updateKeys()
            _ = conversation.client.connection.handshake()
        }
        try conversation.deliver(try #require(conversation.client.step()))
        // Each one asks for an answer: some are made of what OpenSSL had taken already.
        #expect(try conversation.takeFromServer().readableBytes < 1000 * 32)
        conversation.turn()
        #expect(!conversation.channel.isActive)
    }

    @Test func `a forged record ends the connection with an alert and a typed error`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.client.write(ByteBuffer(string: "secret"))
        var record = try #require(conversation.client.step())
        record.setInteger(UInt8(0), at: record.writerIndex - 1)
        record.setInteger(UInt8(0), at: record.writerIndex - 2)
        try conversation.deliver(record)
        guard case .connection? = conversation.recorder.errors.first else {
            Issue.record("got \(conversation.recorder.errors)")
            return
        }
        #expect(!conversation.channel.isActive)
        try conversation.exchange()
        #expect(conversation.client.failure?.description.contains("bad record mac") == true)
        #expect(conversation.recorder.received.readableBytes == 0)
    }

    @Test func `errors others left on the thread's queue do no harm`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.client.write(ByteBuffer(string: "first"))
        var record = try #require(conversation.client.step())
        for _ in 0..<record.readableBytes {
            // A failed parse that clears nothing away, before every read of another connection.
            let garbage = try PEMText("garbage", part: .certificateChain)
            let isParsed = unsafe try garbage.withBIO { unsafe PEM_read_bio_X509($0, nil, nil, nil) != nil }
            #expect(!isParsed)
            try conversation.deliver(record.readSlice(length: 1) ?? ByteBuffer())
        }
        _ = try? CertificatePair(certificateChainPEM: "garbage", privateKeyPEM: "garbage")
        conversation.serve(ByteBuffer(string: "answer"))
        try conversation.exchange()
        #expect(conversation.recorder.errors.isEmpty)
        #expect(String(buffer: conversation.recorder.received) == "first")
        #expect(String(buffer: conversation.client.received) == "answer")
    }
}
