import TestPatience
import Testing

/// Clients that take their time, on purpose or not.
@Suite(.limit(minutes: 1)) struct `Slow clients` {
    @Test func `are cut off in the middle of a ClientHello`() async throws {
        let webhook = try await Webhook.start("--handshake-timeout", "1")
        // A record of 512 bytes that holds a ClientHello of 508, and the first four bytes of it.
        let beginning: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC]
        let received = try await PlainClient.exchange(beginning, with: webhook, patience: 20)
        #expect(received != nil, "the connection was left open")
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `that say nothing at all are cut off, too`() async throws {
        let webhook = try await Webhook.start("--handshake-timeout", "1")
        #expect(try await PlainClient.exchange([], with: webhook, patience: 20) != nil)
    }

    @Test(arguments: ["POST /validate HT", "POST /validate HTTP/1.1\r\nHost: h\r\nX-A: b\r\n"])
    func `that do not finish their head are told so`(beginning: String) async throws {
        let webhook = try await Webhook.start("--header-timeout", "1")
        let client = try await TLSClient.connect(to: webhook)
        try await client.send(beginning)
        let answer = try await client.receive(patience: 20)
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains("the request head did not arrive in time"))
    }

    @Test func `that ask nothing after the handshake are closed`() async throws {
        let webhook = try await Webhook.start("--idle-timeout", "1")
        let client = try await TLSClient.connect(to: webhook)
        #expect(try await client.receive(patience: 20).isEmpty)
        #expect(try await client.isClosedByServer)
    }

    @Test func `that do not finish their body are told so`() async throws {
        let webhook = try await Webhook.start("--body-timeout", "1")
        let client = try await TLSClient.connect(to: webhook)
        try await client.send(
            "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"kind\":"
        )
        let answer = try await client.receive(patience: 20)
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains("the request body did not arrive in time"))
    }

    @Test func `that send and never read cost a bounded amount of memory`() async throws {
        let webhook = try await Webhook.start("--threads", "1", "--write-timeout", "60")
        #expect(try await webhook.get("/livez").status == 200)
        let before = try webhook.memory("VmRSS")
        let client = try await TLSClient.connect(to: webhook)
        let request = "GET /validate HTTP/1.1\r\nHost: h\r\n\r\n"
        let limit = 100 << 20
        let sent = try await client.sendWithoutReading(
            String(repeating: request, count: 400),
            limit: limit,
            patience: 2
        )
        #expect(sent < limit, "the server took everything")
        let grown = try webhook.memory("VmHWM") - before
        #expect(grown < 20 << 20, "\(sent) bytes sent, \(grown) bytes grown")
        #expect(try await webhook.get("/livez").status == 200)
    }
}
