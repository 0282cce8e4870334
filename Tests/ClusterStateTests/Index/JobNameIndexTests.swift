import AgentRuns
import JSONPull
import Policy
import TestRandomness
import Testing

@testable import ClusterState

@Suite struct `Index of Job names` {
    private func store(_ runs: String..., generation: Generation = .august2026) throws -> ClusterStore {
        let store = ClusterStore(generation: generation)
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        return store
    }

    private func job(_ name: String, namespace: String = "agents", phase: String? = nil) -> String {
        runJSON(name, namespace: namespace, runtime: "job", status: phase.map { "{\"phase\":\"\($0)\"}" })
    }

    private func found(_ store: ClusterStore, _ name: ExactString) -> String? {
        store.jobNamesakes(of: name, in: "agents").map { "\($0.first.name) (\($0.first.phase)) of \($0.count)" }
    }

    @Test func `has active runs of the namespace, but for the run itself`() throws {
        let store = try store(
            job("a.b.c", phase: "Running"),
            job("a-b.c"),
            job("a-b-c", namespace: "elsewhere"),
            job("a.b-c", phase: "Failed"),
            runJSON("a-b-c", runtime: "custom")
        )
        #expect(found(store, "a-b-c") == "a-b.c (Pending) of 2")
        #expect(found(store, "a-b.c") == "a.b.c (Running) of 1")
        #expect(found(store, "a.b-c") == "a-b.c (Pending) of 2")
        #expect(found(store, "a-b-d") == nil)
        store.observeDeletion(namespace: "agents", name: "a-b.c", uid: "")
        #expect(found(store, "a.b.c") == nil)
        #expect(found(store, "a-b-c") == "a.b.c (Running) of 1")
    }

    @Test func `costs other runs nothing`() {
        #expect(MemoryLayout<StoredRun>.stride == 112)
    }

    @Test func `has runs by their own name, which most Jobs have`() throws {
        let store = try store(job("a-b"))
        #expect(found(store, "a.b") == "a-b (Pending) of 1")
        #expect(found(store, "a-b") == nil)
    }

    @Test func `follows a run that changes where it is`() throws {
        let store = ClusterStore(generation: .august2026)
        for (phase, expected) in [
            ("Running", "a.b (Running) of 1"), ("Failed", nil), ("Running", "a.b (Running) of 1"),
        ] {
            try store.load(MemoryFileSystem(["/m/a.json": job("a.b", phase: phase)]))
            #expect(found(store, "a-b") == expected)
        }
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("a.b", template: "true", runtime: "job")]))
        #expect(found(store, "a-b") == nil)
    }

    @Test func `has what was admitted, and forgets it when the source knows better`() throws {
        let store = ClusterStore(generation: .august2026)
        #expect(store.reserve(claims("a.b"), scope: .cluster))
        #expect(store.reserve(claims("a-b", [branch("codex/y")]), scope: .cluster))
        #expect(found(store, "a-b") == "a.b (Pending) of 1")
        #expect(found(store, "a.b") == "a-b (Pending) of 1")
        try store.load(MemoryFileSystem(["/m/a.json": job("a.b", phase: "Running")]))
        #expect(found(store, "a-b") == "a.b (Running) of 1")
        try store.load(MemoryFileSystem(["/m/a.json": job("a.b", phase: "Succeeded")]))
        #expect(found(store, "a-b") == nil)
    }

    @Test func `looks at a thousand at most`() throws {
        let store = ClusterStore(generation: .august2026)
        let names = (0..<2048).map { number in
            "r" + (0..<11).map { number >> $0 & 1 == 0 ? "-x" : ".x" }.joined()
        }
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(names.map { job($0) })]))
        let asked = ExactString("r" + String(repeating: "-x", count: 11))
        #expect(store.jobNamesakes(of: asked, in: "agents")?.count == BranchHolders.maximumJobNameCount)
    }

    @Test(arguments: 0..<20)
    func `agrees with a list`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let store = ClusterStore(generation: .august2026)
        var phases: [String: String] = [:]
        func name() -> String {
            let separators = (0..<3).map { _ in Bool.random(using: &random) ? "." : "-" }
            return zip("abcd", separators + [""]).map { "\($0)\($1)" }.joined()
        }
        for round in 0..<40 {
            if round % 8 == 0 {
                for _ in 0..<8 { phases[name()] = Bool.random(using: &random) ? "Running" : "Failed" }
                let runs = phases.map { job($0.key, phase: $0.value) }
                try store.load(MemoryFileSystem(["/m/\(round).json": listJSON(runs)]))
            } else {
                let name = name()
                phases[name] = nil
                store.observeDeletion(namespace: "agents", name: ExactString(name), uid: "")
            }
            let asked = name()
            let others = phases.filter { $0.value == "Running" && $0.key != asked }.keys
                .sorted { ExactString($0) < ExactString($1) }
            let found = store.jobNamesakes(of: ExactString(asked), in: "agents")
            #expect(found?.count ?? 0 == others.count, "seed \(seed), round \(round)")
            #expect(found?.first.name.string == others.first, "seed \(seed), round \(round)")
        }
    }
}
