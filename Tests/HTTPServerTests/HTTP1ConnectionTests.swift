import HTTPServer
import NIOCore
import NIOEmbedded
import Testing

@Suite struct `HTTP/1 requests` {
    @Test func `a request whole is answered in one write`() throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        peer.send(post("/validate?timeout=10s", body: "hello", fields: "Content-Type: application/json\r\n"))
        #expect(try peer.writes() == [echoed("POST /validate 5")])
        let request = try #require(service.requests.first)
        #expect(request.query == "timeout=10s")
        #expect(request.version == .http11)
        #expect(request.head.contentType == "application/json")
        #expect(request.head.contentLength == 5)
        #expect(String(buffer: request.body) == "hello")
        #expect(!peer.isClosed)
    }

    @Test(arguments: [
        post("/a", body: "hello"),
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: t\r\n\r\n",
    ])
    func `a request byte by byte is the same request`(text: String) throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        peer.sendBytewise(text)
        #expect(try peer.received() == echoed("POST /a 5"))
        #expect(service.requests.map { String(buffer: $0.body) } == ["hello"])
    }

    @Test func `a trace is told, and what a GET accepts`() throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let fields = "Accept: text/plain \r\nTraceParent: \(trace) \r\nACCEPT: a/b;q=0.5\r\n"
        peer.send(get("/a", fields: fields) + post("/b", body: "x", fields: fields))
        peer.send(post("/c", body: "x", fields: "traceparent: \(trace)\r\ntraceparent: \(trace)\r\n") + get("/d"))
        _ = try peer.received()
        let heads = service.requests.map(\.head)
        #expect(heads.map(\.accept) == ["text/plain,a/b;q=0.5", nil, nil, nil])
        let id = heads[0].traceParent.context?.traceIDText
        #expect(id == "4bf92f3577b34da6a3ce929d0e0e4736" && heads[1].traceParent == heads[0].traceParent)
        #expect(heads[2].traceParent == .malformed && heads[3].traceParent == .absent)
    }

    @Test func `a connection is kept for the next request`() throws {
        let peer = try HTTP1Peer(TestService())
        for number in 0..<3 {
            peer.send(get("/\(number)"))
            #expect(try peer.received() == echoed("GET /\(number) 0"))
        }
        #expect(!peer.isClosed)
    }

    @Test func `pipelined requests are answered in order and in one write`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send(get("/1") + post("/2", body: "x") + get("/3"))
        #expect(try peer.writes() == [echoed("GET /1 0") + echoed("POST /2 1") + echoed("GET /3 0")])
    }

    @Test func `HEAD is answered with the length and without the body`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try peer.received() == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n")
    }

    @Test(arguments: [
        (get("/a", fields: "Connection: close\r\n"), "Connection: close\r\n", true),
        ("GET /a HTTP/1.0\r\n\r\n", "Connection: close\r\n", true),
        ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive\r\n", false),
        (get("/a", fields: "Connection: upgrade\r\nUpgrade: h2c\r\n"), "Connection: close\r\n", true),
    ])
    func `the connection ends when the client asks or cannot keep it`(text: String, field: String, closes: Bool) throws
    {
        let peer = try HTTP1Peer(TestService())
        peer.send(text)
        #expect(try peer.received().contains(field))
        #expect(peer.isClosed == closes)
    }

    @Test func `an answer may close the connection`() throws {
        let service = TestService { _, _ in .now(TestService.text("bye", closesConnection: true)) }
        let peer = try HTTP1Peer(service)
        peer.send(get("/a") + get("/b"))
        #expect(try peer.received().contains("Connection: close\r\n"))
        #expect(peer.isClosed)
        #expect(service.requests.count == 1)
    }

    @Test(arguments: [
        ("http://h/a?b", "/a", "b"), ("https://h", "/", nil), ("http://h?b", "/", "b"), ("/a?b?c", "/a", "b?c"),
        ("/a?", "/a", ""),
    ])
    func `any form of target ends in path and query`(target: String, path: String, query: String?) throws {
        let service = TestService()
        let peer = try HTTP1Peer(service)
        peer.send(get(target))
        #expect(service.requests.map(\.path) == [path])
        #expect(service.requests.map(\.query) == [query])
    }

    @Test func `a client that waits for it is told to continue`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try peer.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        peer.send("hi")
        #expect(try peer.received() == echoed("POST /a 2"))
    }

    @Test func `field values cannot break out of their line`() throws {
        let service = TestService { _, _ in
            .now(HTTPResponse(status: 200, headers: [("x-a", "1\r\nx-b: 2\u{0}")]))
        }
        let peer = try HTTP1Peer(service)
        peer.send(get("/a"))
        #expect(try peer.received() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-a: 1  x-b: 2 \r\n\r\n")
    }
}

@Suite struct `HTTP/1 answers that come later` {
    @Test func `hold the reading and what was pipelined behind them`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { request, _ in
            request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
        }
        let peer = try HTTP1Peer(service)
        peer.send(get("/slow") + get("/fast"))
        let readsBefore = peer.reads.count
        peer.channel.read()
        #expect(try peer.received() == "")
        #expect(service.requests.count == 1)
        #expect(peer.reads.count == readsBefore)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        #expect(try peer.received() == echoed("late") + echoed("GET /fast 0"))
        #expect(peer.reads.count == readsBefore + 1)
    }

    @Test func `let one read cycle come behind them, and answer it afterwards`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { request, _ in
            request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
        }
        let peer = try HTTP1Peer(service)
        peer.send(get("/slow"))
        let readsBefore = peer.reads.count
        peer.channel.read()
        #expect(peer.reads.count == readsBefore + 1)
        peer.send(get("/next"))
        peer.channel.read()
        #expect(peer.reads.count == readsBefore + 1)
        #expect(service.requests.count == 1)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        #expect(try peer.received() == echoed("late") + echoed("GET /next 0"))
        #expect(peer.reads.count == readsBefore + 2)
    }

    @Test func `that fail become an error of the server`() throws {
        struct Failure: Error {}
        let service = TestService { _, eventLoop in .later(eventLoop.makeFailedFuture(Failure())) }
        let peer = try HTTP1Peer(service)
        peer.send(get("/a"))
        #expect(try peer.received().hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
        #expect(!peer.isClosed)
    }

    @Test func `are dropped when the client has gone`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let peer = try HTTP1Peer(TestService { _, _ in .later(promise.futureResult) })
        peer.send(get("/a"))
        peer.channel.close(promise: nil)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        #expect(try peer.received() == "")
    }
}

@Suite struct `HTTP/1 back-pressure` {
    @Test func `a client that does not read gets no further answers made`() throws {
        let service = TestService { _, _ in .now(TestService.text(String(repeating: "x", count: 1000))) }
        let peer = try HTTP1Peer(service)
        peer.channel.isWritable = false
        peer.send(String(repeating: get("/a"), count: 180))
        // One chunk of output, then the rest of the read cycle waits.
        #expect(service.requests.count < 100)
        let readsBefore = peer.reads.count
        peer.channel.read()
        #expect(peer.reads.count == readsBefore)
        peer.channel.isWritable = true
        peer.channel.pipeline.fireChannelWritabilityChanged()
        #expect(service.requests.count == 180)
        #expect(peer.reads.count == readsBefore + 1)
        #expect(try peer.received().utf8.count > 180_000)
    }
}
