import TestPatience
import Testing

/// The real process, over TLS, against clients that mean harm ([testing.md](../../docs/testing.md) has the table).
@Suite(.limit(minutes: 10), .serialized) struct `Attacks` {
    @Test(arguments: Attack.allCases)
    func `leave the process within the memory deploy gives it, its probes answered and others served`(
        attack: Attack
    ) async throws {
        let webhook = try await Webhook.start("--threads", "2", "--metrics-port", "0")
        let probes = try Probes.start(of: webhook)
        let clients = try await attack.run(against: webhook)
        // Who comes while all places are taken is told to come again, until one has waited long enough to lose its.
        while try await webhook.get("/livez").status != 200 { try await Task.sleep(for: .milliseconds(100)) }
        let held = try webhook.memory("VmHWM")
        #expect(try held < DeployedLimits.memoryBytes, "\(held >> 20) MiB")
        #expect(try await probes.stop() > 0)
        withExtendedLifetime(clients) {}
    }
}
