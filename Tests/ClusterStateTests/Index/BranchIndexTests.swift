import AgentRuns
import ClusterState
import JSONPull
import Policy
import TestRandomness
import Testing

@Suite struct `Branch index` {
    /// What a run says, and what the store is expected to know of it.
    private struct Model {
        var namespace: String
        var name: String
        var branch: BranchKey
        var isHolding: Bool

        var json: String {
            let status = isHolding ? "{\"phase\":\"Running\"}" : "{\"phase\":\"Failed\"}"
            return runJSON(
                name,
                namespace: namespace,
                repository: branch.repository.string,
                head: branch.head.string,
                status: status
            )
        }
    }

    @Test(arguments: 0..<20)
    func `agrees with a naive one`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let store = ClusterStore()
        var runs: [ObjectKey: Model] = [:]
        var reserved: [ObjectKey: Model] = [:]
        for round in 0..<60 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let written = (0..<Int.random(in: 0..<60, using: &random)).map { _ in model(&random) }
                runs = [:]
                for run in written { runs[key(run)] = run }
                // No uid, so a run that is over in the manifests ends its reservation.
                for (key, run) in runs where !run.isHolding { reserved[key] = nil }
                try store.load(MemoryFileSystem(["/m/\(round).json": listJSON(written.map(\.json))]))
            case 1:
                let run = model(&random)
                let key = key(run)
                runs[key] = nil
                reserved[key] = nil
                store.observeDeletion(namespace: key.namespace, name: key.name, uid: "")
            default:
                let run = model(&random)
                let key = key(run)
                let isTaken = !holders(run.branch, runs, reserved).subtracting([key]).isEmpty
                let wins = store.reserve(claims(run.name, namespace: run.namespace, [run.branch]), scope: .cluster)
                #expect(wins != isTaken, "seed \(seed), round \(round)")
                guard wins else { continue }
                if runs[key]?.isHolding == false { runs[key] = nil }
                reserved[key] = run
            }
            compare(store, runs, reserved, "seed \(seed), round \(round)")
        }
    }

    private func compare(
        _ store: ClusterStore,
        _ runs: [ObjectKey: Model],
        _ reserved: [ObjectKey: Model],
        _ place: String
    ) {
        for head in 0..<6 {
            let branch = branch("h\(head)")
            for scope in [nil, "a", "b"] as [ExactString?] {
                let own = ObjectKey(namespace: "a", name: "run-1")
                let expected = holders(branch, runs, reserved).subtracting([own])
                    .filter { scope == nil || $0.namespace == scope }.sorted()
                let found = store.holders(of: branch, otherThan: own.name, in: own.namespace, scope: scope)
                #expect(found?.count ?? 0 == expected.count, "\(place)")
                #expect(found?.first.name == expected.first?.name, "\(place)")
                #expect(found?.first.namespace == expected.first?.namespace, "\(place)")
            }
        }
    }

    private func holders(
        _ branch: BranchKey,
        _ runs: [ObjectKey: Model],
        _ reserved: [ObjectKey: Model]
    ) -> Set<ObjectKey> {
        let all = Array(runs.values.filter(\.isHolding)) + Array(reserved.values)
        return Set(all.filter { $0.branch == branch }.map { key($0) })
    }

    private func key(_ run: Model) -> ObjectKey {
        ObjectKey(namespace: ExactString(run.namespace), name: ExactString(run.name))
    }

    private func model(_ random: inout SplitMix) -> Model {
        Model(
            namespace: ["a", "b", "a-namespace-of-many-letters"].randomElement(using: &random) ?? "a",
            name: "run-\(Int.random(in: 0..<20, using: &random))",
            branch: branch("h\(Int.random(in: 0..<6, using: &random))"),
            isHolding: Int.random(in: 0..<4, using: &random) > 0
        )
    }

    @Test(arguments: ["Succeeded", " failed ", "CANCELLED", "canceled", "Template"])
    func `a run that is over holds nothing`(phase: String) throws {
        let store = ClusterStore()
        let over = runJSON("over", status: "{\"phase\":\"\(phase)\"}")
        try store.load(MemoryFileSystem(["/m/a.json": over]))
        #expect(store.runCount == 1)
        #expect(store.holder() == nil)
    }

    @Test(arguments: ["read-only", "None"])
    func `a run that does not write holds nothing`(mode: String) throws {
        let store = ClusterStore()
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("reader", mode: mode)]))
        #expect(store.holder() == nil)
    }

    @Test(arguments: [(Generation.february2026, "agents/t of 1" as String?), (.august2026, nil)])
    func `a template holds nothing at 2026-08`(generation: Generation, holder: String?) throws {
        let store = ClusterStore(generation: generation)
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("t", template: " true ")]))
        #expect(store.holder() == holder)
    }

    @Test func `holders are named with phase and creation time`() throws {
        let store = ClusterStore()
        let run = """
            {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",
             "metadata":{"name":"a","namespace":"agents","creationTimestamp":"1970-01-01T00:01:00Z"},
             "spec":{"parameters":{"repo":"https://github.com/O/R.git","headRef":" codex/x "}}}
            """
        try store.load(MemoryFileSystem(["/m/a.json": run]))
        let holder = store.holders(of: branch(), otherThan: "b", in: "agents", scope: nil)?.first
        #expect(holder?.phase == "Pending")
        #expect(holder?.createdAt == Timestamp(seconds: 60))
        #expect(store.holders(of: branch(), otherThan: "a", in: "agents", scope: nil) == nil)
    }

    @Test func `ten thousand holders of one branch can come and go`() throws {
        let store = ClusterStore()
        let runs = (0..<10_000).map { runJSON("run-\($0)") }
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        #expect(store.holder() == "agents/run-0 of 10000")
        for index in 0..<100 { store.observeDeletion(namespace: "agents", name: ExactString("run-\(index)"), uid: "") }
        #expect(store.holder() == "agents/run-100 of 9900")
        store.replace(with: LoadedManifests(projection: store.projection))
        #expect(store.holder() == nil)
    }
}
