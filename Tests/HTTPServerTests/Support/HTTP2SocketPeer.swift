import NIOCore
import NIOPosix
import Synchronization
import TestWire
import Testing

@testable import HTTPServer

/// A client on the other end of a socket that speaks HTTP/2 in frames of its own making.
final class HTTP2SocketPeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long it waits for what does not come; a test that passes never waits so long.
    private static let patience = TimeAmount.seconds(30)

    private let decoder = HeaderDecoder()
    private var input = ByteBuffer()
    private var transcript = HTTP2Transcript()
    private var waiting: (isEnough: @Sendable (HTTP2Transcript) -> Bool, promise: EventLoopPromise<HTTP2Transcript>)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        input.writeBuffer(&bytes)
        while let frame = HTTP2Frame(from: &input) {
            transcript.take(frame, decoder: decoder)
        }
        look()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        transcript.isClosed = true
        look()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The server closed while this client was still sending.
        context.close(promise: nil)
    }

    private func look() {
        guard let waiting, transcript.isClosed || waiting.isEnough(transcript) else { return }
        giveUp()
    }

    private func giveUp() {
        waiting?.promise.succeed(transcript)
        waiting = nil
    }

    /// What the server has said once that is enough, or once it has closed, or after ``patience``.
    fileprivate func wait(
        until isEnough: @escaping @Sendable (HTTP2Transcript) -> Bool,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<HTTP2Transcript> {
        let promise = eventLoop.makePromise(of: HTTP2Transcript.self)
        waiting = (isEnough, promise)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(in: Self.patience) { bound.value.giveUp() }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        look()
        return promise.futureResult
    }
}

/// The socket of a ``HTTP2SocketPeer``.
struct HTTP2Socket: Sendable {
    private let channel: any Channel
    private let peer: NIOLoopBound<HTTP2SocketPeer>

    /// Connects, and says nothing yet.
    static func connect(to address: SocketAddress) async throws -> HTTP2Socket {
        let created = Mutex<NIOLoopBound<HTTP2SocketPeer>?>(nil)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = HTTP2SocketPeer()
                    let bound = NIOLoopBound(peer, eventLoop: channel.eventLoop)
                    created.withLock { $0 = bound }
                    try channel.pipeline.syncOperations.addHandler(peer)
                }
            }
            .connect(to: address).get()
        return HTTP2Socket(channel: channel, peer: try #require(created.withLock { $0 }))
    }

    /// Exchanges prefaces and SETTINGS.
    func greet(settings: [(UInt16, UInt32)] = []) async throws {
        await send(HTTP2Frame.preface + HTTP2Frame.settings(settings).bytes)
        _ = try await wait { $0.settingsAcknowledgements > 0 }
        await send(HTTP2Frame(.settings, flags: HTTP2Frame.acknowledgement).bytes)
    }

    /// Sends as much as the server takes: it may close first.
    func send(_ bytes: [UInt8]) async {
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// What the server has said once that is enough, or at the latest when it has closed.
    @discardableResult
    func wait(until isEnough: @escaping @Sendable (HTTP2Transcript) -> Bool) async throws -> HTTP2Transcript {
        try await channel.eventLoop.flatSubmit {
            peer.value.wait(until: isEnough, on: peer.eventLoop)
        }.get()
    }

    func close() async {
        try? await channel.close()
    }
}
