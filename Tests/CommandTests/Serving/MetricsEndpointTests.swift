import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `/metrics` {
    @Test func `is plain HTTP on a port of its own, and knows what happened on the other`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        #expect(try await webhook.post(Reviews.create("one")).status == 200)
        #expect(try await webhook.post(Reviews.create("two"), "--http2").status == 200)
        _ = try await PlainClient.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), with: webhook, patience: 10)
        let answer = try await webhook.metrics()
        #expect(answer.status == 200)
        let run = #"operation="CREATE",kind="AgentRun""#
        for line in [
            #"agentrun_admission_reviews_total{\#(run),verdict="allowed",dry_run="false"} 1"#,
            #"agentrun_admission_reviews_total{\#(run),verdict="denied",dry_run="false"} 1"#,
            "agentrun_admission_review_duration_seconds_count 2",
            #"agentrun_admission_connections_total{protocol="h2"} 2"#,
            #"agentrun_admission_handshake_failures_total{reason="plain_http"} 1"#,
            #"agentrun_admission_state_synced{kind="AgentRun"} 1"#,
            #"agentrun_admission_build_info{version="0.1.0"} 1"#,
        ] {
            #expect(answer.body.contains("\n\(line)\n"), "\(line)")
        }
        #expect(try await webhook.get("/metrics").status == 404)
        // A failed handshake is a number; a line only where somebody can put it right.
        #expect(try webhook.log.split(separator: "\n").filter { $0.contains("plain_http") }.count == 1)
    }

    @Test func `names every metric once, each sample behind its name`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        _ = try await webhook.post(Reviews.create())
        var names: Set<Substring> = []
        var current: Substring = ""
        for line in try await webhook.metrics().body.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                current = words[2]
                #expect(names.insert(current).inserted, "\(line)")
            } else if !line.hasPrefix("#") {
                #expect(line.hasPrefix(current), "\(line)")
                #expect(Double(words.last ?? "") != nil, "\(line)")
            }
        }
        #expect(names.count > 25)
    }

    @Test func `is HTTPS where it is told to be`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0", "--metrics-tls")
        #expect(try await webhook.metrics("--insecure").status == 200)
        #expect(try webhook.log.contains("address=https://127.0.0.1:\(webhook.metricsPort ?? 0)/metrics"))
    }

    @Test func `says which flag is meant when its port is in use`() async throws {
        let first = try await Webhook.start("--metrics-port", "0")
        let port = try first.metricsPort ?? 0
        let second = try await Program.run(
            Program.underTest,
            ["serve", "--host", "127.0.0.1", "--port", "0", "--metrics-port", "\(port)", "--drain-delay", "0"]
        )
        #expect(second.status == 2)
        #expect(second.errors.contains("cannot listen on 127.0.0.1 port \(port): the port is in use"))
        #expect(second.errors.contains("--metrics-port"))
    }

    @Test func `costs reviews nothing when a scraper does not read`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0", "--threads", "1")
        #expect(try await webhook.metrics().status == 200)
        let before = try webhook.memory("VmRSS")
        let port = try webhook.metricsPort ?? 0
        // Twenty that ask for two thousand texts of 20 KB each and read none of it; only the first sixteen are served.
        let requests = Array(String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 2000).utf8)
        try await withThrowingTaskGroup { tasks in
            for _ in 0..<20 {
                tasks.addTask { _ = try? await SlowScraper.ask(requests, port: port, seconds: 3) }
            }
            for index in 0..<10 {
                let answer = try await webhook.post(Reviews.create("run-\(index)", head: "codex/\(index)"))
                #expect(answer.status == 200)
            }
            try await tasks.waitForAll()
        }
        let grown = try webhook.memory("VmHWM") - before
        #expect(grown < 60 << 20, "\(grown) bytes grown")
        #expect(try await webhook.metrics().status == 200)
    }
}
