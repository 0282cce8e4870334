import NIOCore
import NIOEmbedded
import TestWire
import Testing

@testable import HTTPServer

@Suite struct `HTTP/2 limits` {
    @Test func `an announced body over the limit is refused before it comes`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service, limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        try peer.send(.headers(1, HTTP2Peer.post("/a", [("content-length", "5")]), endStream: false))
        #expect(peer.answers[1]?.status == "413")
        try peer.tick(1)
        #expect(peer.answers[1]?.resetCode == 0)
        #expect(service.requests.isEmpty)
    }

    @Test func `a body over the limit is refused where it passes it`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service, limits: HTTPServerLimits.with { $0.maximumBodyBytes = 4 })
        try peer.send(.headers(1, HTTP2Peer.post("/a"), endStream: false), .data(1, "abcd", endStream: false))
        #expect(peer.answers[1] == nil)
        try peer.send(.data(1, "e", endStream: false), .data(1, "f"))
        #expect(peer.answers[1]?.status == "413")
        #expect(service.requests.isEmpty)
        #expect(!peer.isClosed)
    }

    @Test func `the window comes back when bodies are answered, refused or reset`() throws {
        let limits = HTTPServerLimits.with {
            $0.maximumBodyBytes = 50_000
            $0.maximumBufferedBytesPerConnection = 100_000
        }
        let peer = try HTTP2Peer(TestService(), limits: limits)
        let piece = String(repeating: "x", count: 10_000)
        var sent = 0
        for round in 0..<60 {
            let stream = UInt32(1 + 2 * round)
            try peer.send(.headers(stream, HTTP2Peer.post("/a"), endStream: false))
            for index in 0..<(round % 3 == 0 ? 6 : 3) {
                try peer.send(.data(stream, piece, endStream: round % 3 == 1 && index == 2))
                sent += piece.utf8.count
            }
            if round % 3 == 2 { try peer.send(.reset(stream)) }
            #expect(peer.goAways.isEmpty)
            // What the server let us send and has not been used up.
            #expect(65535 + peer.windowIncrement - sent > 30_000, "round \(round)")
        }
        // Streams that were answered before their end are let go of.
        try peer.tick(1)
        #expect(peer.budget.bytes == 0)
    }

    @Test func `small bodies are free for sixteen streams, and counted for more`() throws {
        let peer = try HTTP2Peer(TestService())
        for index in 0..<16 {
            let stream = UInt32(1 + 2 * index)
            try peer.send(
                .headers(stream, HTTP2Peer.post("/a"), endStream: false),
                .data(stream, "xx", endStream: false)
            )
        }
        #expect(peer.budget.bytes == 0)
        try peer.send(.headers(33, HTTP2Peer.post("/a"), endStream: false), .data(33, "xx", endStream: false))
        #expect(peer.budget.bytes == HTTPServerLimits.streamBytes + "/axx".utf8.count)
        try peer.send(.data(33, "x"))
        #expect(peer.answers[33]?.body == "POST /a 3")
        #expect(peer.budget.bytes == 0)
    }

    @Test func `a client that ignores the window is cut`() throws {
        let limits = HTTPServerLimits.with {
            $0.maximumBodyBytes = 100_000
            $0.maximumBufferedBytesPerConnection = 100_000
        }
        let peer = try HTTP2Peer(TestService(), limits: limits)
        for stream: UInt32 in [1, 3] {
            try peer.send(.headers(stream, HTTP2Peer.post("/a"), endStream: false))
            for _ in 0..<7 {
                try peer.send(.data(stream, String(repeating: "x", count: 10_000), endStream: false))
            }
        }
        #expect(peer.goAways.map(\.code) == [3])
        #expect(peer.isClosed)
    }

    @Test(arguments: [
        ([("x", String(repeating: "x", count: 1000))], 900, "the request head is larger than 900 bytes"),
        (
            (0..<97).map { ("x-\($0)", "") }, 16_384, "the request head has 101 header fields, and may have 100"
        ),
    ])
    func `a head over the limit is refused`(fields: [(String, String)], maximum: Int, message: String) throws {
        let service = TestService()
        let peer = try HTTP2Peer(service, limits: HTTPServerLimits.with { $0.maximumHeaderBytes = maximum })
        try peer.send(.headers(1, HTTP2Peer.get("/a", fields)), .headers(3, HTTP2Peer.get("/b")))
        #expect(peer.answers[1]?.status == "431")
        #expect(peer.answers[1]?.body == message)
        #expect(peer.answers[3]?.status == "200")
        #expect(service.requests.map(\.path) == ["/b"])
    }

    @Test func `a head far over the limit is not read to its end, and the fourth is the last`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service)
        // A field of 4 KiB goes into the table, and each byte after it stands for one more.
        try peer.send(.indexedHeaders(1, "x", String(repeating: "x", count: 4000), times: 0))
        #expect(peer.answers[1]?.status == "200")
        for stream: UInt32 in [3, 5, 7] {
            try peer.send(.indexedHeaders(stream, times: 16_000))
            #expect(peer.answers[stream]?.resetCode == 2)
        }
        // What was not looked at has been decoded all the same: the table of fields is right.
        try peer.send(.indexedHeaders(9, times: 1))
        #expect(peer.answers[9]?.status == "200")
        try peer.send(.indexedHeaders(11, times: 16_000))
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["ended heads"])
        #expect(service.requests.count == 2)
    }

    @Test func `a head that is too long on the wire is not decoded at all`() throws {
        let service = TestService()
        let peer = try HTTP2Peer(service, limits: HTTPServerLimits.with { $0.maximumHeaderBytes = 8000 })
        let block = HTTP2Frame.literalFields(HTTP2Peer.get("/a", [("x", String(repeating: "x", count: 17_000))]))
        try peer.send(
            HTTP2Frame(.headers, flags: HTTP2Frame.endStream, stream: 1, payload: Array(block[..<9000])),
            HTTP2Frame(.continuation, flags: HTTP2Frame.endHeaders, stream: 1, payload: Array(block[9000...]))
        )
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
        #expect(peer.observer.events == ["ended heads"])
    }

    @Test func `heads whose bodies do not come count against the budget, and leave it`() throws {
        let limits = HTTPServerLimits.with { $0.maximumBufferedBytes = 100_000 }
        let peer = try HTTP2Peer(TestService(), limits: limits)
        let path = "/" + String(repeating: "a", count: 8000)
        for index in 0..<40 where !peer.isClosed {
            try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.post(path), endStream: false))
            #expect(peer.budget.bytes <= 100_000)
        }
        #expect(peer.answers.values.filter { $0.status == "503" }.count == 28)
        for index in 0..<40 { try peer.send(.reset(UInt32(1 + 2 * index))) }
        #expect(peer.budget.bytes == 0)
    }

    @Test func `the host and the media types of a request without a body count like its path`() throws {
        let peer = try HTTP2Peer(TestService())
        let (host, accept) = (String(repeating: "h", count: 4000), String(repeating: "a", count: 3000))
        let fields = [
            (":method", "GET"), (":scheme", "https"), (":authority", host), (":path", "/a"), ("accept", accept),
        ]
        try peer.send(.headers(1, fields, endStream: false))
        #expect(peer.budget.bytes == host.utf8.count + accept.utf8.count + "/a".utf8.count)
        try peer.send(.reset(1))
        #expect(peer.budget.bytes == 0)
    }

    @Test func `fields nobody reads are not held`() throws {
        let peer = try HTTP2Peer(TestService())
        let fields = [("x", String(repeating: "x", count: 15_000))]
        for index in 0..<100 {
            try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.post("/a", fields), endStream: false))
        }
        #expect(peer.budget.bytes == 84 * (HTTPServerLimits.streamBytes + 2))
    }

    @Test func `a body that trickles is timed out`() throws {
        let peer = try HTTP2Peer(TestService(), limits: HTTPServerLimits.with { $0.bodyTimeout = .seconds(3) })
        try peer.send(.headers(1, HTTP2Peer.post("/a"), endStream: false))
        for _ in 0..<3 {
            try peer.send(.data(1, "x", endStream: false))
            try peer.tick(1)
        }
        #expect(peer.answers[1]?.status == "408")
        try peer.tick(1)
        #expect(peer.answers[1]?.resetCode == 0)
        #expect(!peer.isClosed)
    }

    @Test func `a head that trickles ends the connection`() throws {
        let peer = try HTTP2Peer(TestService(), limits: HTTPServerLimits.with { $0.headerTimeout = .seconds(3) })
        try peer.send(.headers(1, HTTP2Peer.get("/a"), endHeaders: false))
        try peer.tick(2)
        #expect(!peer.isClosed)
        try peer.tick(1)
        #expect(peer.isClosed)
    }

    @Test func `streams over the limit are refused so that the client tries again`() throws {
        let peer = try HTTP2Peer(
            TestService { _, eventLoop in
                .later(eventLoop.scheduleTask(in: .hours(1)) { TestService.text("late") }.futureResult)
            },
            limits: HTTPServerLimits.with { $0.maximumConcurrentStreams = 2 }
        )
        try peer.send(
            .headers(1, HTTP2Peer.get("/a")),
            .headers(3, HTTP2Peer.get("/a")),
            .headers(5, HTTP2Peer.get("/a"))
        )
        #expect(peer.answers[5]?.resetCode == 7 || peer.goAways.count == 1)
    }
}

