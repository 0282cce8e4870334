import FakeAPIServer

/// Memories and what happens to them.
struct MemoryLoad: Sendable {
    let server: FakeAPIServer
    let memories: Int

    func fill() async throws {
        for number in 0..<memories {
            try await server.create(json: Self.memory(number), in: .memories, namespace: "agents")
        }
    }

    private static func memory(_ number: Int) -> String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"Memory",\
        "metadata":{"name":"memory-\(number)","namespace":"agents"},\
        "spec":{"type":"custom","default":true,"connection":{"secretRef":{"name":"memory-\(number)"}}}}
        """
    }

    /// Changes one after the other; without events it only waits.
    func change(perSecond count: Int) async throws {
        guard count > 0, memories > 0 else { return try await Task.sleep(for: .seconds(1_000_000)) }
        let clock = ContinuousClock()
        let start = clock.now
        for event in 1... {
            let name = "memory-\(event % memories)"
            try await server.update(
                name,
                in: .memories,
                namespace: "agents",
                mergingJSON: #"{"spec":{"event":\#(event)}}"#
            )
            try await clock.sleep(until: start + .seconds(1) * event / count)
        }
    }
}
