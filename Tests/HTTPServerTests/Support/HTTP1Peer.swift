import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// A client on the other end of an embedded HTTP/1 connection.
final class HTTP1Peer {
    let channel = EmbeddedChannel()
    let handler: HTTP1ConnectionHandler
    let reads = ReadRecorder()
    let observer = RecordingObserver()
    let budget: BodyBudget

    init(_ service: TestService, limits: HTTPServerLimits = HTTPServerLimits()) throws {
        budget = BodyBudget(maximumBytes: limits.maximumBufferedBytes)
        try channel.pipeline.syncOperations.addHandler(reads)
        handler = try HTTP1ConnectionHandler.add(
            to: channel.pipeline.syncOperations,
            in: .forTests(service, limits: limits, budget: budget, observer: observer)
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Sends one read cycle.
    func send(_ text: String) {
        send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) {
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
    }

    func sendBytewise(_ text: String) {
        for byte in text.utf8 {
            send(ByteBuffer(bytes: [byte]))
        }
    }

    func tick(_ count: Int) {
        for _ in 0..<count {
            handler.tick()
        }
    }

    /// The writes since the last call, one text each.
    func writes() throws -> [String] {
        var texts: [String] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            texts.append(String(buffer: bytes))
        }
        return texts.filter { !$0.isEmpty }
    }

    /// Everything since the last call.
    func received() throws -> String {
        try writes().joined()
    }

    var isClosed: Bool { !channel.isActive }
}

/// The answer of ``TestService/echo(_:)`` on a kept connection.
func echoed(_ text: String) -> String {
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
}

func post(_ path: String, body: String, fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

func get(_ path: String, fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
}
