import Foundation
import Glibc
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 2)) struct `Stopping` {
    /// Waits for a line of the log.
    private func wait(for text: String, in webhook: Webhook) async throws {
        let deadline = ContinuousClock.now + .seconds(20 * Patience.factor)
        while ContinuousClock.now < deadline, try !webhook.log.contains(text) {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try webhook.log.contains(text))
    }

    private static let get = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `fails readiness first, and serves new connections meanwhile, each for one request`() async throws {
        let webhook = try await Webhook.start("--drain-delay", "60", "--drain-timeout", "90")
        let old = try await TLSClient.connect(to: webhook)
        webhook.send(SIGTERM)
        try await wait(for: "stopping", in: webhook)
        let ready = try await webhook.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.body.contains("[-]shutdown failed"))
        #expect(try await webhook.get("/livez").status == 200)
        let answer = try await webhook.post(Reviews.create(), "--http1.1", "--include")
        #expect(answer.body.contains("Connection: close"))
        #expect(answer.body.contains(#""allowed":true"#))
        // One that was open before is served once more, and told.
        try await old.send(Self.get)
        #expect(try await old.receive(patience: 20).contains("Connection: close"))
        webhook.send(SIGINT)
        #expect(try await webhook.exitStatus == 0)
    }

    @Test func `tells HTTP/2 clients which stream was the last, after it`() async throws {
        let webhook = try await Webhook.start("--drain-delay", "60", "--drain-timeout", "90")
        webhook.send(SIGTERM)
        try await wait(for: "stopping", in: webhook)
        let file = try webhook.folder.write(Reviews.create(), to: "review.json")
        let program = try await Program.named(
            "nghttp",
            "--verbose",
            "--no-dep",
            "--header=content-type: application/json",
            "--data=\(file)",
            "\(webhook.url)/validate"
        )
        let output = program.output.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(output.contains(#""allowed":true"#))
        let last = output.matches(of: /last_stream_id=([0-9]+)/).map { String($0.1) }
        // nghttp's own GOAWAY names 0: the server has opened no streams.
        let ours = last.filter { $0 != "0" }
        #expect(ours.first == "2147483647", "\(output)")
        #expect(ours.dropFirst().allSatisfy { Int($0) ?? 0 >= 13 }, "\(output)")
        webhook.send(SIGINT)
        #expect(try await webhook.exitStatus == 0)
    }

    @Test func `waits for the review under way, and ends before the time is over`() async throws {
        let webhook = try await Webhook.start("--drain-timeout", "30")
        let client = try await TLSClient.connect(to: webhook)
        let body = Reviews.create()
        let head = "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        try await client.send(head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(10))
        webhook.send(SIGTERM)
        try await wait(for: "stopping", in: webhook)
        try await client.send(String(body.dropFirst(10)))
        let answer = try await client.receive(patience: 20)
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.contains(#""allowed":true"#))
        #expect(try await webhook.exitStatus == 0)
    }

    @Test func `cuts a review that never ends when the time is over`() async throws {
        let webhook = try await Webhook.start("--drain-timeout", "2")
        let client = try await TLSClient.connect(to: webhook)
        try await client.send(
            "POST /validate HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
        )
        let start = ContinuousClock.now
        webhook.send(SIGTERM)
        #expect(try await webhook.exitStatus == 0)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `is not hastened by a second SIGTERM, but by a SIGINT`() async throws {
        let webhook = try await Webhook.start("--drain-delay", "60", "--drain-timeout", "90")
        webhook.send(SIGTERM)
        try await wait(for: "stopping", in: webhook)
        webhook.send(SIGTERM)
        try await wait(for: "already stopping", in: webhook)
        #expect(try await webhook.get("/livez").status == 200)
        webhook.send(SIGINT)
        #expect(try await webhook.exitStatus == 0)
        #expect(try webhook.log.contains("stopped"))
    }

    @Test func `knows no delay for a person at a terminal`() async throws {
        let webhook = try await Webhook.start("--drain-delay", "60", "--drain-timeout", "90")
        let start = ContinuousClock.now
        webhook.send(SIGINT)
        #expect(try await webhook.exitStatus == 0)
        #expect(ContinuousClock.now - start < .seconds(45))
    }

    @Test func `in the middle of the start is an orderly end, too`() async throws {
        let folder = try Folder()
        // Takes longer to read than the signal takes to come.
        let manifest = (0..<2000).map { Reviews.manifest("run-\($0)", head: "codex/\($0)") }.joined(separator: "---\n")
        let state = try folder.write(manifest, to: "state.yaml")
        let serve = ["serve", "--host", "127.0.0.1", "--port", "0", "--metrics-port", "none", "--state", state]
        // On a busy machine a signal may come when the start is over: then it was none in the middle of it.
        for attempt in 0..<20 {
            let log = try folder.write("", to: "log-\(attempt)")
            func text() throws -> String { try folder.text("log-\(attempt)") }
            let program = try await RunningProgram.start(Program.underTest, serve, log: log)
            while program.isRunning, try !text().contains("made at start") {
                try await Task.sleep(for: .milliseconds(1))
            }
            kill(program.identifier, SIGTERM)
            #expect(try await program.exitStatus == 0)
            let parts = try text().split(separator: "asked to stop", maxSplits: 1)
            try #require(parts.count == 2)
            #expect(!parts[1].contains(" ready"), "\(parts[1])")
            if !parts[0].contains(" ready") { return }
        }
        Issue.record("no signal came in the middle of a start")
    }
}
