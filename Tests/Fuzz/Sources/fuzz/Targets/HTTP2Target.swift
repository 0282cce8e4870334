internal import AdmissionServer
internal import HTTPServer

/// Frames of an HTTP/2 connection.
///
/// The first byte says whether bytes come as they are or frames as records, whether preface and SETTINGS go before them, to
/// which service, and the second how large the pieces are.
struct HTTP2Target: FuzzTarget {
    static let name = "http2"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(
        tokens: [
            #"\x05:path"#, #"\x07:method"#, #"\x0A:authority"#, #"\x07:scheme"#, #"\x03GET"#, #"\x04POST"#,
            #"\x0Econtent-length"#,
            #"\x0Ccontent-type"#, #"\x06/later"#, #"\x05/none"#, #"\x06/close"#, #"\x08/refused"#, #"\x09/validate"#,
            #"\x04cookie"#,
            #"\x82\x87\x84"#, #"\x83"#, #"\x3F\xE1\x1F"#,
        ]
    )

    private struct Mode: OptionSet {
        let rawValue: UInt8
        static let bytes = Mode(rawValue: 1)
        static let noPreface = Mode(rawValue: 2)
        static let realService = Mode(rawValue: 4)
        static let ticks = Mode(rawValue: 8)
    }

    private let service = AdmissionService.forFuzzing()

    static func writeSeeds(_ seeds: SeedFiles) throws {
        func get(_ path: String) -> [UInt8] { HTTP2Bytes.fields(HTTP2Bytes.head("GET", path)) }
        func post(_ path: String, _ more: [(String, String)] = []) -> [UInt8] {
            HTTP2Bytes.fields(HTTP2Bytes.head("POST", path, more))
        }
        let pong = Array("pingpong".utf8)
        typealias Frame = (kind: UInt8, flags: UInt8, stream: UInt8, payload: [UInt8])
        let conversations: [(String, [Frame])] = [
            ("get", [(1, 5, 1, get("/livez"))]),
            ("three", [(1, 5, 1, get("/a")), (1, 5, 3, get("/later")), (1, 5, 5, get("/close"))]),
            ("post", [(1, 4, 1, post("/a", [("content-length", "3")])), (0, 1, 1, Array("abc".utf8))]),
            (
                "continued",
                [
                    (1, 1, 1, HTTP2Bytes.fields([(":method", "GET"), (":scheme", "https")])),
                    (9, 4, 1, HTTP2Bytes.fields([(":path", "/")])),
                ]
            ),
            ("trailers", [(1, 4, 1, post("/a")), (0, 0, 1, [65]), (1, 5, 1, HTTP2Bytes.fields([("t", "v")]))]),
            ("padded", [(1, 0xD, 1, [2] + get("/a") + [0, 0]), (0, 9, 1, [1, 65, 0])]),
            ("priority", [(1, 0x25, 1, [0, 0, 0, 3, 7] + get("/a")), (2, 0, 3, [0, 0, 0, 1, 9])]),
            ("reset", [(1, 4, 1, post("/a")), (3, 0, 1, [0, 0, 0, 8]), (1, 5, 3, get("/a"))]),
            ("settings", [(4, 0, 0, [0, 4, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]), (4, 1, 0, []), (1, 5, 1, get("/a"))]),
            (
                "ping",
                [(6, 0, 0, pong), (6, 1, 0, pong), (8, 0, 0, [0, 0, 1, 0]), (7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])]
            ),
            ("window", [(4, 0, 0, [0, 4, 0, 0, 0, 0]), (1, 5, 1, get("/a")), (8, 0, 1, [0, 0, 0, 9])]),
            (
                "table",
                [
                    (1, 5, 1, HTTP2Bytes.fields(HTTP2Bytes.head("GET", "/a", [("x", "y")]), isKept: true)),
                    (1, 5, 3, [0xC2, 0xBF, 0xC0, 0xC1, 0xBE]),
                ]
            ),
            ("unknown", [(10, 0, 0, [0, 0]), (16, 0, 0, [0, 0, 0, 1]), (255, 9, 1, [1]), (1, 5, 1, get("/a"))]),
            ("empty", [(1, 4, 1, post("/a"))] + Array(repeating: (0, 0, 1, []), count: 30)),
        ]
        for (name, frames) in conversations {
            let records = frames.flatMap { HTTP2Bytes.record($0.kind, flags: $0.flags, stream: $0.stream, $0.payload) }
            try seeds.write([0, 255] + records, as: name)
            try seeds.write([8, 20] + records, as: "\(name)-pieces")
            try seeds.write([4, 255] + records, as: "\(name)-real")
            let bytes = frames.flatMap {
                HTTP2Bytes.frame($0.kind, flags: $0.flags, stream: UInt32($0.stream), $0.payload)
            }
            try seeds.write([3, 255] + HTTP2Bytes.preface + HTTP2Bytes.frame(4) + bytes, as: "\(name)-bytes")
        }
    }

    func run(_ input: [UInt8]) {
        let mode = Mode(rawValue: input.first ?? 0)
        let pieceBytes = max(1, Int(input.dropFirst().first ?? 255)) * 4
        let content = input.dropFirst(2)
        var bytes = mode.contains(.bytes) ? Array(content) : HTTP2Bytes.frames(of: content).flatMap { $0 }
        if !mode.contains(.noPreface) {
            bytes = HTTP2Bytes.preface + HTTP2Bytes.frame(4) + HTTP2Bytes.frame(4, flags: 1) + bytes
        }
        let service: any HTTPService = mode.contains(.realService) ? self.service : FuzzService()
        let connection = Connection(.http2, service)
        var rest = bytes[...]
        while !rest.isEmpty {
            connection.send(rest.prefix(pieceBytes))
            rest = rest.dropFirst(pieceBytes)
            if mode.contains(.ticks) { connection.tick() }
        }
        for _ in 0..<5 { connection.tick() }
        connection.close()
        check(connection.output, bytes)
    }

    /// Whole frames, none on a stream that the client cannot have begun, and not many more bytes than came.
    private func check(_ output: [UInt8], _ input: [UInt8]) {
        require(output.count <= 4000 + 100 * input.count, "\(output.count) bytes of answers to \(input.count)")
        var rest = output[...]
        while !rest.isEmpty {
            let head = Array(rest.prefix(9))
            require(head.count == 9, "half a frame at the end of \(output)")
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            require(length <= 1 << 14 && rest.count >= 9 + length, "a frame of \(length) bytes in \(output)")
            let stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) }
            require(stream == 0 || !stream.isMultiple(of: 2), "a frame on stream \(stream)")
            require([0, 1, 3, 4, 6, 7, 8].contains(head[3]), "a frame of kind \(head[3])")
            rest = rest.dropFirst(9 + length)
        }
    }
}
