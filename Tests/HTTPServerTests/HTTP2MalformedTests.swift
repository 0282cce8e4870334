import NIOCore
import NIOEmbedded
import TestRandomness
import TestWire
import Testing

@testable import HTTPServer

@Suite struct `HTTP/2 malformed input` {
    private static let fatalFrames: [(String, HTTP2Frame)] = [
        ("even stream", .headers(2, HTTP2Peer.get("/"))),
        ("data on no stream", .data(0, "x")),
        ("data before a head", .data(1, "x")),
        ("push", HTTP2Frame(.pushPromise, flags: 4, stream: 1, payload: [0, 0, 0, 2])),
        ("lone continuation", HTTP2Frame(.continuation, flags: 4, stream: 1)),
        ("bad compression", HTTP2Frame(.headers, flags: 5, stream: 1, payload: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("short settings", HTTP2Frame(.settings, payload: [0, 1, 2])),
        ("window of nothing more", .windowUpdate(0, by: 0)),
        ("window too wide", .windowUpdate(0, by: 0x7FFF_FFFF)),
        ("frame too large", HTTP2Frame(.data, stream: 1, payload: [UInt8](repeating: 0, count: 20_000))),
    ]

    @Test(arguments: fatalFrames)
    func `frames against the protocol end the connection`(name: String, frame: HTTP2Frame) throws {
        for isBytewise in [false, true] {
            let peer = try HTTP2Peer(TestService())
            if isBytewise {
                for byte in frame.bytes where !peer.isClosed { try peer.send(bytes: [byte]) }
            } else {
                try peer.send(frame)
            }
            #expect(peer.isClosed, "\(name)")
            #expect(peer.goAways.count == 1, "\(name)")
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n garbage instead of settings"])
    func `another greeting ends the connection`(text: String) throws {
        let peer = try HTTP2Peer(TestService(), greets: false)
        try peer.send(bytes: Array(text.utf8))
        #expect(peer.isClosed)
    }

    @Test func `any soup of frames ends without a trap`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var generator = SplitMix(seed: seed)
            let peer = try HTTP2Peer(TestService())
            for _ in 0..<60 where !peer.isClosed {
                var frame = HTTP2Frame(.ping)
                frame.kind = UInt8.random(in: 0...10, using: &generator)
                frame.flags = UInt8.random(in: 0...255, using: &generator)
                frame.stream = UInt32.random(in: 0...9, using: &generator)
                frame.payload =
                    Bool.random(using: &generator)
                    ? HTTP2Frame.literalFields(HTTP2Peer.post("/a"))
                    : (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                try peer.send(frame)
            }
        }
    }
}
