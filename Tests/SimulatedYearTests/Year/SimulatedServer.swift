import NIOCore
import NIOEmbedded
import NIOHTTP1
import TLS

@testable import KubernetesClient

/// The other end of a client's connections: says 401 to whoever is not valid any more.
// Unchecked: it belongs to the thread that lives through the year.
final class SimulatedServer: @unchecked Sendable {
    private let loop: EmbeddedEventLoop
    private let hasCertificates: Bool
    private var channels: [EmbeddedChannel] = []
    private var ends: [Int: Int64] = [:]
    var milliseconds: Int64 = 0
    var isCut = false
    private(set) var hasSeenTokenInTheClear = false

    init(_ loop: EmbeddedEventLoop, hasCertificates: Bool) {
        (self.loop, self.hasCertificates) = (loop, hasCertificates)
    }

    var openCount: Int {
        channels.removeAll { !$0.isActive }
        return channels.count
    }

    func accept(_ credential: Int, until end: Int64) { ends[credential] = end }

    /// As when the client's process has ended.
    func closeAll() {
        for channel in channels where channel.isActive { channel.close(promise: nil) }
        loop.run()
    }

    func dial(_ connection: APIConnection) -> EventLoopFuture<Void> {
        if isCut { return loop.makeFailedFuture(ChannelError.connectTimeout(.seconds(5))) }
        let channel = EmbeddedChannel(loop: loop)
        let end = ServerEnd(self, connection.credential.endpoint)
        do {
            try channel.pipeline.syncOperations.addHandler(end)
            try channel.pipeline.syncOperations.addHandler(connection)
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 443)
            channels.append(channel)
            // A handshake takes a moment.
            loop.assumeIsolated().scheduleTask(in: .milliseconds(5)) {
                channel.connect(to: address, promise: nil)
                let event = TLSHandshakeEvent.completed(
                    negotiatedProtocol: nil,
                    version: .tls13,
                    cipher: "TLS_AES_128_GCM_SHA256"
                )
                channel.pipeline.fireUserInboundEventTriggered(event)
            }
        } catch {
            return loop.makeFailedFuture(error)
        }
        return loop.makeSucceededVoidFuture()
    }

    fileprivate func sees(_ head: HTTPRequestHead, _ endpoint: Endpoint) -> Bool {
        let authorization = head.headers.first(name: "authorization")
        if !endpoint.server.isTLS, authorization != nil { hasSeenTokenInTheClear = true }
        let now = Int64(loop.now.uptimeNanoseconds / 1_000_000)
        return ends.contains { number, end in
            guard now < end else { return false }
            guard hasCertificates else { return authorization == "Bearer \(SimulatedFiles.token(number))" }
            // Of credentials with the same bytes one alone is valid.
            return endpoint.identity == SimulatedFiles.identities[number % SimulatedFiles.identities.count]
        }
    }

    fileprivate func later(_ body: @escaping () -> Void) {
        loop.assumeIsolated().scheduleTask(in: .milliseconds(20), body)
    }
}

/// Takes what a connection sends, in place of a socket.
private final class ServerEnd: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart

    private let server: SimulatedServer
    private let endpoint: Endpoint
    private var isAccepted = false

    init(_ server: SimulatedServer, _ endpoint: Endpoint) {
        (self.server, self.endpoint) = (server, endpoint)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.succeed()
        switch unwrapOutboundIn(data) {
        case .head(let head): isAccepted = server.sees(head, endpoint)
        case .body: break
        case .end:
            let status: HTTPResponseStatus = isAccepted ? .ok : .unauthorized
            let pipeline = context.pipeline
            server.later { Self.answer(status, pipeline) }
        }
    }

    private static func answer(_ status: HTTPResponseStatus, _ pipeline: ChannelPipeline) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["content-length": "2"])
        let operations = pipeline.syncOperations
        operations.fireChannelRead(NIOAny(HTTPClientResponsePart.head(head)))
        operations.fireChannelRead(NIOAny(HTTPClientResponsePart.body(ByteBuffer(string: "{}"))))
        operations.fireChannelRead(NIOAny(HTTPClientResponsePart.end(nil)))
    }
}
