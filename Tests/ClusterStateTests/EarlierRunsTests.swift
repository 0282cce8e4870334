import AgentRuns
import ClusterState
import JSONPull
import Policy
import TestPatience
import Testing

@Suite(.apart) struct `Earlier runs` {
    /// A run that was created so many minutes after noon.
    private static func run(
        _ name: String,
        at minute: Int?,
        namespace: String = "agents",
        head: String = "codex/x",
        agent: String? = nil,
        key: String? = nil,
        status: String? = nil
    ) -> String {
        let json = runJSON(
            name,
            namespace: namespace,
            head: head,
            agent: agent,
            key: key,
            runtime: "job",
            status: status
        )
        guard let minute else { return json }
        let time = "\"creationTimestamp\":\"2026-11-01T12:\(minute < 10 ? "0" : "")\(minute):00Z\""
        return json.replacing("\"metadata\":{", with: "\"metadata\":{\(time),")
    }

    private static func lookup(_ runs: String...) throws -> EarlierRuns {
        let store = ClusterStore()
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        return EarlierRuns(store)
    }

    /// `namespace/name of COUNT`.
    private static func text(_ holders: BranchHolders?) -> String? {
        holders.map { "\($0.first.namespace)/\($0.first.name) of \($0.count)" }
    }

    private static func holders(
        _ lookup: EarlierRuns,
        _ name: ExactString,
        in namespace: ExactString = "agents",
        scope: ExactString? = nil
    ) -> String? {
        text(lookup.holders(of: branch(), otherThan: name, in: namespace, scope: scope))
    }

    @Test func `of a branch are told at those that came later, the oldest by name`() throws {
        let lookup = try Self.lookup(
            Self.run("c", at: 3),
            Self.run("a", at: 2),
            Self.run("b", at: 1),
            Self.run("over", at: 0, status: "{\"phase\":\"Failed\"}"),
            Self.run("z", at: 0, head: "codex/y")
        )
        #expect(Self.holders(lookup, "b") == nil, "it was there first")
        #expect(Self.holders(lookup, "a") == "agents/b of 1")
        #expect(Self.holders(lookup, "c") == "agents/b of 2")
        #expect(Self.holders(lookup, "unknown") == "agents/b of 3", "one that is created now is the latest")
    }

    @Test(arguments: [512, 513, 3000])
    func `are as many as there are, however many hold one branch and one key`(count: Int) throws {
        let store = ClusterStore()
        var runs = (0..<count).map {
            Self.run("r\($0)", at: 30, namespace: $0 % 3 == 0 ? "other" : "agents", agent: "a", key: "k")
        }
        runs += (0..<9).map { Self.run("elsewhere-\($0)", at: 1, head: "codex/y", agent: "a", key: "l") }
        runs += [Self.run("first", at: 2, agent: "a", key: "k"), Self.run("last", at: 40, agent: "a", key: "k")]
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        let lookup = EarlierRuns(store)
        #expect(Self.holders(lookup, "last") == "agents/first of \(count + 1)")
        #expect(Self.holders(lookup, "first") == nil)
        let elsewhere = (count + 2) / 3
        #expect(Self.holders(lookup, "last", scope: "agents") == "agents/first of \(count + 1 - elsewhere)")
        let key = IdempotencyKey(namespace: "agents", agent: "a", key: "k")
        #expect(lookup.holders(of: key, otherThan: "last")?.count == count + 1 - elsewhere)
        #expect(lookup.holders(of: key, otherThan: "first") == nil)
    }

    @Test func `of one second are ordered by namespace and name, and those without a time are the oldest`() throws {
        let lookup = try Self.lookup(
            Self.run("b", at: 1),
            Self.run("a", at: 1, namespace: "other"),
            Self.run("z", at: nil)
        )
        #expect(Self.holders(lookup, "z") == nil)
        #expect(Self.holders(lookup, "b") == "agents/z of 1")
        #expect(Self.holders(lookup, "a", in: "other") == "agents/z of 2")
        #expect(Self.holders(lookup, "a", in: "other", scope: "other") == nil, "only its own namespace counts")
    }

    @Test func `of two branches that git does not keep both the lower one is told, whoever came first`() throws {
        func onPath(_ lookup: EarlierRuns, _ head: String, _ name: ExactString) -> String? {
            lookup.holdersOnPath(of: branch(head), otherThan: name, in: "agents", scope: nil)
                .map { "\($0.first.name) on \($0.head) of \($0.count)" }
        }
        let lookup = try Self.lookup(
            Self.run("above", at: 9, head: "codex/x"),
            Self.run("more", at: 8, head: "codex/x"),
            Self.run("below", at: 1, head: "codex/x/y"),
            Self.run("deep", at: 2, head: "codex/x/y/z")
        )
        #expect(onPath(lookup, "codex/x", "above") == nil)
        #expect(onPath(lookup, "codex/x/y", "below") == "more on codex/x of 2")
        #expect(onPath(lookup, "codex/x/y/z", "deep") == "below on codex/x/y of 3")
        #expect(onPath(lookup, "codex/x/y", "more") == "above on codex/x of 1", "a run is not in its own way")
        #expect(onPath(lookup, "codex/other", "new") == nil)
    }

    @Test func `of a key are told with the first that is active`() throws {
        let key = IdempotencyKey(namespace: "agents", agent: "a", key: "k")
        let lookup = try Self.lookup(
            Self.run("old", at: 1, agent: "a", key: "k", status: "{\"phase\":\"Succeeded\"}"),
            Self.run("second", at: 2, agent: "a", key: "k"),
            Self.run("third", at: 3, agent: "a", key: "k")
        )
        func holders(_ name: ExactString) -> String? {
            lookup.holders(of: key, otherThan: name)
                .map { "\($0.first.name) \($0.isInUse ? "in use" : "completed") of \($0.count)" }
        }
        #expect(holders("old") == nil)
        #expect(holders("second") == "old completed of 1")
        #expect(holders("third") == "second in use of 2")
    }

    @Test func `of a name for Jobs are told at the later one`() throws {
        let lookup = try Self.lookup(
            Self.run("nightly.1", at: 2, head: "codex/a"),
            Self.run("nightly-1", at: 1, head: "codex/b"),
            Self.run("Nightly_1", at: 3, head: "codex/c")
        )
        #expect(Self.text(lookup.jobNamesakes(of: "nightly-1", in: "agents")) == nil)
        #expect(Self.text(lookup.jobNamesakes(of: "nightly.1", in: "agents")) == "agents/nightly-1 of 1")
        #expect(Self.text(lookup.jobNamesakes(of: "Nightly_1", in: "agents")) == "agents/nightly-1 of 2")
        #expect(Self.text(lookup.jobNamesakes(of: "nightly.1", in: "elsewhere")) == nil)
    }

    @Test(.limit(minutes: 1)) func `on one branch are looked at once, however many there are`() throws {
        let count = 20_000
        let runs = (0..<count).map { Self.run("run-\($0)", at: nil) }
        let store = ClusterStore()
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        let lookup = EarlierRuns(store)
        // Two hundred million looks would take minutes in a debug build.
        var sum = 0
        for index in 0..<count {
            let name = ExactString("run-\(index)")
            sum += lookup.holders(of: branch(), otherThan: name, in: "agents", scope: nil)?.count ?? 0
        }
        #expect(sum == count * (count - 1) / 2, "each pair once")
    }
}
