import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `serve` {
    @Test(arguments: ["--http1.1", "--http2"])
    func `judges a review over either protocol`(version: String) async throws {
        let webhook = try await Webhook.start()
        let answer = try await webhook.post(Reviews.create(uid: "uid-7"), version)
        #expect(answer.status == 200)
        #expect(
            answer.body.hasPrefix(
                #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"uid-7","allowed":true"#
            )
        )
    }

    @Test func `answers nghttp`() async throws {
        let webhook = try await Webhook.start()
        let file = try webhook.folder.write(Reviews.create(), to: "review.json")
        let program = try await Program.named(
            "nghttp",
            "--no-dep",
            "--header=content-type: application/json",
            "--data=\(file)",
            "\(webhook.url)/validate"
        )
        #expect(program.status == 0)
        #expect(program.output.contains(#""allowed":true"#))
    }

    @Test func `shows what it makes of a certificate`() async throws {
        let webhook = try await Webhook.start()
        let program = try await Program.named(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:\(webhook.port)",
            "-alpn",
            "h2,http/1.1",
            "-tls1_3"
        )
        #expect(program.output.contains("ALPN protocol: h2"))
        #expect(program.output.contains("TLSv1.3"))
        let log = try webhook.log
        #expect(log.contains("names=DNS:localhost,IP:127.0.0.1,IP:::1"))
        #expect(log.contains(/sha256=[0-9a-f]{64}/))
    }

    @Test func `refuses old TLS where it is told to`() async throws {
        let webhook = try await Webhook.start("--tls-min-version", "1.3")
        #expect(try await webhook.get("/livez", "--tls-max", "1.2").status == 0)
        #expect(try await webhook.get("/livez", "--tlsv1.3").status == 200)
    }

    @Test func `reads a request that comes one byte at a time`() async throws {
        // Time enough for a record a byte, also on a busy machine.
        let webhook = try await Webhook.start("--header-timeout", "120", "--body-timeout", "120")
        let client = try await TLSClient.connect(to: webhook)
        let body = Reviews.create()
        let head = """
            POST /validate?timeout=30s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
            Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n
            """
        for byte in (head + body).utf8 { try await client.send(String(UnicodeScalar(byte))) }
        let answer = try await client.receive()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains(#""allowed":true"#))
    }

    @Test func `lets one of many concurrent creates have the branch, every time`() async throws {
        let webhook = try await Webhook.start()
        for round in 0..<10 {
            // One curl, thirty connections: each --next is a request of its own.
            var arguments = ["curl", "--parallel", "--parallel-immediate", "--parallel-max", "30"]
            for number in 0..<30 {
                let body = Reviews.create("run-\(round)-\(number)", head: "codex/\(round)")
                let file = try webhook.folder.write(body, to: "review-\(round)-\(number).json")
                arguments += number == 0 ? [] : ["--next"]
                arguments += [
                    "--silent", "--insecure", "--noproxy", "*", number % 2 == 0 ? "--http1.1" : "--http2",
                    "--header", "Content-Type: application/json", "--data-binary", "@\(file)",
                    "\(webhook.url)/validate",
                ]
            }
            let answers = try await Program.run("/usr/bin/env", arguments).output
            #expect(answers.matches(of: /"allowed":true/).count == 1, "round \(round)")
            #expect(answers.matches(of: /"allowed":false/).count == 29, "round \(round)")
        }
    }

    @Test func `knows the runs of a folder, and sees it change`() async throws {
        let state = try Folder()
        try state.write(Reviews.manifest("holder"), to: "runs/holder.yaml")
        let webhook = try await Webhook.start("--state", state.path)
        let denied = try await webhook.post(Reviews.create("other"))
        #expect(denied.body.contains("agents/holder"))
        #expect(denied.body.contains("state-age-ms"))
        try FileManager.default.removeItem(atPath: state.path("runs/holder.yaml"))
        let deadline = ContinuousClock.now + .seconds(20 * Patience.factor)
        var isAllowed = false
        while !isAllowed, ContinuousClock.now < deadline {
            isAllowed = try await webhook.post(Reviews.create("other")).body.contains(#""allowed":true"#)
        }
        #expect(isAllowed)
    }

    @Test func `stops when asked to and says so`() async throws {
        let webhook = try await Webhook.start()
        _ = try await TLSClient.connect(to: webhook)
        #expect(try await webhook.stop() == 0)
        #expect(try webhook.log.contains("stopped"))
    }
}
