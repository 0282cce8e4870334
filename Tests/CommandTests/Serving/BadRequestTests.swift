import TestPatience
import TestPrograms
import Testing

/// What a client can get wrong: it gets a clear error, and the next one is served.
@Suite(.limit(minutes: 1)) struct `Bad requests` {
    private static let nested = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)

    @Test(arguments: [
        (String(Reviews.create().dropLast(40)), "ends in the middle of a value at line 1"),
        (#"{"kind":"Pod","apiVersion":"v1"}"#, #"kind: Invalid value: \"Pod\""#),
        (Reviews.create(uid: ""), "request.uid: Required value"),
        (
            Reviews.create(spec: #""deep":\#(nested),"#),
            "nested deeper than"
        ),
    ])
    func `get 400 and the place`(body: String, text: String) async throws {
        let webhook = try await Webhook.start()
        for version in ["--http1.1", "--http2"] {
            let answer = try await webhook.post(body, version)
            #expect(answer.status == 400)
            #expect(answer.body.contains(#""kind":"Status""#))
            #expect(answer.body.contains(text), "\(answer.body)")
        }
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `that are no UTF-8 get 400`() async throws {
        let webhook = try await Webhook.start()
        let bytes = Array(Reviews.create().utf8).map { $0 == UInt8(ascii: "y") ? 0xC0 : $0 }
        let answer = try await webhook.post(bytes)
        #expect(answer.status == 400)
        #expect(answer.body.contains("invalid UTF-8 at line 1"))
    }

    @Test func `of another content type get 415`() async throws {
        let webhook = try await Webhook.start()
        let answer = try await webhook.get("/validate", "--header", "Content-Type: text/yaml", "--data", "a: b")
        #expect(answer.status == 415)
        #expect(answer.body.contains("application/json"))
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func `of 21 MiB get 413`(version: String) async throws {
        let webhook = try await Webhook.start()
        let answer = try await webhook.post([UInt8](repeating: 0x20, count: 21 << 20), version)
        #expect(answer.status == 413)
        #expect(answer.body.contains("20971520 bytes"))
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `with a head of 20 KB get 431`() async throws {
        let webhook = try await Webhook.start()
        let answer = try await webhook.get(
            "/livez",
            "--http1.1",
            "--header",
            "X-Long: \(String(repeating: "x", count: 20_000))"
        )
        #expect(answer.status == 431)
        #expect(answer.body.contains("16384 bytes"))
    }

    @Test func `without TLS are told to use it`() async throws {
        let webhook = try await Webhook.start()
        let program = try await Program.named(
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "--max-time",
            "10",
            "http://127.0.0.1:\(webhook.port)/livez"
        )
        #expect(program.output.contains("use https://"))
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `of a client that vanishes harm nobody`() async throws {
        let webhook = try await Webhook.start()
        for _ in 0..<20 {
            let client = try await TLSClient.connect(to: webhook)
            try await client.send(
                "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n{"
            )
            client.vanish()
        }
        #expect(try await webhook.post(Reviews.create()).status == 200)
        #expect(try await webhook.stop() == 0)
    }
}
