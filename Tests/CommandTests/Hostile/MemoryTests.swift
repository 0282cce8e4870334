import TestPatience
import TestPrograms
import Testing

/// What one object, and many at once, can make the process hold, against what `deploy/` gives it.
@Suite(.limit(minutes: 15), .serialized) struct `Memory` {
    /// The largest the server takes.
    private static let bodyBytes = 20 << 20

    /// What a burst may leave beside pages of files: what all threads keep at hand for the next, and pages of which something
    /// is still in use.
    private static let keptBytes = 76 << 20

    /// What a body of so many bytes came to.
    private enum Outcome {
        case judged
        /// The server had no room for it, and says so.
        case shed
    }

    @Test func `for hostile bodies is within the limit of deploy, all of them at once and the largest there are`()
        async throws
    {
        let folder = try Folder()
        let state = try folder.write(HostileBody.state, to: "state.yaml")
        let log = try folder.write("", to: "decisions")
        let webhook = try await Webhook.start(
            "--threads",
            "2",
            "--metrics-port",
            "0",
            "--state",
            state,
            "--decision-log",
            log
        )
        let probes = try Probes.start(of: webhook)
        let before = try webhook.memory("RssAnon")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, kind) in HostileBody.allCases.enumerated() {
                // As many as have room at once, and one more.
                if index > 6 { try await group.next() }
                group.addTask {
                    let body = kind.body(bytes: Self.bodyBytes)
                    #expect(body.count > Self.bodyBytes - (128 << 10), "\(kind)")
                    // Until there was room for it.
                    while try await Self.post(body, kind, to: webhook) == .shed {
                        try await Task.sleep(for: .milliseconds(500))
                    }
                }
            }
            try await group.waitForAll()
        }
        let held = try webhook.memory("VmHWM")
        #expect(try held < DeployedLimits.memoryBytes, "\(held >> 20) MiB")
        // What nobody uses any more goes back to the system; what other tests need of the machine may delay it.
        var kept = try webhook.memory("RssAnon") - before
        for _ in 0..<120 where kept > Self.keptBytes {
            try await Task.sleep(for: .seconds(1))
            kept = try webhook.memory("RssAnon") - before
        }
        #expect(kept <= Self.keptBytes, "\(kept >> 20) MiB")
        #expect(try await probes.stop() > 0)
    }

    private static func post(_ body: [UInt8], _ kind: HostileBody, to webhook: Webhook) async throws -> Outcome {
        let client = try await TLSClient.connect(to: webhook)
        try await client.send(
            "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + "Content-Length: \(body.count)\r\n\r\n"
        )
        // The server may answer, and close, before it has all of it.
        try? await client.send(body)
        let answer = try await client.receive(patience: 300)
        if answer.hasPrefix("HTTP/1.1 503 ") || answer.isEmpty { return .shed }
        let isTooMuch = answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("more than 200000 members and elements")
        #expect(isTooMuch || answer.hasPrefix("HTTP/1.1 200 "), "\(kind): \(answer.prefix(300))")
        #expect(answer.utf8.count < 64 << 10, "\(kind): the answer has \(answer.utf8.count) bytes")
        return .judged
    }
}
