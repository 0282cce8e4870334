import Glibc
import TestPatience
import TestPrograms
import TestWire
import Testing

/// Clients that speak something else than the port does, by raw sockets.
@Suite(.limit(minutes: 2)) struct `Clients of another protocol` {
    private static let answer = """
        HTTP/1.0 400 Bad Request\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: 47\r
        Connection: close\r
        \r
        this port speaks HTTPS, not HTTP: use https://

        """

    /// What clients say without TLS: a probe, a review of 300 KB, and HTTP/2 that knows it is spoken.
    private static let requests = [
        "GET /livez HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + String(repeating: "x", count: 300_000),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u{0}\u{0}\u{0}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}",
    ]

    private func lines(_ webhook: Webhook, of reason: String) throws -> [Substring] {
        try webhook.log.split(separator: "\n").filter {
            $0.contains("a client did not get as far as HTTP") && $0.contains(reason)
        }
    }

    @Test func `without TLS are told that the port speaks HTTPS, and the log tells it once`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        for request in Self.requests {
            // Closed with bytes unread, a connection is reset, and to many a client that is all there was.
            for _ in 0..<8 {
                let bytes = Array(request.utf8)
                let received = try await PlainClient.exchange(bytes, with: webhook, patience: 20, takesReset: false)
                #expect(received.map { String(decoding: $0, as: UTF8.self) } == Self.answer, "\(request.prefix(20))")
            }
        }
        let metrics = try await webhook.metrics().body
        let count = 8 * Self.requests.count
        #expect(metrics.contains("\nagentrun_admission_handshake_failures_total{reason=\"plain_http\"} \(count)\n"))
        #expect(try lines(webhook, of: "plain_http").count == 1)
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `without TLS that never stop are cut off`() async throws {
        let webhook = try await Webhook.start()
        let sent = try await offTheTestThreads {
            let descriptor = try LoopbackSocket.connect(port: webhook.port)
            defer { Glibc.close(descriptor) }
            LoopbackSocket.setTimeout(.sending, seconds: 20, of: descriptor)
            var sent = 0
            guard LoopbackSocket.send(Array("POST / HTTP/1.1\r\n\r\n".utf8), on: descriptor) else { return sent }
            // Some megabytes are in the sockets of both ends.
            let piece = [UInt8](repeating: 0x78, count: 1 << 16)
            while sent < 64 << 20, LoopbackSocket.send(piece, on: descriptor) { sent += piece.count }
            return sent
        }
        #expect(sent < 64 << 20)
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test(arguments: [["spdy/3"], ["h3", "imap"], ["\u{0A}\u{0A}"], ["HTTP/1.1"]])
    func `that offer no protocol of ours get the alert for that, and are told in the log`(
        protocols: [String]
    ) async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        let hello = ClientHello.speaking(protocols.map { Array($0.utf8) }).bytes()
        for _ in 0..<3 {
            // A fatal alert: no_application_protocol (RFC 7301, section 3.2).
            let received = try await PlainClient.exchange(hello, with: webhook, patience: 20)
            #expect(received == [21, 3, 3, 0, 2, 2, 120])
        }
        let metrics = try await webhook.metrics().body
        #expect(metrics.contains("\nagentrun_admission_handshake_failures_total{reason=\"no_shared_protocol\"} 3\n"))
        let told = try lines(webhook, of: "no_shared_protocol")
        #expect(told.count == 1 && told[0].contains("no application protocol (ALPN)"), "\(told)")
    }

    @Test func `that offer ours among others are served`() async throws {
        let webhook = try await Webhook.start()
        let hello = ClientHello.speaking(["spdy/3", "http/1.1"].map { Array($0.utf8) }).bytes()
        let received = try await PlainClient.exchange(hello, with: webhook, patience: 20, ends: true)
        #expect(received?.first == 22, "a ServerHello")
    }
}
