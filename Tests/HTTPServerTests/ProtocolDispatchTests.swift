import Logging
import NIOCore
import NIOEmbedded
import TLS
import Testing

@testable import HTTPServer

@Suite struct `Choice of the protocol` {
    private func channel(after applicationProtocol: String?) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let limits = HTTPServerLimits()
        let installer = ProtocolInstaller(
            service: TestService(),
            limits: limits,
            budget: BodyBudget(maximumBytes: limits.maximumBufferedBytes),
            logger: Logger(label: "test"),
            registry: ConnectionRegistry(eventLoop: channel.eventLoop)
        )
        try channel.pipeline.syncOperations.addHandler(ProtocolDispatchHandler(installer: installer))
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
        let limits = HTTPServerLimits()
        let installer = ProtocolInstaller(
            service: TestService(),
            limits: limits,
            budget: BodyBudget(maximumBytes: 0),
            logger: Logger(label: "test"),
            registry: ConnectionRegistry(eventLoop: channel.eventLoop)
        )
        try channel.pipeline.syncOperations.addHandler(ProtocolDispatchHandler(installer: installer))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.pipeline.fireErrorCaught(Failure())
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
