import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct `HTTP/1 limits` {
    @Test func `an announced body over the limit is refused before it comes`() throws {
        let service = TestService()
        let peer = try HTTP1Peer(service, limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
        let answer = try peer.received()
        #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(service.requests.isEmpty)
        #expect(peer.observer.events == ["refused 413"])
    }

    @Test func `a chunked body over the limit is refused where it passes it`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n")
        #expect(try peer.received() == "")
        peer.send("1\r\ne\r\n")
        #expect(try peer.received().hasPrefix("HTTP/1.1 413"))
    }

    @Test func `a body of exactly the limit is taken`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.maximumBodyBytes = 5 })
        peer.send(post("/a", body: "12345"))
        #expect(try peer.received() == echoed("POST /a 5"))
    }

    @Test func `after a refusal the upload is read on for a while, then cut`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n")
        #expect(!peer.isClosed)
        peer.channel.read()
        #expect(peer.reads.count >= 1)
        for _ in 0..<16 {
            peer.send(ByteBuffer(repeating: 0x61, count: 64 * 1024))
        }
        #expect(!peer.isClosed)
        peer.send(ByteBuffer(repeating: 0x61, count: 64 * 1024))
        #expect(peer.isClosed)
    }

    @Test func `after a refusal a silent client is cut too`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n")
        peer.tick(1)
        #expect(!peer.isClosed)
        peer.tick(1)
        #expect(peer.isClosed)
    }

    @Test(arguments: [
        get("/a", fields: "X: " + String(repeating: "x", count: 1000) + "\r\n"),
        get("/" + String(repeating: "a", count: 1000)),
        "GET /a HTTP/1.1\r\n" + String(repeating: "a:b\r\n", count: 201),
    ])
    func `a head over the limit is refused`(text: String) throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.maximumHeaderBytes = 900 })
        peer.send(text)
        #expect(try peer.received().hasPrefix("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        // What comes after the codec has given up is thrown away as well.
        peer.send(ByteBuffer(repeating: 0x61, count: 2 * 1024 * 1024))
        #expect(peer.isClosed)
    }

    @Test(arguments: [
        (101, "the request head has 101 header fields, and may have 100"),
        (200, "the request head has 200 header fields, and may have 100"),
        (201, "the request head is larger than 16384 bytes or has more than 100 header fields"),
    ])
    func `a head of too many fields is told so`(count: Int, message: String) throws {
        let peer = try HTTP1Peer(TestService())
        peer.send("GET /a HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: count) + "\r\n")
        let answer = try peer.received()
        #expect(answer.hasPrefix("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + message))
    }

    @Test func `a connection without a first request has the time of a head`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.headerTimeout = .seconds(3) })
        peer.tick(2)
        #expect(!peer.isClosed)
        peer.tick(1)
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["timed out head"])
    }

    @Test func `a head that trickles is timed out`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.headerTimeout = .seconds(3) })
        peer.send("GET /a HT")
        peer.tick(1)
        peer.send("TP/1.1\r\n")
        peer.tick(1)
        #expect(try peer.received() == "")
        peer.tick(1)
        #expect(try peer.received().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `a head that began while a request was answered is timed out`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { _, _ in .later(promise.futureResult) }
        let peer = try HTTP1Peer(service, limits: HTTPServerLimits.with { $0.headerTimeout = .seconds(3) })
        peer.send(get("/slow"))
        peer.send("GET /ne")
        peer.tick(5)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        #expect(try peer.received() == echoed("late"))
        peer.tick(2)
        #expect(try peer.received() == "")
        peer.tick(1)
        #expect(try peer.received().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test func `a body that trickles is timed out, however often a byte comes`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.bodyTimeout = .seconds(3) })
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<3 {
            peer.send("x")
            peer.tick(1)
        }
        #expect(try peer.received().hasPrefix("HTTP/1.1 408"))
    }

    @Test func `an idle connection is closed without a word, before and after a request`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.idleTimeout = .seconds(3) })
        peer.tick(2)
        peer.send(get("/a"))
        _ = try peer.received()
        peer.tick(2)
        #expect(!peer.isClosed)
        peer.tick(1)
        #expect(peer.isClosed)
        #expect(try peer.received() == "")
        #expect(peer.observer.events == ["timed out idle"])
    }

    @Test func `a client that takes nothing is cut`() throws {
        let peer = try HTTP1Peer(TestService(), limits: HTTPServerLimits.with { $0.writeTimeout = .seconds(3) })
        peer.channel.isWritable = false
        peer.tick(2)
        #expect(!peer.isClosed)
        peer.tick(1)
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["timed out write", "ended unread"])
    }

    @Test func `an answer under way is not timed out by the server`() throws {
        let peer = try HTTP1Peer(
            TestService { _, eventLoop in
                .later(eventLoop.scheduleTask(in: .hours(1)) { TestService.text("late") }.futureResult)
            }
        )
        peer.send(get("/a"))
        peer.tick(1000)
        #expect(!peer.isClosed)
        peer.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(try peer.received() == echoed("late"))
    }

    @Test func `large bodies share a budget and give it back`() throws {
        let limits = HTTPServerLimits.with { $0.maximumBufferedBytes = 100_000 }
        let peer = try HTTP1Peer(TestService(), limits: limits)
        for _ in 0..<3 {
            peer.send(post("/a", body: String(repeating: "x", count: 90_000)))
            #expect(try peer.received() == echoed("POST /a 90000"))
        }
        peer.send(post("/a", body: String(repeating: "x", count: 110_000)))
        #expect(try peer.received().hasPrefix("HTTP/1.1 503"))
    }

    @Test func `a large body that is kept counts as long as it is, though its client has gone`() throws {
        let kept = Mutex<HTTPRequest?>(nil)
        let service = TestService { request, eventLoop in
            kept.withLock { $0 = request }
            return .later(eventLoop.makeSucceededFuture(TestService.text("late")))
        }
        let peer = try HTTP1Peer(service)
        peer.send(post("/a", body: String(repeating: "x", count: 90_000)))
        peer.channel.close(promise: nil)
        peer.channel.embeddedEventLoop.run()
        #expect(peer.budget.bytes == 90_000)
        kept.withLock { $0 = nil }
        #expect(peer.budget.bytes == 0)
    }
}

@Suite struct `HTTP/1 malformed requests` {
    @Test func `are answered once`() throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        peer.sendBytewise("GET / HTTP/1.1\r\nHost : h\r\n\r\n")
        #expect(try peer.received().components(separatedBy: "HTTP/1.1 400").count == 2)
        #expect(service.requests.isEmpty)
    }

    @Test func `behind a good one do not spoil its answer`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send(get("/a") + "nonsense\r\n\r\n")
        let answer = try peer.received()
        #expect(answer.hasPrefix(echoed("GET /a 0") + "HTTP/1.1 400"))
    }

    @Test func `behind one that is being answered wait for its answer`() throws {
        let peer = try HTTP1Peer(
            TestService { _, eventLoop in
                .later(eventLoop.scheduleTask(in: .seconds(1)) { TestService.text("late") }.futureResult)
            }
        )
        peer.send(get("/a") + "nonsense\r\n\r\n")
        #expect(try peer.received() == "")
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try peer.received().hasPrefix(echoed("late") + "HTTP/1.1 400"))
    }

    @Test func `cut off by the client are forgotten`() throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc")
        peer.channel.close(promise: nil)
        #expect(service.requests.isEmpty)
        #expect(try peer.received() == "")
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
