import NIOCore
import NIOEmbedded
import TestWire
import Testing

@testable import HTTPServer

@Suite struct `HTTP/2 requests` {
    @Test func `the limits are announced`() throws {
        let peer = try HTTP2Peer(TestService())
        #expect(peer.serverSettings[3] == 250)
        #expect(peer.serverSettings[4] == UInt32(20 * 1024 * 1024 + 16 * 1024))
        #expect(peer.serverSettings[6] == UInt32(16 * 1024))
        #expect(peer.windowIncrement + 65535 == 32 * 1024 * 1024)
    }

    @Test func `a request is answered`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        try peer.send(
            .headers(
                1,
                HTTP2Peer.post("/validate?timeout=10s", [("content-type", "application/json")]),
                endStream: false
            ),
            .data(1, "hello")
        )
        let answer = try #require(peer.answers[1])
        #expect(answer.status == "200")
        #expect(answer.fields["content-type"] == "text/plain")
        #expect(answer.fields["content-length"] == "16")
        #expect(answer.body == "POST /validate 5")
        #expect(answer.isComplete)
        #expect(answer.resetCode == nil)
        let request = try #require(service.requests.first)
        #expect(request.query == "timeout=10s")
        #expect(request.version == .http2)
        #expect(request.head.contentType == "application/json")
        #expect(String(buffer: request.body) == "hello")
    }

    @Test func `a trace is told, and what a GET accepts`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        let trace = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        let fields = [("accept", "text/plain"), trace, ("accept", "a/b;q=0.5")]
        try peer.send(
            .headers(1, HTTP2Peer.get("/a", fields), endStream: true),
            .headers(3, HTTP2Peer.post("/b", fields), endStream: true),
            .headers(5, HTTP2Peer.post("/c", [trace, trace]), endStream: true),
            .headers(7, HTTP2Peer.get("/d"), endStream: true)
        )
        let heads = service.requests.map(\.head)
        #expect(heads.map(\.accept) == ["text/plain,a/b;q=0.5", nil, nil, nil])
        let id = heads[0].traceParent.context?.traceIDText
        #expect(id == "4bf92f3577b34da6a3ce929d0e0e4736" && heads[1].traceParent == heads[0].traceParent)
        #expect(heads[2].traceParent == .malformed && heads[3].traceParent == .absent)
    }

    @Test func `a request byte by byte is the same request`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service, greets: false)
        let frames: [HTTP2Frame] = [
            .settings(),
            .headers(1, HTTP2Peer.post("/a", [("content-length", "5")]), endStream: false),
            .data(1, "he", endStream: false),
            .data(1, "llo"),
        ]
        for byte in HTTP2Frame.preface + frames.flatMap(\.bytes) {
            try peer.send(bytes: [byte])
        }
        #expect(peer.answers[1]?.body == "POST /a 5")
        #expect(service.requests.map { String(buffer: $0.body) } == ["hello"])
    }

    @Test func `many streams of one read are answered in one write`() throws {
        let peer = try HTTP2Peer(TestService())
        for stream in stride(from: UInt32(1), to: 100, by: 2) {
            peer.channel.pipeline.fireChannelRead(
                ByteBuffer(bytes: HTTP2Frame.headers(stream, HTTP2Peer.get("/\(stream)")).bytes)
            )
        }
        peer.channel.pipeline.fireChannelReadComplete()
        let write = try #require(try peer.channel.readOutbound(as: ByteBuffer.self))
        #expect(write.readableBytes > 50 * 9)
        #expect(try peer.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `HEAD is answered with the length and without the body`() throws {
        let peer = try HTTP2Peer(TestService())
        try peer.send(
            .headers(1, [(":method", "HEAD"), (":scheme", "https"), (":authority", "h"), (":path", "/a")])
        )
        #expect(peer.answers[1]?.fields["content-length"] == "9")
        #expect(peer.answers[1]?.body == "")
        #expect(peer.answers[1]?.isComplete == true)
    }

    @Test func `trailers end the body and are dropped`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        try peer.send(
            .headers(1, HTTP2Peer.post("/a"), endStream: false),
            .data(1, "hello", endStream: false),
            .headers(1, [("x-trailer", "t")])
        )
        #expect(peer.answers[1]?.body == "POST /a 5")
    }

    @Test func `a stream may be answered while another waits`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let peer = try HTTP2Peer(
            TestService { request, _ in
                request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
            }
        )
        try peer.send(.headers(1, HTTP2Peer.get("/slow")), .headers(3, HTTP2Peer.get("/fast")))
        #expect(peer.answers[1] == nil)
        #expect(peer.answers[3]?.body == "GET /fast 0")
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        try peer.receive()
        #expect(peer.answers[1]?.body == "late")
    }

    @Test func `answers of one turn of the event loop leave in one write`() throws {
        let eventLoop = EmbeddedEventLoop()
        let promises = (0..<3).map { _ in eventLoop.makePromise(of: HTTPResponse.self) }
        let peer = try HTTP2Peer(
            TestService { request, _ in .later(promises[Int(request.path.dropFirst()) ?? 0].futureResult) }
        )
        try peer.send(
            .headers(1, HTTP2Peer.get("/0")),
            .headers(3, HTTP2Peer.get("/1")),
            .headers(5, HTTP2Peer.get("/2"))
        )
        let before = peer.writeCount
        for promise in promises { promise.succeed(TestService.text("late")) }
        peer.channel.embeddedEventLoop.run()
        try peer.receive()
        #expect([1, 3, 5].allSatisfy { peer.answers[$0]?.body == "late" && peer.answers[$0]?.isComplete == true })
        #expect(peer.writeCount == before + 1)
    }

    @Test func `a refusal is followed by a reset without blame while the client sends`() throws {
        let service = TestService(refusal: { _ in TestService.text("no", status: 404) })
        let peer = try HTTP2Peer(service)
        try peer.send(.headers(1, HTTP2Peer.post("/a"), endStream: false))
        #expect(peer.answers[1]?.status == "404")
        #expect(peer.answers[1]?.body == "no")
        #expect(peer.answers[1]?.isComplete == true)
        #expect(peer.answers[1]?.resetCode == nil)
        try peer.send(.data(1, "hello", endStream: false))
        try peer.tick(1)
        #expect(peer.answers[1]?.resetCode == 0)
        // Data on its way when the reset was sent is ignored.
        try peer.send(.data(1, "hello"), .headers(3, HTTP2Peer.get("/b")))
        #expect(peer.answers[3]?.status == "404")
        #expect(peer.answers[3]?.resetCode == nil)
        #expect(service.requests.isEmpty)
        #expect(!peer.isClosed)
    }

    @Test func `PING is answered`() throws {
        let peer = try HTTP2Peer(TestService())
        try peer.send(.ping())
        #expect(peer.pingAcknowledgements == 1)
    }

    @Test func `a reset while the service works is the end of the stream, not of the connection`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let peer = try HTTP2Peer(
            TestService { request, _ in
                request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
            }
        )
        try peer.send(.headers(1, HTTP2Peer.get("/slow")), .reset(1))
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        try peer.send(.headers(3, HTTP2Peer.get("/b")))
        #expect(peer.answers[1] == nil)
        #expect(peer.answers[3]?.body == "GET /b 0")
    }

    @Test func `a reset in the middle of a body forgets it`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        try peer.send(.headers(1, HTTP2Peer.post("/a"), endStream: false))
        for _ in 0..<10 {
            try peer.send(.data(1, String(repeating: "x", count: 16_000), endStream: false))
        }
        #expect(peer.budget.bytes == 160_000 + "/a".utf8.count)
        try peer.send(.reset(1))
        #expect(peer.budget.bytes == 0)
        #expect(service.requests.isEmpty)
        #expect(!peer.isClosed)
    }

    @Test func `a request taken back in the read that brought it is not answered`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        try peer.send(.headers(1, HTTP2Peer.get("/a")), .reset(1), .headers(3, HTTP2Peer.get("/b")))
        #expect(service.requests.map(\.path) == ["/b"])
        #expect(peer.answers[1] == nil)
    }
}