@Suite struct `HTTP/2 floods` {
    @Test func `of resets end the connection`() throws {
        var limits = HTTPServerLimits()
        limits.maximumResetsPerSecond = 50
        let service = TestService { _, eventLoop in
            .later(eventLoop.scheduleTask(in: .hours(1)) { TestService.text("late") }.futureResult)
        }
        let peer = try HTTP2Peer(service, limits: limits)
        for index in 0..<60 where !peer.isClosed {
            let stream = UInt32(1 + 2 * index)
            try peer.send(.headers(stream, HTTP2Peer.get("/a")), .reset(stream))
        }
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
    }

    @Test func `of requests that provoke our resets end the connection`() throws {
        var limits = HTTPServerLimits()
        limits.maximumResetsPerSecond = 50
        let peer = try HTTP2Peer(TestService(), limits: limits)
        for index in 0..<80 where !peer.isClosed {
            try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.get("/a", [("Upper", "case")])))
        }
        #expect(peer.goAways.map(\.code) == [11])
        #expect(peer.isClosed)
    }

    @Test func `of resets in the measure of time-outs are borne`() throws {
        let peer = try HTTP2Peer(TestService())
        for index in 0..<400 {
            let stream = UInt32(1 + 2 * index)
            try peer.send(.headers(stream, HTTP2Peer.post("/a"), endStream: false), .reset(stream))
            if index % 100 == 0 { try peer.tick(1) }
        }
        #expect(peer.goAways.isEmpty)
    }

    @Test(arguments: [
        HTTP2Frame.ping(),
        HTTP2Frame.settings(),
        HTTP2Frame(.priority, stream: 1, payload: [0, 0, 0, 0, 15]),
        HTTP2Frame.windowUpdate(0, by: 1),
        HTTP2Frame.data(1, "", endStream: false),
        HTTP2Frame(.init(rawValue: 9) ?? .ping, stream: 1),
        HTTP2Frame(kind: 0x0A, stream: 0, payload: [0, 1, 0x61]),  // ALTSVC
        HTTP2Frame(kind: 0x10, stream: 0, payload: [0, 0, 0, 1, 0x75]),  // PRIORITY_UPDATE
        HTTP2Frame(kind: 0xF0, stream: 9, payload: []),  // a type nobody knows
        HTTP2Frame(kind: 0, flags: 8, stream: 1, payload: [3, 0, 0, 0]),  // DATA with nothing but padding
        HTTP2Frame.data(1, "x", endStream: false),
    ])
    func `of frames that carry nothing end the connection`(frame: HTTP2Frame) throws {
        var limits = HTTPServerLimits()
        limits.maximumControlFramesPerSecond = 100
        let peer = try HTTP2Peer(TestService(), limits: limits)
        try peer.send(.headers(1, HTTP2Peer.post("/a"), endStream: false))
        for _ in 0..<110 where !peer.isClosed {
            try peer.send(frame)
        }
        #expect(peer.isClosed)
    }

    @Test func `of frames on a stream that is closed end the connection`() throws {
        for frame in [HTTP2Frame.data(1, "x"), .headers(1, HTTP2Peer.get("/a"))] {
            var limits = HTTPServerLimits()
            limits.maximumControlFramesPerSecond = 100
            let peer = try HTTP2Peer(TestService(), limits: limits)
            try peer.send(.headers(1, HTTP2Peer.get("/a")))
            for _ in 0..<110 where !peer.isClosed { try peer.send(frame) }
            #expect(peer.goAways.map(\.code) == [11])
            #expect(peer.observer.events == ["ended frames"])
            #expect(peer.isClosed)
        }
    }

    @Test func `of frames that requests need are borne`() throws {
        var limits = HTTPServerLimits()
        limits.maximumControlFramesPerSecond = 10
        let peer = try HTTP2Peer(TestService(), limits: limits)
        for index in 0..<200 {
            let stream = UInt32(1 + 2 * index)
            try peer.send(
                .headers(stream, HTTP2Peer.post("/a"), endStream: false),
                .data(stream, String(repeating: "x", count: 600), endStream: false),
                .data(stream, "x"),
                .windowUpdate(0, by: 1),
                .ping()
            )
            #expect(peer.answers[stream]?.body == "POST /a 601")
        }
        #expect(peer.goAways.isEmpty)
    }

    @Test func `of small reads by a client that does not read cost no more than its streams`() throws {
        let service = TestService { _, _ in .now(TestService.text(String(repeating: "x", count: 10_000))) }
        // A window of nothing: no answer's body may be sent.
        let peer = try HTTP2Peer(service, settings: [(4, 0)])
        for index in 0..<1000 where !peer.isClosed {
            try peer.send(.headers(UInt32(1 + 2 * index), HTTP2Peer.get("/a")))
        }
        #expect(service.requests.count == 250)
        // The window opens: what was held back comes.
        if !peer.isClosed {
            try peer.send(.windowUpdate(1, by: 20_000))
            #expect(peer.answers[1]?.body.utf8.count == 10_000)
        }
    }

    @Test func `nothing is written to a socket that is full`() throws {
        let peer = try HTTP2Peer(TestService())
        peer.channel.isWritable = false
        try peer.send(.headers(1, HTTP2Peer.get("/a")))
        #expect(peer.answers[1] == nil)
        peer.channel.isWritable = true
        peer.channel.pipeline.fireChannelWritabilityChanged()
        try peer.receive()
        #expect(peer.answers[1]?.body == "GET /a 0")
    }
}
