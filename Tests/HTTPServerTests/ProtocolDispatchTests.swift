import Logging
import NIOCore
import NIOEmbedded
import TLS
import TestWire
import Testing

@testable import HTTPServer

@Suite struct `Choice of the protocol` {
    private let observer = RecordingObserver()

    private func add(to channel: EmbeddedChannel) throws {
        let installer = ProtocolInstaller(
            surroundings: .forTests(TestService(), observer: observer),
            registry: ConnectionRegistry(eventLoop: channel.eventLoop)
        )
        let handler = ProtocolDispatchHandler(installer: installer, log: HandshakeLog(logger: Logger(label: "test")))
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func channel(after applicationProtocol: String?) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try add(to: channel)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.pipeline.fireUserInboundEventTriggered(
            TLSHandshakeEvent.completed(negotiatedProtocol: applicationProtocol, version: .tls13, cipher: "any")
        )
        return channel
    }

    @Test func `h2 is HTTP/2, whose settings go out at once`() throws {
        let channel = try channel(after: "h2")
        var bytes = try #require(try channel.readOutbound(as: ByteBuffer.self))
        let frame = try #require(HTTP2Frame(from: &bytes))
        #expect(frame.is(.settings))
        #expect(throws: ChannelPipelineError.self) {
            try channel.pipeline.syncOperations.handler(type: ProtocolDispatchHandler.self)
        }
        _ = try channel.finish()
    }

    @Test(arguments: ["http/1.1", nil])
    func `everything else is HTTP/1.1, and plaintext may follow in the same breath`(name: String?) throws {
        let channel = try channel(after: name)
        channel.pipeline.fireChannelRead(ByteBuffer(string: get("/a")))
        channel.pipeline.fireChannelReadComplete()
        let bytes = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: bytes) == echoed("GET /a 0"))
        _ = try channel.finish()
    }

    @Test func `a failed handshake closes the connection`() throws {
        struct Failure: Error {}
        let channel = EmbeddedChannel()
        try add(to: channel)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.pipeline.fireErrorCaught(Failure())
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test(arguments: [HandshakeFailure.plainHTTP, .timedOut])
    func `a failed handshake is counted by its reason`(failure: HandshakeFailure) throws {
        let channel = EmbeddedChannel()
        try add(to: channel)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.pipeline.fireErrorCaught(TLSError.handshake(reason: failure))
        let timeouts = failure == .timedOut ? ["timed out handshake"] : []
        #expect(observer.events == ["handshake \(failure.label)"] + timeouts)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `a connection is counted while it is open`() throws {
        let channel = try channel(after: "h2")
        #expect(observer.events == ["opened h2"])
        _ = try channel.finish()
        #expect(observer.events == ["opened h2", "closed h2"])
    }
}
