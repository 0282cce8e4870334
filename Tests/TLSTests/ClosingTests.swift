import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct `Closing` {
    @Test(arguments: Handshake.versions)
    func `our close sends close_notify first and does not wait for the peer's`(version: (CInt, TLSVersion)) throws {
        let conversation = try Conversation(client: .init(versions: version.0...version.0))
        try conversation.exchange()
        conversation.serve(ByteBuffer(string: "bye"))
        var isClosed = false
        conversation.channel.close().assumeIsolated().whenSuccess { isClosed = true }
        conversation.turn()
        #expect(isClosed)
        #expect(!conversation.channel.isActive)
        conversation.client.connection.receive(try conversation.takeFromServer())
        _ = conversation.client.step()
        #expect(String(buffer: conversation.client.received) == "bye")
        #expect(conversation.client.isEnded)
        #expect(conversation.client.failure == nil)
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test func `a close waits for the socket, but not for ever`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.socket.isStuck = true
        conversation.channel.close(promise: nil)
        conversation.loop.advanceTime(by: TLSHandler.closeTimeout - .nanoseconds(1))
        #expect(conversation.channel.isActive)
        conversation.loop.advanceTime(by: .nanoseconds(1))
        #expect(!conversation.channel.isActive)
    }

    @Test func `a close is done when the socket has taken close_notify`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.socket.isStuck = true
        var closed = 0
        conversation.channel.close().assumeIsolated().whenSuccess { closed += 1 }
        conversation.channel.close().assumeIsolated().whenSuccess { closed += 1 }
        #expect(closed == 0)
        conversation.socket.release()
        conversation.turn()
        #expect(closed == 2)
        #expect(!conversation.channel.isActive)
    }

    @Test func `the peer's close_notify closes in an orderly way`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.client.write(ByteBuffer(string: "last"))
        conversation.client.connection.shutdown()
        try conversation.exchange()
        #expect(String(buffer: conversation.recorder.received) == "last")
        #expect(conversation.client.isEnded)
        #expect(!conversation.channel.isActive)
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test func `the peer's close_notify is half a close where the channel allows it`() throws {
        let conversation = try Conversation()
        conversation.channel.allowRemoteHalfClosure = true
        try conversation.exchange()
        conversation.client.connection.shutdown()
        try conversation.exchange()
        #expect(conversation.recorder.seen.contains(.inputClosed))
        #expect(conversation.channel.isActive)
        conversation.serve(ByteBuffer(string: "answer"))
        conversation.channel.close(promise: nil)
        try conversation.exchange()
        #expect(String(buffer: conversation.client.received) == "answer")
    }

    @Test func `a missing close_notify is an end of stream`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.channel.pipeline.fireChannelInactive()
        #expect(conversation.recorder.errors.isEmpty)
        #expect(conversation.recorder.seen.last == .inactive)
    }

    @Test func `the socket's half-close waits for held plaintext`() throws {
        let conversation = try Conversation()
        conversation.channel.allowRemoteHalfClosure = true
        try conversation.openWithoutReadWanted()
        conversation.client.write(ByteBuffer(string: "held"))
        try conversation.deliver(try #require(conversation.client.step()))
        conversation.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!conversation.recorder.seen.contains(.inputClosed))
        conversation.channel.read()
        let order = conversation.recorder.seen.filter { $0 == .bytes(4) || $0 == .inputClosed }
        #expect(order == [.bytes(4), .inputClosed])
    }

    @Test func `writes after a close and unflushed writes at a close fail`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        var failures = 0
        conversation.channel.write(ByteBuffer(string: "a")).assumeIsolated().whenFailure { _ in failures += 1 }
        conversation.socket.isStuck = true
        conversation.channel.close(promise: nil)
        conversation.channel.write(ByteBuffer(string: "b")).assumeIsolated().whenFailure { _ in failures += 1 }
        #expect(failures == 2)
    }

    @Test func `a close in mid-handshake closes at once`() throws {
        let conversation = try Conversation()
        try conversation.deliver(try #require(conversation.client.step()))
        conversation.channel.close(promise: nil)
        #expect(!conversation.channel.isActive)
        #expect(conversation.recorder.errors.isEmpty)
    }

    // MARK: Re-entrancy

    @Test func `a close from within a read ends the delivery`() throws {
        let conversation = try Conversation()
        try conversation.exchange()
        conversation.recorder.onRead = { $0.close(promise: nil) }
        conversation.client.write(ByteBuffer.pattern(100_000))
        try conversation.deliver(try #require(conversation.client.step()), pieceBytes: 20_000)
        #expect(conversation.recorder.seen.filter { if case .bytes = $0 { true } else { false } }.count == 1)
        #expect(!conversation.channel.isActive)
        #expect(conversation.recorder.errors.isEmpty)
    }

    @Test func `a close from within the handshake event fires nothing more`() throws {
        let conversation = try Conversation()
        conversation.recorder.onHandshake = { $0.close(promise: nil) }
        try conversation.exchange()
        #expect(conversation.recorder.handshakes.count == 1)
        #expect(conversation.recorder.received.readableBytes == 0)
        #expect(conversation.client.isEnded)
        #expect(!conversation.channel.isActive)
    }

    @Test func `a close from within an error is joined`() throws {
        let conversation = try Conversation()
        conversation.recorder.onError = { $0.close(promise: nil) }
        try conversation.deliver(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(!conversation.channel.isActive)
        #expect(try conversation.takeFromServer().readableBytes > 0)
        #expect(conversation.recorder.failures == [.plainHTTP])
    }

    @Test func `writes from within the handshake event and from within reads arrive in order`() throws {
        let conversation = try Conversation()
        conversation.recorder.onHandshake = { $0.writeAndFlush(NIOAny(ByteBuffer(string: "settings ")), promise: nil) }
        conversation.recorder.onRead = { $0.writeAndFlush(NIOAny(ByteBuffer(string: "answer ")), promise: nil) }
        try conversation.exchange()
        conversation.client.write(ByteBuffer(string: "one"))
        try conversation.exchange()
        conversation.client.write(ByteBuffer(string: "two"))
        try conversation.exchange()
        #expect(String(buffer: conversation.client.received) == "settings answer answer ")
    }
}
