import Logging
import NIOCore
import NIOPosix
import TLS
import TestPatience
import TestWire
import Testing

@testable import HTTPServer

/// What a client with a few megabytes and some hundred sockets can do to the real server.
@Suite(.limit(minutes: 2), .serialized) struct `Hostile peers` {
    private static func greeting() -> [UInt8] {
        HTTP2Frame.preface + HTTP2Frame.settings().bytes
    }

    @Test func `silent connections make room for whoever comes`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 64
        // None leaves by itself before the test has ended.
        limits.headerTimeout = .hours(1)
        let observer = RecordingObserver()
        try await withServer(TestService(), limits: limits, observer: observer) { server, address in
            var silent: [any Channel] = []
            for _ in 0..<64 { silent.append(try await SocketClient.connect(to: address).0) }
            while server.connectionCount < 64 { try await Task.sleep(for: .milliseconds(10)) }
            for _ in 0..<8 { try await Self.isServed(at: address) }
            #expect(observer.events.contains("ended yielded"))
            for channel in silent { try? await channel.close() }
        }
    }

    /// Connects and asks until it is answered by the service, and not that it is one too many.
    private static func isServed(at address: SocketAddress) async throws {
        while true {
            let (channel, client) = try await SocketClient.connect(to: address)
            try? await channel.writeAndFlush(ByteBuffer(string: get("/a", fields: "Connection: close\r\n")))
            if try await SocketClient.rest(of: client).hasPrefix("HTTP/1.1 200 ") { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test func `a connection too many is told so, and has two seconds to hear it`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 4
        limits.headerTimeout = .hours(1)
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: HTTPResponse.self)
        let service = TestService { _, _ in .later(promise.futureResult) }
        try await withServer(service, limits: limits) { server, address in
            var busy: [any Channel] = []
            for number in 1...4 {
                let (channel, _) = try await SocketClient.connect(to: address)
                try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
                while service.requests.count < number { try await Task.sleep(for: .milliseconds(10)) }
                busy.append(channel)
            }
            let start = ContinuousClock.now
            let (_, surplus) = try await SocketClient.connect(to: address)
            #expect(try await SocketClient.rest(of: surplus) == "")
            #expect(ContinuousClock.now - start >= .seconds(1))
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
