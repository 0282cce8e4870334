import FakeAPIServer
import NIOCore
import NIOPosix
import SelfManagedCertificates
import TLS
import TestPatience
import Testing

/// A client that connects all the time, as API servers do: with the bundle of this moment, and with the one of the settle
/// time ago.
@Suite(.limit(minutes: 5)) struct `A client that connects all the time` {
    private let clock = VirtualClock()

    /// Listens with whatever the replica serves at the moment a connection comes.
    private func listen(_ replica: Replica) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let context = replica.context else { throw ChannelError.eof }
                    try channel.pipeline.syncOperations.addHandler(TLSHandler(context: context))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    /// Connects, trusting `bundle` alone, and closes when the handshake is done.
    private func connect(to server: any Channel, trusting bundle: String) async throws {
        let context = try TLSClientContext.make(
            configuration: .init(trust: .authoritiesPEM(bundle), verificationTime: clock.time)
        )
        let address = try #require(server.localAddress)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let done = eventLoop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(TLSHandler(context: context, serverName: "judge.hooks.svc"))
                    try pipeline.addHandler(HandshakeWaiter(done))
                }
            }
            .connect(to: address).get()
        try await done.futureResult.get()
        try? await channel.close()
    }

    @Test func `is never refused while authorities and certificates come and go`() async throws {
        try await FakeAPIServer.forCertificates(clock) { server in
            try await Replica.run(2, on: server, clock) { replicas in
                try await server.move(clock, replicas) { replicas.allSatisfy(\.isReady) }
                var listeners: [any Channel] = []
                for replica in replicas { listeners.append(try await listen(replica)) }
                let seen = try await connectAllTheTime(server, replicas, listeners)
                #expect(seen.fingerprints.count >= 6)
                #expect(seen.mostTrusted == 2)
                // Two authorities came after the first, whose time was over before the end.
                #expect(replicas.flatMap(\.lines).filter { $0 == "wrote promote" }.count >= 2)
                for listener in listeners { try await listener.close() }
            }
        }
    }

    private struct Seen {
        var fingerprints: Set<String> = []
        var mostTrusted = 0
    }

    /// Two and a half times until an authority is renewed, in steps of half the settle time.
    private func connectAllTheTime(
        _ server: FakeAPIServer,
        _ replicas: [Replica],
        _ listeners: [any Channel]
    ) async throws -> Seen {
        var seen = Seen()
        var bundles = [try await server.bundles()[0]]
        let (step, settle) = (Int64(60), Replica.timing.settleMilliseconds / 1000)
        for _ in 0..<(15_000 / step) {
            let before = try await server.observations.requestCount
            clock.advance(seconds: step)
            for replica in replicas { replica.keeper.wake() }
            let lagging = bundles[max(0, bundles.count - Int(settle / step))]
            repeat {
                for listener in listeners {
                    let current = try await server.bundles()[0]
                    try await connect(to: listener, trusting: current)
                    try await connect(to: listener, trusting: lagging)
                }
                // Time goes on when somebody has looked.
            } while try await server.observations.requestCount == before
            bundles.append(try await server.bundles()[0])
            seen.fingerprints.formUnion(replicas.compactMap(\.fingerprint))
            seen.mostTrusted = max(seen.mostTrusted, try await server.trustedCount())
        }
        return seen
    }
}

/// Tells how a handshake ends.
private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) {
        self.done = done
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSHandshakeEvent.completed = event { done.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(ChannelError.eof)
    }
}
