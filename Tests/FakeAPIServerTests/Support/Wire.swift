import FakeAPIServer
import Foundation
import NIOCore
import NIOPosix
import Testing

/// A connection that shows the server's bytes as they are.
struct Wire {
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var text = ""
    private(set) var isClosed = false

    /// Connects for the time of `body`.
    static func open<Result>(
        to server: FakeAPIServer,
        _ body: (inout Wire) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&wire)
        }
    }

    func send(_ method: String, _ target: String, body: String = "", headers: [String] = []) async throws {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: api", "Content-Length: \(body.utf8.count)"] + headers
        try await outbound.write(ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n" + body))
    }

    /// Reads until `text` holds `end`, or to the end of the stream when there is none.
    mutating func read(until end: String? = nil) async throws -> String {
        while end.map({ !text.contains($0) }) ?? true {
            guard let bytes = try await inbound.next(isolation: #isolation) else {
                isClosed = true
                break
            }
            text += String(buffer: bytes)
        }
        return text
    }

    /// Forgets what was read.
    mutating func clear() { text = "" }

    /// One whole answer, as code and decoded body.
    mutating func ask(
        _ method: String,
        _ target: String,
        body: String = "",
        headers: [String] = []
    ) async throws -> Reply {
        clear()
        try await send(method, target, body: body, headers: headers)
        let head = try await read(until: "\r\n\r\n")
        let code = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        guard let length = head.firstMatch(of: #/Content-Length: (\d+)/#).flatMap({ Int($0.1) }) else {
            let body = Self.body(of: try await read(until: "\r\n0\r\n\r\n"))
            return Reply(code: code, text: Self.joinChunks(body))
        }
        while Self.body(of: text).utf8.count < length {
            text += String(buffer: try #require(try await inbound.next(isolation: #isolation)))
        }
        return Reply(code: code, text: String(Self.body(of: text)))
    }

    /// What follows the head.
    static func body(of message: String) -> Substring {
        message.firstRange(of: "\r\n\r\n").map { message[$0.upperBound...] } ?? ""
    }

    private static func joinChunks(_ body: Substring) -> String {
        var rest = body
        var result = ""
        while let end = rest.firstRange(of: "\r\n"), let count = Int(rest[..<end.lowerBound], radix: 16), count > 0 {
            let bytes = rest[end.upperBound...].utf8
            result += String(decoding: bytes.prefix(count), as: UTF8.self)
            rest = Substring(bytes.dropFirst(count + 2))
        }
        return result
    }
}

struct Reply {
    var code: Int
    var text: String

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    var metadata: [String: Any] { json["metadata"] as? [String: Any] ?? [:] }

    var names: [String] {
        (json["items"] as? [[String: Any]] ?? []).compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String }
    }
}
