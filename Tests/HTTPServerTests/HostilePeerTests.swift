import Glibc
import Logging
import NIOCore
import NIOPosix
import TLS
import Testing

@testable import HTTPServer

/// What a client with a few megabytes and some hundred sockets can do to the real server.
@Suite(.timeLimit(.minutes(2)), .serialized) struct `Hostile peers` {
    /// Bytes of the process that are in memory.
    private static func residentBytes() throws -> Int {
        let text = String(decoding: File.bytes("/proc/self/statm"), as: UTF8.self)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4096
    }

    private static func greeting() -> [UInt8] {
        HTTP2Peer.preface + HTTP2Frame.settings().bytes
    }

    @Test func `heads without bodies are not held`() async throws {
        try await withServer(TestService(), speaking: .http2) { _, address in
            let before = try Self.residentBytes()
            // A field of 4 KiB is sent once; four bytes then stand for four of it, in each of 250 heads.
            var bytes = Self.greeting()
            bytes += HTTP2Frame.indexedHeaders(1, "x", String(repeating: "x", count: 3900), times: 0).bytes
            for index in 1..<250 {
                var frame = HTTP2Frame.indexedHeaders(UInt32(1 + 2 * index), times: 3)
                frame.flags = HTTP2Frame.endHeaders
                bytes += frame.bytes
            }
            var channels: [any Channel] = []
            for _ in 0..<140 {
                let (channel, client) = try await SocketClient.connect(to: address)
                try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
                _ = try await SocketClient.bytes(60, of: client)
                channels.append(channel)
            }
            // It was 550 MB.
            #expect(try Self.residentBytes() - before < 150 << 20)
            for channel in channels { try? await channel.close() }
        }
    }

    @Test func `silent connections make room for whoever comes`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 64
        limits.headerTimeout = .seconds(60)
        let observer = RecordingObserver()
        try await withServer(TestService(), limits: limits, observer: observer) { server, address in
            var silent: [any Channel] = []
            for _ in 0..<80 { silent.append(try await SocketClient.connect(to: address).0) }
            while server.connectionCount < 80 { try await Task.sleep(for: .milliseconds(10)) }
            try await Task.sleep(for: .seconds(3))
            for _ in 0..<8 {
                let (channel, client) = try await SocketClient.connect(to: address)
                try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
                let answer = echoed("GET /a 0")
                #expect(try await SocketClient.bytes(answer.utf8.count, of: client) == answer)
                try await channel.close()
            }
            #expect(observer.events.filter { $0 == "ended yielded" }.count >= 1)
            for channel in silent { try? await channel.close() }
        }
    }

    @Test func `a connection too many is told so, and has two seconds to hear it`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 4
        limits.headerTimeout = .seconds(60)
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: HTTPResponse.self)
        let service = TestService { _, _ in .later(promise.futureResult) }
        try await withServer(service, limits: limits) { server, address in
            var busy: [any Channel] = []
            for number in 1...4 {
                let (channel, _) = try await SocketClient.connect(to: address)
                try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
                while service.requests.count < number { await Task.yield() }
                busy.append(channel)
            }
            let start = ContinuousClock.now
            let (_, surplus) = try await SocketClient.connect(to: address)
            #expect(try await SocketClient.rest(of: surplus) == "")
            #expect((.seconds(1)...(.seconds(10))).contains(ContinuousClock.now - start))
            promise.succeed(TestService.text("late"))
            for channel in busy { try await channel.close() }
        }
    }

    @Test func `200,000 frames that are ignored are not borne`() async throws {
        for frame in [
            HTTP2Frame(kind: 0xF0, stream: 0), HTTP2Frame(kind: 0x0A, stream: 0, payload: [0, 1, 0x61]),
            HTTP2Frame.data(1, "x"), HTTP2Frame.headers(1, HTTP2Peer.get("/a")),
        ] {
            let observer = RecordingObserver()
            try await withServer(TestService(), speaking: .http2, observer: observer) { _, address in
                let (channel, client) = try await SocketClient.connect(to: address)
                let head = Self.greeting() + HTTP2Frame.headers(1, HTTP2Peer.get("/a")).bytes
                try await channel.writeAndFlush(ByteBuffer(bytes: head))
                let flood = ByteBuffer(bytes: [[UInt8]](repeating: frame.bytes, count: 2000).flatMap(\.self))
                // The server closes in the midst of it.
                for _ in 0..<100 where channel.isActive { try? await channel.writeAndFlush(flood) }
                // It ends only if the server ends it; a stream that nghttp2 has forgotten already is its own reason to.
                _ = try await SocketClient.rest(of: client)
                #expect(frame.stream != 0 || observer.events.contains("ended frames"), "\(frame)")
            }
        }
    }
}

/// A file of the kernel's.
private enum File {
    static func bytes(_ path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 4096)
        // The bytes are written during the call.
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return Array(chunk.prefix(max(0, count)))
    }
}
