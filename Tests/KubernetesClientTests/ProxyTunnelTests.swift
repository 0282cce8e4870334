import NIOCore
import NIOEmbedded
import Testing

@testable import KubernetesClient

@Suite struct `A tunnel by a proxy` {
    /// Notes what comes behind the tunnel.
    private final class Behind: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var isActive = false
        var text = ""
        var error: String?

        func channelActive(context: ChannelHandlerContext) { isActive = true }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { self.error = "\(error)" }
    }

    private let channel = EmbeddedChannel()
    private let behind = Behind()

    init() throws {
        let server = try #require(ServerAddress("https://[fd00::1]:6443"))
        let proxy = try #require(ServerAddress("http://p:3128"))
        try channel.pipeline.syncOperations.addHandlers(
            [ProxyTunnel(to: server, by: proxy, timeout: .seconds(5)), behind]
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 3128)).wait()
    }

    private func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    @Test func `is asked for, and only then is there a connection`() throws {
        let sent = try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
        #expect(sent == "CONNECT [fd00::1]:6443 HTTP/1.1\r\nHost: [fd00::1]:6443\r\n\r\n")
        let answer = "HTTP/1.1 200 Connection established\r\nVia: p\r\n\r\n"
        for byte in answer.utf8.dropLast() { try receive(String(decoding: [byte], as: UTF8.self)) }
        #expect(!behind.isActive)
        try receive("\nfirst")
        #expect(behind.isActive && behind.text == "first")
        try receive(" second")
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(behind.text == "first second" && behind.error == nil && channel.isActive)
    }

    @Test(arguments: [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "with 407"), ("SSH-2.0-x\r\n\r\n", "something else"),
        ("HTTP/1.1 2000 x\r\n\r\n", "something else"), ("HTTP/1.1 \u{660}200\r\n\r\n", "something else"),
        (String(repeating: "x", count: 20_000), "something else"),
    ])
    func `that is refused is a failure, and nothing is sent`(answer: String, reason: String) throws {
        _ = try channel.readOutbound(as: ByteBuffer.self)
        try receive(answer)
        #expect(behind.error?.contains(reason) == true && behind.error?.contains("http://p:3128") == true)
        #expect(!behind.isActive && !channel.isActive)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `that nobody answers about is given up`() throws {
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(behind.error?.contains("within 5 s") == true && !channel.isActive)
    }
}
