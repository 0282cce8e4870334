import Testing

/// What clients can make the process hold, against what `deploy/` gives it.
@Suite(.timeLimit(.minutes(5)), .serialized) struct `Memory` {
    @Test func `of heads without bodies is theirs to give, not ours to hold`() async throws {
        let webhook = try await Webhook.start("--threads", "2")
        // A field of 4 KiB is sent once; four bytes then stand for four of it, in each of 250 heads.
        var bytes = HTTP2Bytes.greeting()
        bytes += HTTP2Bytes.review(1, HTTP2Bytes.indexed("x", String(repeating: "x", count: 3900)))
        for index in 1..<250 {
            bytes += HTTP2Bytes.review(UInt32(1 + 2 * index), [UInt8](repeating: HTTP2Bytes.last, count: 3))
        }
        bytes += HTTP2Bytes.ping
        var clients: [TLSClient] = []
        for _ in 0..<140 {
            let client = try await TLSClient.connect(to: webhook, speaking: "h2")
            try await client.send(bytes)
            // Everything before it has been taken, too.
            #expect(try await client.receive(until: HTTP2Bytes.pong))
            clients.append(client)
        }
        // It was 613 MB.
        #expect(try webhook.memory("VmHWM") < DeployedLimits.memoryBytes)
        #expect(try await webhook.get("/livez").status == 200)
        withExtendedLifetime(clients) {}
    }
}
