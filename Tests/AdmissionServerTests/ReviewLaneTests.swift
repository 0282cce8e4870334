import HTTPServer
import NIOCore
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.limit(minutes: 5)) struct `Reviews that take long` {
    private static func post(_ name: String, _ padding: Int = 0) -> String {
        SlowJudgement.post(name, padding: padding)
    }
    private static let livez = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test(arguments: [SlowJudgement.mediumBytes, SlowJudgement.largeBytes])
    func `keep nothing else of their event loop waiting`(bytes: Int) async throws {
        let slow = SlowJudgement()
        let port = try await slow.start()
        let large = try RawClient.connect(to: port)
        try await large.send(Self.post("large", bytes))
        try await slow.waitForJudgement()
        let other = try RawClient.connect(to: port)
        for number in 1...20 {
            try await other.send(Self.post("small-\(number)"))
            _ = try await other.receive(until: SlowJudgement.answer("small-\(number)"))
            try await other.send(Self.livez)
            _ = try await other.receive(until: "HTTP/1.1 200 OK")
        }
        #expect(slow.metric("reviews_in_flight") == "1")
        #expect(slow.metric(#"reviews_in_lanes{lane="\#(bytes > 512 << 10 ? "large" : "medium")"}"#) == "1")
        slow.goOn()
        #expect(try await large.receive(until: SlowJudgement.answer("large")).contains("HTTP/1.1 200 OK"))
        // It is counted after the answer is on its way.
        let counter = #"reviews_total{operation="CREATE",kind="AgentRun",verdict="allowed",dry_run="false"}"#
        while slow.metric(counter) != "21" { try await Task.sleep(for: .milliseconds(5)) }
        #expect(slow.inFlight.count == 0)
        try await slow.stop()
    }

    @Test func `do not hold up smaller ones that go beside the event loop, too`() async throws {
        let slow = SlowJudgement()
        let port = try await slow.start()
        let large = try RawClient.connect(to: port)
        try await large.send(Self.post("large", SlowJudgement.largeBytes))
        try await slow.waitForJudgement()
        let medium = try RawClient.connect(to: port)
        try await medium.send(Self.post("medium", SlowJudgement.mediumBytes))
        // The large one is at the gate still.
        try await slow.waitForJudgement(2)
        slow.goOn(2)
        _ = try await medium.receive(until: SlowJudgement.answer("medium"))
        _ = try await large.receive(until: SlowJudgement.answer("large"))
        try await slow.stop()
    }

    @Test func `are answered in order where requests were pipelined behind them`() async throws {
        let slow = SlowJudgement()
        let client = try RawClient.connect(to: try await slow.start())
        let requests = [
            Self.post("first", SlowJudgement.largeBytes), Self.post("second"), Self.livez,
            Self.post("third", SlowJudgement.mediumBytes), Self.post("fourth"),
        ]
        async let sending: Void = client.send(requests.joined())
        try await slow.waitForJudgement()
        slow.goOn(2)
        let answers = try await client.receive(until: SlowJudgement.answer("fourth"))
        try await sending
        let places = ["first", "second", "third", "fourth"].map { answers.firstRange(of: SlowJudgement.answer($0)) }
        #expect(!places.contains(nil))
        #expect(places.compactMap(\.?.lowerBound) == places.compactMap(\.?.lowerBound).sorted())
        try await slow.stop()
    }

    @Test func `whose client has gone are finished for nobody`() async throws {
        let slow = SlowJudgement()
        let port = try await slow.start()
        let client = try RawClient.connect(to: port)
        try await client.send(Self.post("large", SlowJudgement.largeBytes))
        try await slow.waitForJudgement()
        client.vanish()
        while slow.server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(slow.inFlight.count == 1)
        slow.goOn()
        while slow.inFlight.count > 0 { try await Task.sleep(for: .milliseconds(5)) }
        let other = try RawClient.connect(to: port)
        try await other.send(Self.livez)
        _ = try await other.receive(until: "HTTP/1.1 200 OK")
        try await slow.stop()
    }

    @Test func `are waited for by a server that stops`() async throws {
        let slow = SlowJudgement()
        let client = try RawClient.connect(to: try await slow.start())
        try await client.send(Self.post("large", SlowJudgement.largeBytes))
        try await slow.waitForJudgement()
        async let stopped: Void = slow.server.shutdownGracefully(within: .hours(1))
        await slow.server.retire()
        slow.goOn()
        let answer = try await client.receive()
        #expect(answer.contains(SlowJudgement.answer("large")))
        #expect(answer.contains("Connection: close\r\n"))
        await stopped
        try await slow.stop()
    }

    @Test func `are told to come again when as much waits as may`() async throws {
        var limits = ReviewLanes.Limits()
        limits.largeWaitingBytes = 2 << 20
        let slow = SlowJudgement(limits: limits)
        let port = try await slow.start()
        var clients: [RawClient] = []
        // Two of three quarters of a mebibyte have room, and wait for nothing but the gate.
        for number in 1...2 {
            let client = try RawClient.connect(to: port)
            try await client.send(Self.post("run-\(number)", SlowJudgement.largeBytes))
            clients.append(client)
            while slow.inFlight.count < number { try await Task.sleep(for: .milliseconds(5)) }
        }
        let surplus = try RawClient.connect(to: port)
        try await surplus.send(Self.post("surplus", SlowJudgement.largeBytes))
        let answer = try await surplus.receive()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("retry-after: 1\r\n"))
        #expect(slow.metric(#"requests_shed_total{reason="judging"}"#) == "1")
        #expect(slow.inFlight.count == 2)
        slow.goOn(2)
        for (number, client) in zip(1..., clients) {
            _ = try await client.receive(until: SlowJudgement.answer("run-\(number)"))
        }
        try await slow.stop()
    }

    @Test func `are judged when they are alone, however large`() async throws {
        var limits = ReviewLanes.Limits()
        limits.largeWaitingBytes = 1024
        let slow = SlowJudgement(limits: limits)
        let client = try RawClient.connect(to: try await slow.start())
        try await client.send(Self.post("large", SlowJudgement.largeBytes))
        slow.goOn()
        #expect(try await client.receive(until: SlowJudgement.answer("large")).contains("HTTP/1.1 200 OK"))
        try await slow.stop()
    }
}
