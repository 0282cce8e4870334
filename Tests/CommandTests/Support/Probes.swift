import Testing

/// A kubelet that asks for `/livez` on the port of the metrics, again and again, and notes when it is not answered.
final class Probes: Sendable {
    /// What a kubelet of `deploy/` waits a minute for, less what a busy machine is given.
    private static let patience = 60

    private let task: Task<Int, any Error>

    private init(port: Int) {
        task = Task {
            var count = 0
            let question = Array("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8)
            while !Task.isCancelled {
                let bytes = try await PlainClient.exchange(question, withPort: port, patience: Self.patience)
                let answer = String(decoding: bytes ?? [], as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 200 "), "probe \(count) got \(answer)")
                count += 1
                try? await Task.sleep(for: .milliseconds(20))
            }
            return count
        }
    }

    /// Begins to ask a server that was started with `--metrics-port 0`.
    static func start(of webhook: Webhook) throws -> Probes {
        Probes(port: try #require(try webhook.metricsPort))
    }

    /// How often it was answered.
    func stop() async throws -> Int {
        task.cancel()
        return try await task.value
    }
}
