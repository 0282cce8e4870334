import AgentRuns
import ClusterState
import JSONPull
import Policy
import TestRandomness
import Testing

@Suite struct `Idempotency key index` {
    private static let key = IdempotencyKey(namespace: "agents", agent: "a", key: "k")

    private func store(_ runs: String..., generation: Generation = .february2026) throws -> ClusterStore {
        let store = ClusterStore(generation: generation)
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        return store
    }

    private func holders(_ store: ClusterStore, otherThan name: ExactString = "me") -> String? {
        store.holders(of: Self.key, otherThan: name).map {
            "\($0.first.name) (\($0.first.phase)) \($0.isInUse ? "in use" : "completed") of \($0.count)"
        }
    }

    @Test func `names the first active holder, else the first`() throws {
        let failed = runJSON("a", agent: "a", key: " k ", status: "{\"phase\":\"Failed\"}")
        let running = runJSON("c", agent: "a", key: "k", status: "{\"phase\":\"Running\"}")
        let pending = runJSON("b", agent: "a", key: "k")
        #expect(try holders(store(failed)) == "a (Failed) completed of 1")
        #expect(try holders(store(running, failed)) == "c (Running) in use of 2")
        #expect(try holders(store(failed, running, pending)) == "b (Pending) in use of 3")
        #expect(try holders(store(failed, running), otherThan: "c") == "a (Failed) completed of 1")
    }

    @Test func `tells namespaces, agents and keys apart`() throws {
        let others = try store(
            runJSON("a", namespace: "elsewhere", agent: "a", key: "k"),
            runJSON("b", agent: "b", key: "k"),
            runJSON("c", agent: "a", key: "l"),
            runJSON("d", agent: "a"),
            runJSON("e", key: "k")
        )
        #expect(holders(others) == nil)
    }

    @Test(arguments: [
        ("Duplicate", "True", nil), ("Duplicate", "False", "a (Failed) completed of 1"),
        ("Ready", "True", "a (Failed) completed of 1"),
    ])
    func `a duplicate holds none`(type: String, status: String, expected: String?) throws {
        let conditions = "{\"phase\":\"Failed\",\"conditions\":[{\"type\":\"\(type)\",\"status\":\"\(status)\"}]}"
        #expect(try holders(store(runJSON("a", agent: "a", key: "k", status: conditions))) == expected)
    }

    @Test func `a template holds none at 2026-08`() throws {
        let template = runJSON("t", template: "true", agent: "a", key: "k")
        #expect(try holders(store(template)) == "t (Pending) in use of 1")
        #expect(try holders(store(template, generation: .august2026)) == nil)
    }

    @Test func `an admitted run holds its key until it is gone`() throws {
        let store = ClusterStore()
        #expect(store.reserve(claims("r", uid: "u", [], idempotencyKey: Self.key), scope: .cluster))
        #expect(holders(store) == "r (Pending) in use of 1")
        #expect(holders(store, otherThan: "r") == nil)
        let running = runJSON("r", uid: "u", agent: "a", key: "k", status: "{\"phase\":\"Running\"}")
        try store.load(MemoryFileSystem(["/m/a.json": running]))
        #expect(holders(store) == "r (Running) in use of 1")
        let over = runJSON("r", uid: "u", agent: "a", key: "k", status: "{\"phase\":\"Succeeded\"}")
        try store.load(MemoryFileSystem(["/m/a.json": over]))
        #expect(holders(store) == "r (Succeeded) completed of 1")
        store.observeDeletion(namespace: "agents", name: "r", uid: "u")
        #expect(holders(store) == nil)
    }

    @Test func `of two admissions with one key the second is judged again`() {
        let store = ClusterStore()
        func reserve(_ name: String, exclusively: Bool = true) -> Bool {
            store.reserve(
                claims(name, [], idempotencyKey: Self.key, isKeyExclusive: exclusively),
                scope: .cluster
            )
        }
        #expect(reserve("a"))
        #expect(!reserve("b"))
        #expect(reserve("a"))
        #expect(reserve("b", exclusively: false))
        #expect(holders(store) == "a (Pending) in use of 2")
    }

    @Test(arguments: 0..<10)
    func `agrees with a list`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let store = ClusterStore()
        var keys: [String: String] = [:]
        for round in 0..<60 {
            if round % 15 == 0 {
                keys = [:]
                for _ in 0..<40 {
                    keys["run-\(Int.random(in: 0..<60, using: &random))"] = "k\(Int.random(in: 0..<5, using: &random))"
                }
                let runs = keys.map { runJSON($0.key, agent: "a", key: $0.value) }
                try store.load(MemoryFileSystem(["/m/\(round).json": listJSON(runs)]))
            } else {
                let name = "run-\(Int.random(in: 0..<60, using: &random))"
                keys[name] = nil
                store.observeDeletion(namespace: "agents", name: ExactString(name), uid: "")
            }
            for number in 0..<5 {
                let holding = keys.filter { $0.value == "k\(number)" }.keys
                    .sorted { ExactString($0) < ExactString($1) }
                let key = IdempotencyKey(namespace: "agents", agent: "a", key: ExactString("k\(number)"))
                let found = store.holders(of: key, otherThan: "")
                #expect(found?.count ?? 0 == holding.count, "seed \(seed), round \(round)")
                #expect(found?.first.name.string == holding.first, "seed \(seed), round \(round)")
            }
        }
    }
}