@Suite struct `HTTP/2 end of the connection` {
    @Test func `is announced, then named, then made`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let peer = try HTTP2Peer(
            TestService { request, _ in
                request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
            }
        )
        try peer.send(.headers(1, HTTP2Peer.get("/slow")))
        peer.handler.drain()
        try peer.receive()
        #expect(peer.goAways.map(\.last) == [0x7FFF_FFFF])
        // Sent before the client had read the notice: still served.
        try peer.send(.headers(3, HTTP2Peer.get("/race")))
        #expect(peer.answers[3]?.body == "GET /race 0")
        try peer.acknowledgePing()
        #expect(peer.goAways.map(\.last) == [0x7FFF_FFFF, 3])
        #expect(peer.goAways.map(\.code) == [0, 0])
        #expect(!peer.isClosed)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        try peer.receive()
        #expect(peer.answers[1]?.body == "late")
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(peer.isClosed)
        #expect(peer.observer.events == [])
    }

    @Test func `leaves a client that sends one more request the time to read that it is refused`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        try peer.send(.headers(1, HTTP2Peer.get("/a")))
        peer.handler.drain()
        try peer.receive()
        try peer.acknowledgePing()
        #expect(peer.goAways.map(\.last) == [0x7FFF_FFFF, 1])
        // Begun before the notice was read, sent behind its acknowledgement.
        try peer.send(.headers(3, HTTP2Peer.get("/b")))
        #expect(!peer.isClosed)
        #expect(service.requests.map(\.path) == ["/a"])
        #expect(peer.answers[3] == nil)
        try peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `is announced at once where streams have been, and not before the first answer elsewhere`() throws {
        let used = try HTTP2Peer(TestService())
        try used.send(.headers(1, HTTP2Peer.get("/a")))
        used.handler.retire()
        try used.receive()
        #expect(used.goAways.map(\.last) == [0x7FFF_FFFF])
        // A GOAWAY that names no stream would make the client come back at once.
        let new = try HTTP2Peer(TestService())
        new.handler.retire()
        try new.tick(5)
        #expect(new.goAways.isEmpty)
        try new.send(.headers(1, HTTP2Peer.get("/a")))
        #expect(new.answers[1]?.body == "GET /a 0")
        #expect(new.goAways.map(\.last) == [0x7FFF_FFFF])
        try new.acknowledgePing()
        #expect(new.goAways.map(\.last) == [0x7FFF_FFFF, 1])
        try new.tick(2)
        #expect(new.isClosed)
    }

    @Test func `does not wait for a client that ignores the PING`() throws {
        let peer = try HTTP2Peer(TestService())
        peer.handler.drain()
        try peer.tick(1)
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(peer.goAways.count == 2)
        try peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `comes after the idle time`() throws {
        var limits = HTTPServerLimits()
        limits.idleTimeout = .seconds(20)
        let peer = try HTTP2Peer(TestService(), limits: limits)
        try peer.tick(9)
        try peer.send(.headers(1, HTTP2Peer.get("/a"), endStream: false))
        try peer.tick(1)
        try peer.send(.data(1, ""))
        try peer.tick(19)
        #expect(peer.goAways.isEmpty)
        try peer.tick(5)
        #expect(peer.goAways.map(\.last) == [0x7FFF_FFFF, 1])
        #expect(peer.observer.events == ["timed out idle"])
        #expect(peer.isClosed)
    }

    @Test func `follows an answer that closes`() throws {
        let peer = try HTTP2Peer(TestService { _, _ in .now(TestService.text("bye", closesConnection: true)) })
        try peer.send(.headers(1, HTTP2Peer.get("/a")))
        #expect(peer.answers[1]?.body == "bye")
        try peer.acknowledgePing()
        #expect(peer.goAways.last?.last == 1)
        try peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `comes soon for a client that never greets`() throws {
        var limits = HTTPServerLimits()
        limits.headerTimeout = .seconds(3)
        let peer = try HTTP2Peer(TestService(), limits: limits, greets: false)
        try peer.tick(2)
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(peer.isClosed)
    }
}
