internal import AdmissionServer
internal import HTTPServer

/// Bytes of an HTTP/1.1 connection, at once and in pieces, and to the webhook's own service.
///
/// The first byte is the size of the pieces, the second how often the time goes on between them.
struct HTTP1Target: FuzzTarget {
    static let name = "http1"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(
        tokens: [
            #"\x0D\x0A"#, #"\x0D\x0A\x0D\x0A"#, "Content-Length: ", "Transfer-Encoding: ", "chunked", "Host: ",
            "Connection: ", "close",
            "keep-alive", "Expect: 100-continue", "Upgrade: ", "HTTP/1.1", "HTTP/1.0", "GET ", "HEAD ", "POST ",
            "OPTIONS ",
            #"0\x0D\x0A\x0D\x0A"#, "/later", "/none", "/close", "/refused", "/validate", "?timeout=",
            "application/json",
        ]
    )

    private let service = AdmissionService.forFuzzing()

    static func writeSeeds(_ seeds: SeedFiles) throws {
        let heads = [
            "get": "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n",
            "head": "HEAD /readyz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /version HTTP/1.0\r\n\r\n",
            "two":
                "GET /later HTTP/1.1\r\nHost: h\r\n\r\nPOST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            "refused":
                "POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
            "close": "GET /close HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n",
            "continue": "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
            "chunks":
                "POST /a?q=1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1f\r\n"
                + "0123456789012345678901234567890\r\n0\r\nTrailer: t\r\n\r\n",
            "both": "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "upgrade":
                "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
            "absolute": "OPTIONS http://h:1/a?b#c HTTP/1.1\r\nHost: h\r\nX-A: \u{e9}\r\n folded\r\n\r\n",
            "connect": "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
            "http2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
        for (name, text) in heads.sorted(by: { $0.key < $1.key }) {
            try seeds.write([255, 0] + Array(text.utf8), as: name)
            try seeds.write([1, 9] + Array(text.utf8), as: "\(name)-bytes")
        }
        for (name, body) in try seeds.contents("Tests/Golden/requests", ".json", upTo: 2900) {
            let head =
                "POST /validate?timeout=10s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.count)\r\n\r\n"
            try seeds.write([200, 0] + Array(head.utf8) + body, as: name)
        }
    }

    func run(_ input: [UInt8]) {
        let pieceBytes = max(1, Int(input.first ?? 1))
        let ticksEvery = Int(input.dropFirst().first ?? 0)
        let bytes = Array(input.dropFirst(2))
        let whole = answers(bytes, pieceBytes: .max)
        // Time-outs are for whoever is slow.
        let pieced = answers(bytes, pieceBytes: pieceBytes, ticksEvery: ticksEvery)
        if ticksEvery == 0, let whole, let pieced {
            // A head that is too large and wrong besides is refused for what is seen of it first.
            let isAlike = Self.withoutRefusal(whole) == Self.withoutRefusal(pieced)
            require(whole == pieced || isAlike, "at once:\n\(whole.text)\nin pieces of \(pieceBytes):\n\(pieced.text)")
        }
        let connection = Connection(.http1, service)
        connection.send(bytes)
        connection.close()
        Self.check(connection.output, input)
    }

    /// Nil when more requests came one behind the other than may wait.
    private func answers(_ bytes: [UInt8], pieceBytes: Int, ticksEvery: Int = 0) -> [UInt8]? {
        let service = FuzzService()
        let connection = Connection(.http1, service)
        var (rest, count) = (bytes[...], 0)
        while !rest.isEmpty {
            connection.send(rest.prefix(pieceBytes))
            rest = rest.dropFirst(pieceBytes)
            count += 1
            if ticksEvery > 0, count.isMultiple(of: ticksEvery) { connection.tick() }
        }
        connection.close()
        Self.check(connection.output, bytes)
        // Each has one empty line; more would be an answer that a client takes for the next one's.
        let answers = connection.output.text.components("\r\n\r\n").count - 1
        let interim = connection.output.text.components("HTTP/1.1 100 ").count - 1
        require(answers <= service.answerCount + interim, "\(answers) answers:\n\(connection.output.text)")
        return connection.wasCut ? nil : connection.output
    }

    /// The answers before one that says 400 or 431 and ends the connection; all of them where none does.
    private static func withoutRefusal(_ output: [UInt8]) -> [String] {
        let parts = output.text.components("HTTP/1.1 4")
        let isRefused = parts.count > 1 && ["00 ", "31 "].contains(parts.last?.prefix(3) ?? "")
        return isRefused ? parts.dropLast() + ["refused"] : parts
    }

    private static func check(_ output: [UInt8], _ input: [UInt8]) {
        require(output.count <= 2000 + 40 * input.count, "\(output.count) bytes of answers to \(input.count)")
        require(
            output.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0D || $0 == 0x0A },
            "a control character in \(output.text.debugDescription)"
        )
    }
}
