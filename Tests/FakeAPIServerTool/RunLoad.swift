import FakeAPIServer

/// AgentRuns and what happens to them.
struct RunLoad: Sendable {
    let server: FakeAPIServer
    let template: AgentRunTemplate
    let runs: Int
    let oneRunningIn: Int

    /// How often events are made: a hundred times a second, several at once.
    private static let stepsPerSecond = 100

    func fill() async throws {
        try await server.bulkLoad(.agentRuns, count: runs) { [template, oneRunningIn] number in
            template.run(number, phase: number % oneRunningIn == 0 ? "Running" : "Succeeded")
        }
    }

    /// Changes one run after the other, back and forth between two phases; without events it only waits.
    func change(perSecond count: Int) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var changed = 0
        while true {
            guard count > 0, runs > 0 else {
                try await Task.sleep(for: .seconds(3600))
                continue
            }
            // What is due by now, so that a late wake-up does not lower the rate.
            let elapsed = (clock.now - start) / .seconds(1)
            let due = Int(elapsed * Double(count))
            let objects = (changed..<max(changed, due)).map { event in
                template.run(event % runs, phase: event / runs % 2 == 0 ? "Running" : "Failed")
            }
            try await server.put(objects, in: .agentRuns)
            changed = max(changed, due)
            try await clock.sleep(for: .seconds(1) / Self.stepsPerSecond)
        }
    }

    func expire(everySeconds seconds: Int) async throws {
        while true {
            try await Task.sleep(for: .seconds(seconds))
            try await server.expireHistory()
            try await server.closeWatches()
        }
    }
}
