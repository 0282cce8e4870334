import Logging
import NIOCore
import NIOPosix
import TestPatience
import TestWire
import Testing

@testable import HTTPServer

@Suite(.limit(minutes: 1)) struct `HTTP server on a socket` {
    @Test func `answers requests and keeps the connection`() async throws {
        try await withServer(TestService()) { server, address in
            #expect(address.port ?? 0 > 0)
            let (channel, client) = try await SocketClient.connect(to: address)
            for number in 1...3 {
                try await channel.writeAndFlush(ByteBuffer(string: post("/a", body: "hello")))
                let answer = echoed("POST /a 5")
                let received = try await SocketClient.bytes(number * answer.utf8.count, of: client)
                #expect(received == String(repeating: answer, count: number))
            }
            #expect(server.connectionCount == 1)
            try await channel.close()
        }
    }

    @Test func `sends the refusal of an upload to a client that is still sending`() async throws {
        try await withServer(TestService()) { _, address in
            let (channel, client) = try await SocketClient.connect(to: address)
            try await channel.writeAndFlush(
                ByteBuffer(string: "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 99000000\r\n\r\n")
            )
            // The server may have answered and closed before all of it is written.
            try? await channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: 500_000))
            let answer = try await SocketClient.bytes(20, of: client)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            // The server may have closed first.
            try? await channel.close()
        }
    }

    @Test func `names the port that is in use and what to do`() async throws {
        try await withServer(TestService()) { _, address in
            let port = try #require(address.port)
            await #expect {
                try await withServer(TestService(), port: port) { _, _ in }
            } throws: { error in
                "\(error)"
                    == """
                    cannot listen on 127.0.0.1 port \(port): the port is in use; stop the process that listens on it \
                    (`ss -ltnp` names it) or choose another port
                    """
            }
        }
    }

    @Test func `tells connections over the limit to try again, and closes more than a quarter over it`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 4
        let observer = RecordingObserver()
        let (service, promise) = Self.waitingService()
        try await withServer(service, limits: limits, observer: observer) { _, address in
            var served: [any Channel] = []
            for number in 1...4 { served.append(try await Self.connectWaiting(number, to: service, at: address).0) }
            // One too many is told so, unless its two seconds were over before its request came.
            var answer = ""
            while answer.isEmpty {
                let (channel, client) = try await SocketClient.connect(to: address)
                try? await channel.writeAndFlush(ByteBuffer(string: get("/a")))
                answer = try await SocketClient.rest(of: client)
            }
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(observer.events.contains("refused 503"))
            while !observer.events.contains("refused connection") {
                let (surplus, _) = try await SocketClient.connect(to: address)
                let (_, refused) = try await SocketClient.connect(to: address)
                #expect(try await SocketClient.rest(of: refused) == "")
                try? await surplus.close()
            }
            promise.succeed(TestService.text("late"))
            for channel in served { try await channel.close() }
        }
    }

    @Test func `gives a closed connection's place to the next`() async throws {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 1
        let (service, promise) = Self.waitingService()
        try await withServer(service, limits: limits) { server, address in
            let (first, firstClient) = try await Self.connectWaiting(1, to: service, at: address)
            let (_, second) = try await SocketClient.connect(to: address)
            #expect(try await SocketClient.rest(of: second) == "")
            #expect(server.connectionCount == 1)
            promise.succeed(TestService.text("late"))
            #expect(try await SocketClient.bytes(echoed("late").utf8.count, of: firstClient) == echoed("late"))
            try await first.close()
            while server.connectionCount > 0 { await Task.yield() }
            let (third, thirdClient) = try await SocketClient.connect(to: address)
            try await third.writeAndFlush(ByteBuffer(string: get("/b")))
            #expect(try await SocketClient.bytes(echoed("late").utf8.count, of: thirdClient) == echoed("late"))
            try await third.close()
        }
    }

    /// A service whose answers all come when the promise is kept: until then its connections yield to no other.
    private static func waitingService() -> (TestService, KeptPromise) {
        let promise = KeptPromise()
        return (TestService { _, _ in .later(promise.answer) }, promise)
    }

    /// A promise that a test which fails may leave.
    private final class KeptPromise: Sendable {
        private let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: HTTPResponse.self)

        var answer: EventLoopFuture<HTTPResponse> { promise.futureResult }

        func succeed(_ response: HTTPResponse) { promise.succeed(response) }

        deinit { promise.fail(ChannelError.eof) }
    }

    private static func plainServer(_ service: TestService) -> HTTPServer {
        HTTPServer(
            configuration: .init(host: "127.0.0.1", port: 0),
            group: MultiThreadedEventLoopGroup.singleton,
            security: .plaintext(.http1),
            service: service,
            logger: Logger(label: "test")
        )
    }

    /// Connects, and returns when the service has this many requests.
    private static func connectWaiting(
        _ number: Int,
        to service: TestService,
        at address: SocketAddress
    ) async throws -> (any Channel, NIOLoopBound<SocketClient>) {
        let (channel, client) = try await SocketClient.connect(to: address)
        try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
        while service.requests.count < number { await Task.yield() }
        return (channel, client)
    }

    @Test func `lets a client go that pipelines and never reads`() async throws {
        var limits = HTTPServerLimits()
        limits.writeTimeout = .seconds(1)
        let observer = RecordingObserver()
        let service = TestService { _, _ in .now(TestService.text(String(repeating: "x", count: 400))) }
        try await withServer(service, limits: limits, observer: observer) { server, address in
            let (channel, _) = try await SocketClient.connect(to: address, reads: false)
            let requestCount = 200_000
            channel.writeAndFlush(ByteBuffer(string: String(repeating: get("/a"), count: requestCount)), promise: nil)
            while !observer.events.contains("closed http/1.1") { try await Task.sleep(for: .milliseconds(20)) }
            #expect(observer.events.contains("ended pipelined"))
            #expect(service.requests.count < requestCount / 2, "answered \(service.requests.count)")
            try? await channel.close()
        }
    }

    @Test(arguments: [HTTPProtocol.http1, .http2])
    func `lets a client go whose answers there is no room for`(httpProtocol: HTTPProtocol) async throws {
        var limits = HTTPServerLimits()
        limits.maximumBufferedBytes = 1 << 20
        let observer = RecordingObserver()
        // More than the kernel holds for a socket.
        let answer = TestService.text(String(repeating: "x", count: 64 << 20))
        let service = TestService { _, _ in .now(answer) }
        try await withServer(service, speaking: httpProtocol, limits: limits, observer: observer) { _, address in
            let (channel, _) = try await SocketClient.connect(to: address, reads: false)
            let request =
                httpProtocol == .http1
                ? Array(get("/a").utf8)
                : HTTP2Frame.preface + HTTP2Frame.settings([(4, 0x7FFF_FFFF)]).bytes
                    + HTTP2Frame.windowUpdate(0, by: 0x7FFF_0000).bytes
                    + HTTP2Frame.headers(1, HTTP2Peer.get("/a")).bytes
            channel.writeAndFlush(ByteBuffer(bytes: request), promise: nil)
            while !observer.events.contains("closed \(httpProtocol.rawValue)") {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(observer.events.contains("ended unread"))
            try? await channel.close()
        }
    }

    @Test func `stops with the answers under way, and accepts no more`() async throws {
        let (service, promise) = Self.waitingService()
        let server = Self.plainServer(service)
        let address = try await server.start()
        let (channel, client) = try await SocketClient.connect(to: address)
        try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
        while service.requests.isEmpty { await Task.yield() }
        async let stopped: Void = server.shutdownGracefully(within: .seconds(30))
        while (try? await SocketClient.connect(to: address).0.close()) != nil { await Task.yield() }
        promise.succeed(TestService.text("late"))
        let answer = try await SocketClient.rest(of: client)
        #expect(answer.hasSuffix("late"))
        await stopped
        #expect(server.connectionCount == 0)
    }

    @Test func `cuts what is left at the deadline`() async throws {
        let (service, promise) = Self.waitingService()
        let server = Self.plainServer(service)
        let address = try await server.start()
        let (channel, client) = try await SocketClient.connect(to: address)
        try await channel.writeAndFlush(ByteBuffer(string: get("/a")))
        while service.requests.isEmpty { await Task.yield() }
        await server.shutdownGracefully(within: .milliseconds(10))
        #expect(try await SocketClient.rest(of: client) == "")
        promise.succeed(TestService.text("late"))
    }

    @Test func `starts once`() async throws {
        try await withServer(TestService()) { server, _ in
            await #expect(throws: HTTPServerError.alreadyStarted) { try await server.start() }
        }
    }
}
