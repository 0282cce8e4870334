import NIOCore
import Testing

@testable import HTTPServer

@Suite struct `HTTP/1 refusals at the head` {
    private static func service() -> TestService {
        TestService(refusal: { $0.path == "/no" ? TestService.text("no", status: 404) : nil })
    }

    @Test func `keep the connection where there is no body`() throws {
        let peer = try HTTP1Peer(Self.service())
        peer.send(get("/no") + get("/yes"))
        let answer = try peer.received()
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(answer.hasSuffix(echoed("GET /yes 0")))
        #expect(!peer.isClosed)
    }

    @Test func `throw a small body away and keep the connection`() throws {
        let service = Self.service()
        let peer = try HTTP1Peer(service)
        peer.send("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
        #expect(try peer.received().hasPrefix("HTTP/1.1 404"))
        peer.send("def" + get("/yes"))
        #expect(try peer.received() == echoed("GET /yes 0"))
        #expect(service.requests.count == 1)
    }

    @Test func `end the connection where the body is large`() throws {
        let peer = try HTTP1Peer(Self.service())
        peer.send("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n")
        #expect(try peer.received().contains("Connection: close\r\n"))
        peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `end the connection when a chunked body turns out large`() throws {
        let peer = try HTTP1Peer(Self.service())
        peer.send("POST /no HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(!(try peer.received().contains("Connection: close\r\n")))
        for _ in 0..<40 {
            peer.send(ByteBuffer(string: "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"))
        }
        #expect(peer.isClosed)
    }

    @Test func `end the connection of a client that waits to continue`() throws {
        let peer = try HTTP1Peer(Self.service())
        peer.send("POST /no HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n")
        let answer = try peer.received()
        #expect(!answer.contains("100 Continue"))
        #expect(answer.contains("Connection: close\r\n"))
    }
}

@Suite struct `HTTP/1 draining` {
    @Test func `closes a connection that has been idle for a while at once`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send(get("/a"))
        peer.tick(2)
        peer.handler.drain()
        #expect(peer.isClosed)
    }

    @Test func `waits for the next request of a connection that has just been used`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send(get("/a"))
        peer.tick(1)
        peer.handler.drain()
        #expect(!peer.isClosed)
        _ = try peer.received()
        peer.send(get("/b"))
        #expect(try peer.received().contains("Connection: close\r\n"))
        #expect(peer.isClosed)
        let silent = try HTTP1Peer(TestService())
        silent.send(get("/a"))
        silent.handler.drain()
        silent.tick(1)
        #expect(!silent.isClosed)
        silent.tick(1)
        #expect(silent.isClosed)
    }

    @Test func `answers the request under way and then closes`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh")
        peer.handler.drain()
        #expect(!peer.isClosed)
        peer.send("i")
        #expect(try peer.received().contains("Connection: close\r\n"))
        #expect(peer.isClosed)
    }

    @Test func `is announced by the last answer, while idle connections stay`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.send(get("/a"))
        peer.handler.retire()
        peer.tick(100)
        #expect(!peer.isClosed)
        _ = try peer.received()
        peer.send(get("/b"))
        #expect(try peer.received().contains("Connection: close\r\n"))
        #expect(peer.isClosed)
    }

    @Test func `waits two ticks for the request a new connection was opened for`() throws {
        let peer = try HTTP1Peer(TestService())
        peer.handler.drain()
        #expect(!peer.isClosed)
        peer.send(get("/a"))
        #expect(try peer.received().contains("Connection: close\r\n"))
        let silent = try HTTP1Peer(TestService())
        silent.handler.drain()
        silent.tick(2)
        #expect(silent.isClosed)
    }
}
