import Glibc
import TestPatience
import Testing

/// A process that may have fewer descriptors than clients come.
@Suite(.limit(minutes: 3), .serialized) struct `Descriptors` {
    @Test func `that run out cost no processor, one line and no open connection`() async throws {
        let webhook = try await Webhook.start(
            ["--metrics-port", "0", "--threads", "1", "--handshake-timeout", "300", "--header-timeout", "300"],
            through: ["/usr/bin/prlimit", "--nofile=64:64"]
        )
        #expect(try webhook.log.contains("fewer file descriptors than --max-connections may need"))
        let open = try await TLSClient.connect(to: webhook)
        try await open.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await open.receive(until: Array("ok".utf8)))
        let silent = try await PlainClient.silent(104, port: webhook.port)
        while try !webhook.log.contains("cannot accept connections") { try await Task.sleep(for: .milliseconds(50)) }
        // Nothing but a fraction of this is work, however slow the machine is.
        let before = try webhook.processorTime
        try await Task.sleep(for: .seconds(5))
        let worked = try webhook.processorTime - before
        #expect(worked < .milliseconds(500), "\(worked)")
        try await open.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await open.receive(until: Array("ok".utf8)))
        #expect(try webhook.log.matches(of: /cannot accept connections/).count == 1)
        for descriptor in silent { close(descriptor) }
        // Everybody is served again, and told how often somebody was not.
        #expect(try await webhook.get("/livez").status == 200)
        let metrics = try await webhook.metrics().body
        let failures = metrics.firstMatch(of: /\nagentrun_admission_accept_failures_total ([0-9]+)\n/)
        #expect(failures.flatMap { Int($0.1) } ?? 0 > 0)
        #expect(metrics.contains(#"agentrun_admission_connections_ended_total{reason="yielded"}"#))
        #expect(try await webhook.stop() == 0)
    }

    @Test func `of the soft limit are raised to the hard one`() async throws {
        let webhook = try await Webhook.start([], through: ["/usr/bin/prlimit", "--nofile=64:4096"])
        #expect(try !webhook.log.contains("fewer file descriptors"))
        #expect(try webhook.limit("Max open files") == 4096)
    }
}
