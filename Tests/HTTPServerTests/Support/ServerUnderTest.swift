import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPServer

/// A server without TLS on a port of its own, stopped when the body returns.
func withServer(
    _ service: TestService,
    speaking httpProtocol: HTTPProtocol = .http1,
    port: Int = 0,
    limits: HTTPServerLimits = HTTPServerLimits(),
    observer: RecordingObserver = RecordingObserver(),
    _ body: (HTTPServer, SocketAddress) async throws -> Void
) async throws {
    let server = HTTPServer(
        configuration: .init(host: "127.0.0.1", port: port, limits: limits),
        group: MultiThreadedEventLoopGroup.singleton,
        security: .plaintext(httpProtocol),
        service: service,
        observer: observer,
        logger: Logger(label: "test")
    )
    let address = try await server.start()
    let result: Result<Void, any Error>
    do {
        try await body(server, address)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await server.shutdownGracefully(within: .seconds(5))
    try result.get()
}

/// A client that collects what it is sent, and reads only while it is told to.
final class SocketClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var received = ByteBuffer()
    private var waiting: (isEnough: (ByteBuffer) -> Bool, promise: EventLoopPromise<ByteBuffer>)?
    private let closed: EventLoopPromise<ByteBuffer>

    init(eventLoop: any EventLoop) {
        closed = eventLoop.makePromise()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        if let waiting, waiting.isEnough(received) {
            self.waiting = nil
            waiting.promise.succeed(received)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        waiting?.promise.fail(ChannelError.eof)
        closed.succeed(received)
    }

    /// Connects a client.
    static func connect(
        to address: SocketAddress,
        reads: Bool = true
    ) async throws -> (any Channel, NIOLoopBound<SocketClient>) {
        // The server may close so soon that the handler cannot be asked of the pipeline afterwards.
        let created = Mutex<NIOLoopBound<SocketClient>?>(nil)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = SocketClient(eventLoop: channel.eventLoop)
                    let bound = NIOLoopBound(client, eventLoop: channel.eventLoop)
                    created.withLock { $0 = bound }
                    try channel.pipeline.syncOperations.addHandler(client)
                }
            }
            .connect(to: address).get()
        return (channel, try #require(created.withLock { $0 }))
    }

    /// What has come once it is so many bytes.
    static func bytes(_ count: Int, of client: NIOLoopBound<SocketClient>) async throws -> String {
        try await wait(for: client) { $0.readableBytes >= count }
    }

    /// What has come once that is enough.
    @discardableResult
    static func wait(
        for client: NIOLoopBound<SocketClient>,
        until isEnough: @escaping @Sendable (ByteBuffer) -> Bool
    ) async throws -> String {
        let bytes = try await client.eventLoop.flatSubmit {
            let value = client.value
            if isEnough(value.received) { return client.eventLoop.makeSucceededFuture(value.received) }
            let promise = client.eventLoop.makePromise(of: ByteBuffer.self)
            value.waiting = (isEnough, promise)
            return promise.futureResult
        }.get()
        return String(buffer: bytes)
    }

    /// Everything until the server closed.
    static func rest(of client: NIOLoopBound<SocketClient>) async throws -> String {
        String(buffer: try await client.eventLoop.flatSubmit { client.value.closed.futureResult }.get())
    }
}
