import NIOCore
import NIOEmbedded
import TestWire
import Testing

@testable import HTTPServer

/// Clients that ask and do not read, or ask on and on.
@Suite struct `Answers nobody reads` {
    private static func limits(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        change(&limits)
        return limits
    }

    private static let answer = String(repeating: "x", count: 10_000)
    private static var service: TestService { TestService { _, _ in .now(TestService.text(answer)) } }

    // MARK: HTTP/2

    @Test func `behind a closed window count against the budget, and leave it as they are read`() throws {
        // A window of nothing: no answer's body may be sent.
        let peer = try HTTP2Peer(Self.service, settings: [(4, 0)])
        for index in 0..<16 { try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.get("/a"))) }
        #expect(peer.budget.bytes == 160_000)
        try peer.send(.windowUpdate(1, by: 4000))
        #expect(peer.budget.bytes == 156_000)
        try peer.send(.reset(1))
        #expect(peer.budget.bytes == 150_000)
        for index in 1..<16 { try peer.send(.windowUpdate(UInt32(1 + 2 * index), by: 10_000)) }
        // The connection's own window is 64 KiB: six answers, and a part of one.
        #expect(peer.budget.bytes == 150_000 - (65_535 - 4000))
        try peer.send(.windowUpdate(0, by: 1 << 20))
        #expect(peer.answers[31]?.body == Self.answer)
        #expect(peer.budget.bytes == 0)
        #expect(peer.observer.events.isEmpty)
    }

    @Test func `over the budget end the connection`() throws {
        let peer = try HTTP2Peer(
            Self.service,
            limits: Self.limits { $0.maximumBufferedBytes = 55_000 },
            settings: [(4, 0)]
        )
        for index in 0..<20 where !peer.isClosed { try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.get("/a"))) }
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
        #expect(peer.answers.count == 6)
        #expect(peer.observer.events == ["ended unread"])
        peer.channel.embeddedEventLoop.run()
        #expect(peer.budget.bytes == 0)
    }

    @Test func `for a while, none of them, end the connection`() throws {
        let peer = try HTTP2Peer(
            Self.service,
            limits: Self.limits { $0.writeTimeout = .seconds(3) },
            settings: [(4, 0)]
        )
        try peer.send(.headers(1, HTTP2Peer.get("/a")))
        #expect(peer.answers[1]?.status == "200")
        try peer.tick(2)
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["timed out write", "ended unread"])
    }

    @Test func `for a while, one of several, is given up alone`() throws {
        let peer = try HTTP2Peer(
            Self.service,
            limits: Self.limits { $0.writeTimeout = .seconds(3) },
            settings: [(4, 0)]
        )
        try peer.send(.headers(1, HTTP2Peer.get("/a")), .headers(3, HTTP2Peer.get("/a")))
        for _ in 0..<3 {
            try peer.send(.windowUpdate(3, by: 5000))
            try peer.tick(1)
        }
        #expect(peer.answers[1]?.resetCode == 8)
        #expect(peer.answers[3]?.body == Self.answer)
        #expect(!peer.isClosed)
        #expect(peer.observer.events == ["timed out write"])
        #expect(peer.budget.bytes == 0)
    }

    @Test func `in a socket that is full end the connection once`() throws {
        let peer = try HTTP2Peer(Self.service, limits: Self.limits { $0.writeTimeout = .seconds(3) })
        peer.channel.isWritable = false
        try peer.send(.headers(1, HTTP2Peer.get("/a")))
        #expect(peer.budget.bytes == 10_000)
        try peer.tick(3)
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["timed out write", "ended unread"])
    }

    // MARK: HTTP/1

    @Test func `wait in a bounded backlog with the requests behind them`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { request, _ in
            request.path == "/slow" ? .later(promise.futureResult) : .now(TestService.echo(request))
        }
        let peer = try HTTP1Peer(service)
        peer.send(get("/slow") + String(repeating: get("/a"), count: HTTPServerLimits.maximumPipelinedRequests))
        #expect(peer.budget.bytes > 128 * 1024)
        #expect(try peer.received() == "")
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        let answers = String(repeating: echoed("GET /a 0"), count: HTTPServerLimits.maximumPipelinedRequests)
        #expect(try peer.received() == echoed("late") + answers)
        #expect(peer.budget.bytes == 0)
        #expect(!peer.isClosed)
    }

    @Test func `one more than may wait is the end behind the answer under way`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { _, _ in .later(promise.futureResult) }
        let peer = try HTTP1Peer(service)
        peer.send(get("/slow") + String(repeating: get("/a"), count: HTTPServerLimits.maximumPipelinedRequests + 1))
        peer.send(String(repeating: get("/a"), count: 1000))
        #expect(peer.budget.bytes == 0)
        #expect(peer.observer.events == ["ended pipelined"])
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        let answer = try peer.received()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\nlate"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(service.requests.count == 1)
        peer.tick(2)
        #expect(peer.isClosed)
    }

    @Test func `bodies behind a request count against the budget`() throws {
        let promise = EmbeddedEventLoop().makePromise(of: HTTPResponse.self)
        let service = TestService { _, _ in .later(promise.futureResult) }
        let peer = try HTTP1Peer(service, limits: Self.limits { $0.maximumBufferedBytes = 100_000 })
        peer.send(get("/slow") + post("/a", body: String(repeating: "x", count: 90_000)))
        #expect(peer.observer.events.isEmpty)
        #expect(peer.budget.bytes > 90_000)
        peer.send(post("/a", body: String(repeating: "x", count: 90_000)))
        #expect(peer.observer.events == ["ended pipelined"])
        #expect(peer.budget.bytes == 0)
        promise.succeed(TestService.text("late"))
        peer.channel.embeddedEventLoop.run()
        #expect(try peer.received().contains("Connection: close\r\n"))
    }

    @Test func `of a client that reads nothing end its connection when there are too many`() throws {
        let peer = try HTTP1Peer(Self.service)
        peer.channel.isWritable = false
        peer.send(String(repeating: get("/a"), count: 1000))
        #expect(peer.observer.events == ["ended pipelined"])
        // What was answered is still on its way.
        #expect(try peer.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(peer.budget.bytes == 0)
        #expect(peer.isClosed)
    }
}
