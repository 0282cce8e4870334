import AgentRuns
import ClusterState
import JSONPull
import Policy
import TestRandomness
import Testing

@Suite struct `Run tally` {
    private struct Model {
        var namespace: String
        var name: String
        var agent: String
        var repository: String
        var phase: String?

        var json: String {
            runJSON(
                name,
                namespace: namespace,
                repository: repository,
                agent: agent,
                status: phase.map { "{\"phase\":\"\($0)\"}" }
            )
        }

        var key: String { "\(namespace)/\(name)" }
        var isRunning: Bool { phase == "Running" }
        var isQueued: Bool {
            ["pending", "queued", "progressing", "inprogress"].contains((phase ?? "Pending").lowercased())
        }
    }

    @Test(arguments: 0..<20)
    func `agrees with counting`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let store = ClusterStore()
        var runs: [String: Model] = [:]
        for round in 0..<30 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                let written = (0..<Int.random(in: 0..<80, using: &random)).map { _ in model(&random) }
                runs = [:]
                for run in written { runs[run.key] = run }
                try store.load(MemoryFileSystem(["/m/\(round).json": listJSON(written.map(\.json))]))
            } else {
                let run = model(&random)
                runs[run.key] = nil
                store.observeDeletion(namespace: ExactString(run.namespace), name: ExactString(run.name), uid: "")
            }
            for _ in 0..<5 { compare(store, Array(runs.values), model(&random), "seed \(seed), round \(round)") }
        }
    }

    private func compare(_ store: ClusterStore, _ runs: [Model], _ own: Model, _ place: String) {
        let others = runs.filter { $0.key != own.key }
        func count(_ isInScope: (Model) -> Bool) -> RunCounts.Count {
            let inScope = others.filter(isInScope)
            // To the queue a run of the same name is the same run, wherever it is.
            let waiting = inScope.filter { $0.name != own.name }
            return RunCounts.Count(running: inScope.count(where: \.isRunning), queued: waiting.count(where: \.isQueued))
        }
        var expected = RunCounts()
        expected.agent = count { $0.namespace == own.namespace && $0.agent == own.agent }
        expected.repository = count { $0.repository.lowercased() == own.repository.lowercased() }
        expected.namespace = count { $0.namespace == own.namespace }
        expected.cluster = count { _ in true }
        let counts = store.runCounts(
            agent: ExactString(own.agent),
            repository: ExactString(own.repository.lowercased()),
            otherThan: ExactString(own.name),
            in: ExactString(own.namespace)
        )
        #expect(counts == expected, "\(place)")
    }

    private func model(_ random: inout SplitMix) -> Model {
        Model(
            namespace: ["a", "b", "a-namespace-of-many-letters"].randomElement(using: &random) ?? "a",
            name: "run-\(Int.random(in: 0..<30, using: &random))",
            agent: ["codex", "an-agent-with-a-long-name"].randomElement(using: &random) ?? "codex",
            repository: ["o/r", "O/R", "organisation/repository"].randomElement(using: &random) ?? "o/r",
            phase: [nil, "Running", "running", "Pending", "QUEUED", "InProgress", "Failed"]
                .randomElement(using: &random) ?? nil
        )
    }

    @Test(arguments: [(Generation.february2026, 1), (.august2026, 0)])
    func `a template waits for nothing at 2026-08`(generation: Generation, queued: Int) throws {
        let store = ClusterStore(generation: generation)
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("t", template: "true")]))
        let counts = store.runCounts(agent: nil, repository: "o/r", otherThan: "x", in: "agents")
        #expect(counts.cluster == RunCounts.Count(queued: queued))
        #expect(counts.repository == counts.cluster && counts.agent == RunCounts.Count())
    }

    @Test func `an admission alone does not count`() throws {
        let store = ClusterStore()
        #expect(store.reserve(claims("r"), scope: .cluster))
        #expect(store.runCounts(agent: nil, repository: "o/r", otherThan: "x", in: "agents") == RunCounts())
    }
}
