internal import NIOCore
internal import NIOEmbedded

@testable internal import HTTPServer

/// A connection to the server's own handlers, without a socket.
final class Connection {
    private let channel = EmbeddedChannel()
    private let handler: any ServedConnection
    private let budget: BodyBudget
    private let observer = FuzzObserver()
    private(set) var output: [UInt8] = []

    init(_ httpProtocol: HTTPProtocol, _ service: any HTTPService) {
        let limits = HTTPServerLimits.small
        budget = BodyBudget(maximumBytes: limits.maximumBufferedBytes)
        let surroundings = ConnectionSurroundings(
            service: service,
            limits: limits,
            budget: budget,
            observer: observer
        )
        do {
            let pipeline = channel.pipeline.syncOperations
            switch httpProtocol {
            case .http1: handler = try HTTP1ConnectionHandler.add(to: pipeline, in: surroundings)
            case .http2:
                let http2 = try HTTP2ConnectionHandler(in: surroundings, allocator: channel.allocator)
                try pipeline.addHandler(http2)
                handler = http2
            }
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        } catch {
            fatalError("no connection: \(error)")
        }
    }

    /// More requests came one behind the other than may wait.
    var wasCut: Bool { observer.hasCut }

    /// One read from the socket, and what comes of it in that turn of the event loop.
    func send(_ bytes: some Collection<UInt8>) {
        guard channel.isActive else { return }
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
        receive()
        require(budget.bytes <= HTTPServerLimits.small.maximumBufferedBytes, "\(budget.bytes) bytes are held")
    }

    func tick() {
        guard channel.isActive else { return }
        handler.tick()
        channel.embeddedEventLoop.run()
        receive()
    }

    private func receive() {
        while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { output += Array(bytes.readableBytesView) }
    }

    /// Ends the connection, after which nothing of it may be held.
    func close() {
        _ = try? channel.finish(acceptAlreadyClosed: true)
        receive()
        require(budget.bytes == 0, "\(budget.bytes) bytes are held for a connection that has ended")
    }
}
