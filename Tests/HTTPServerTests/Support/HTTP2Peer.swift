import NIOCore
import NIOEmbedded
import TestWire
import Testing

@testable import HTTPServer

/// A client on the other end of an embedded HTTP/2 connection.
///
/// It writes frames by hand, so it can break every rule.
final class HTTP2Peer {
    let channel = EmbeddedChannel()
    let handler: HTTP2ConnectionHandler
    let budget: BodyBudget
    let observer = RecordingObserver()
    private let decoder = HeaderDecoder()
    private var input = ByteBuffer()

    private var transcript = HTTP2Transcript()
    /// How often the server wrote.
    private(set) var writeCount = 0

    /// Connects; without `greets` the test sends preface and SETTINGS itself.
    init(
        _ service: TestService,
        limits: HTTPServerLimits = HTTPServerLimits(),
        settings: [(UInt16, UInt32)] = [],
        greets: Bool = true
    ) throws {
        budget = BodyBudget(maximumBytes: limits.maximumBufferedBytes)
        handler = try HTTP2ConnectionHandler(
            in: .forTests(service, limits: limits, budget: budget, observer: observer),
            allocator: channel.allocator
        )
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        guard greets else { return }
        try send(bytes: HTTP2Frame.preface + HTTP2Frame.settings(settings).bytes)
        // Acknowledged settings bind: the windows and the number of streams.
        try send(HTTP2Frame(.settings, flags: HTTP2Frame.acknowledgement))
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Sends the frames in one read cycle and takes what comes back.
    func send(_ frames: HTTP2Frame...) throws {
        try send(bytes: frames.flatMap(\.bytes))
    }

    func send(bytes: [UInt8]) throws {
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        channel.pipeline.fireChannelReadComplete()
        try receive()
    }

    func tick(_ count: Int) throws {
        for _ in 0..<count {
            handler.tick()
        }
        try receive()
    }

    /// Takes what the server wrote.
    func receive() throws {
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
            writeCount += 1
            input.writeBuffer(&bytes)
        }
        while let frame = HTTP2Frame(from: &input) {
            transcript.take(frame, decoder: decoder)
        }
    }

    var answers: [UInt32: HTTP2Transcript.Answer] { transcript.answers }
    var goAways: [(last: UInt32, code: UInt32)] { transcript.goAways }
    var pings: [HTTP2Frame] { transcript.pings }
    var pingAcknowledgements: Int { transcript.pingAcknowledgements.count }
    var serverSettings: [UInt16: UInt32] { transcript.settings }
    var windowIncrement: Int { transcript.windowIncrement }

    var isClosed: Bool { !channel.isActive }

    /// Says that it has read everything the server sent with its last PING.
    func acknowledgePing() throws {
        let ping = try #require(pings.last)
        try send(HTTP2Frame(.ping, flags: HTTP2Frame.acknowledgement, payload: ping.payload))
    }

    static func post(_ path: String, _ fields: [(String, String)] = []) -> [(String, String)] {
        [(":method", "POST"), (":scheme", "https"), (":authority", "h"), (":path", path)] + fields
    }

    static func get(_ path: String, _ fields: [(String, String)] = []) -> [(String, String)] {
        [(":method", "GET"), (":scheme", "https"), (":authority", "h"), (":path", path)] + fields
    }
}
