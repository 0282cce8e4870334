package import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
package import TLS

/// A collector of OTLP/HTTP on this machine, which keeps what it is sent and does to its clients what a test wants.
package final class FakeCollector: Sendable {
    /// What a request gets.
    package enum Behaviour: Sendable {
        case answer(Int, headers: [(String, String)] = [], body: String = "{}")
        /// Nothing, and the connection stays open.
        case silence
        /// The connection ends.
        case hangUp

        package static let success = Behaviour.answer(200)
    }

    /// A request as it came.
    package struct Received: Sendable {
        package var uri: String
        package var contentType: String?
        package var body: Data
    }

    private struct State {
        var script: [Behaviour] = []
        var afterwards = Behaviour.success
        var received: [Received] = []
    }

    private let state = Mutex(State())
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel

    private let isTLS: Bool

    /// Listens on a port of its own, over TLS where there is something to show.
    package init(tls: TLSServerContext? = nil) async throws {
        isTLS = tls != nil
        let handlers = Mutex<[@Sendable (any Channel) throws -> Void]>([])
        channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(TLSHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    for handler in handlers.withLock({ $0 }) { try handler(channel) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        handlers.withLock { handlers in
            handlers.append { [unowned self] channel in
                try channel.pipeline.syncOperations.addHandler(RequestHandler(self))
            }
        }
    }

    package var port: Int { channel.localAddress?.port ?? 0 }

    package var endpoint: String { "\(isTLS ? "https" : "http")://127.0.0.1:\(port)" }

    /// The requests so far.
    package var received: [Received] { state.withLock { $0.received } }

    /// What the next requests get, one each, and what all others get.
    package func script(_ behaviours: Behaviour..., afterwards: Behaviour = .success) {
        state.withLock { ($0.script, $0.afterwards) = (behaviours, afterwards) }
    }

    package func close() async throws {
        try await channel.close().get()
        try await group.shutdownGracefully()
    }

    fileprivate func take(_ request: Received) -> Behaviour {
        state.withLock { state in
            state.received.append(request)
            return state.script.isEmpty ? state.afterwards : state.script.removeFirst()
        }
    }

    // MARK: Spans

    /// A span as it came: the members of its JSON.
    package struct Span {
        package var json: [String: Any]

        package subscript(_ member: String) -> String { json[member].map { "\($0)" } ?? "" }

        /// Its attributes by their keys, each as its one member's value.
        package var attributes: [String: String] {
            let pairs = (json["attributes"] as? [[String: Any]] ?? []).map { attribute in
                let value = attribute["value"] as? [String: Any] ?? [:]
                return (attribute["key"] as? String ?? "", value.values.first.map { "\($0)" } ?? "")
            }
            return Dictionary(pairs) { one, _ in one }
        }
    }

    /// All spans so far, in the order they came.
    package var spans: [Span] {
        received.flatMap { request in
            let json = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]
            return (json?["resourceSpans"] as? [[String: Any]] ?? [])
                .flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
                .flatMap { $0["spans"] as? [[String: Any]] ?? [] }.map(Span.init)
        }
    }
}

private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let collector: FakeCollector
    private var head: HTTPRequestHead?
    private var body = Data()

    init(_ collector: FakeCollector) { self.collector = collector }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, Data())
        case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let head else { return }
            let request = FakeCollector.Received(
                uri: head.uri,
                contentType: head.headers.first(name: "content-type"),
                body: body
            )
            perform(collector.take(request), context)
        }
    }

    private func perform(_ behaviour: FakeCollector.Behaviour, _ context: ChannelHandlerContext) {
        switch behaviour {
        case .silence: break
        case .hangUp: context.close(promise: nil)
        case .answer(let code, let fields, let text):
            var headers = HTTPHeaders(fields)
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: String(text.utf8.count))
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: code), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
