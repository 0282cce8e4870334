import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct `Back-pressure` {
    /// An open connection whose application asks for every read itself.
    private func makeConversation() throws -> Conversation {
        let conversation = try Conversation()
        try conversation.openWithoutReadWanted()
        #expect(conversation.client.isHandshakeDone)
        return conversation
    }

    @Test func `nothing is decrypted and nothing asked of the socket until downstream reads`() throws {
        let conversation = try makeConversation()
        let reads = conversation.socket.readCount
        conversation.client.write(ByteBuffer.pattern(200_000))
        try conversation.deliver(try #require(conversation.client.step()), pieceBytes: 65_536)
        #expect(conversation.recorder.received.readableBytes == 0)
        #expect(conversation.socket.readCount == reads)

        conversation.channel.read()
        #expect(conversation.recorder.received == .pattern(200_000))
        #expect(conversation.recorder.seen.last == .readComplete)
        // What was held is an answer to the read: the socket is not asked.
        #expect(conversation.socket.readCount == reads)

        conversation.channel.read()
        #expect(conversation.socket.readCount == reads + 1)
    }

    @Test func `part of a record makes the handler ask the socket for the rest`() throws {
        let conversation = try makeConversation()
        conversation.client.write(ByteBuffer.pattern(1000))
        var record = try #require(conversation.client.step())
        conversation.channel.read()
        let reads = conversation.socket.readCount
        try conversation.deliver(record.readSlice(length: 500) ?? ByteBuffer())
        #expect(conversation.socket.readCount == reads + 1)
        #expect(conversation.recorder.received.readableBytes == 0)
        try conversation.deliver(record)
        #expect(conversation.recorder.received == .pattern(1000))
        #expect(conversation.socket.readCount == reads + 1)
    }

    @Test func `one read is one burst`() throws {
        let conversation = try makeConversation()
        conversation.channel.read()
        conversation.client.write(ByteBuffer(string: "one"))
        try conversation.deliver(try #require(conversation.client.step()))
        #expect(String(buffer: conversation.recorder.received) == "one")
        conversation.client.write(ByteBuffer(string: "two"))
        try conversation.deliver(try #require(conversation.client.step()))
        #expect(String(buffer: conversation.recorder.received) == "one")
        conversation.channel.read()
        #expect(String(buffer: conversation.recorder.received) == "onetwo")
    }

    @Test func `a read from within a read is answered with the next burst`() throws {
        let conversation = try makeConversation()
        conversation.recorder.onRead = { $0.read() }
        conversation.channel.read()
        let reads = conversation.socket.readCount
        for word in ["a", "b", "c"] {
            conversation.client.write(ByteBuffer(string: word))
            try conversation.deliver(try #require(conversation.client.step()))
        }
        #expect(String(buffer: conversation.recorder.received) == "abc")
        #expect(conversation.socket.readCount == reads + 3)
    }

    @Test func `a read from read-complete does not recurse into the held bytes twice`() throws {
        let conversation = try makeConversation()
        conversation.recorder.onReadComplete = { $0.read() }
        conversation.client.write(ByteBuffer.pattern(100_000))
        try conversation.deliver(try #require(conversation.client.step()), pieceBytes: 10_000)
        #expect(conversation.recorder.received == .pattern(100_000))
    }

    @Test func `the handshake does not wait for downstream's read`() throws {
        let conversation = try Conversation()
        #expect(conversation.socket.readCount == 1)
        try conversation.exchange(pieceBytes: 100)
        #expect(conversation.recorder.handshakes.count == 1)
        #expect(conversation.socket.readCount > 2)
    }

    @Test func `held bytes are delivered when the connection ends`() throws {
        let conversation = try makeConversation()
        conversation.client.write(ByteBuffer(string: "last words"))
        try conversation.deliver(try #require(conversation.client.step()))
        #expect(conversation.recorder.received.readableBytes == 0)
        conversation.channel.pipeline.fireChannelInactive()
        #expect(String(buffer: conversation.recorder.received) == "last words")
        #expect(conversation.recorder.seen.last == .inactive)
    }

    @Test func `the channel's writability is the application's`() throws {
        let conversation = try makeConversation()
        conversation.channel.isWritable = false
        #expect(!conversation.channel.isWritable)
        conversation.serve(ByteBuffer(string: "x"))
        #expect(try conversation.takeFromServer().readableBytes > 0)
    }
}
