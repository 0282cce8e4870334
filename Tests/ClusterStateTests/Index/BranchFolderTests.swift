import AgentRuns
import JSONPull
import Policy
import TestRandomness
import Testing

@testable import ClusterState

@Suite struct `Branch folders` {
    /// The paths above a branch, the nearest first.
    private func paths(above branch: BranchKey) -> [ExactString] {
        let paths = BranchPaths(of: branch)
        #expect(paths.hash == BranchPaths.hash(of: branch))
        return paths.above.map { path in
            let above = paths.branch(at: path)
            #expect(path.hash == BranchPaths.hash(of: above))
            return above.head
        }
    }

    /// Heads of few segments, so that many are paths above others.
    private static func head(_ random: inout SplitMix) -> String {
        let segments = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            ["a", "b", "a-longer-segment"].randomElement(using: &random) ?? "a"
        }
        return segments.joined(separator: "/")
    }

    @Test(arguments: 0..<20)
    func `find what lies below as looking at all does`(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var folders = BranchFolders()
        var claims: [Int: BranchKey] = [:]
        for round in 0..<400 {
            if Int.random(in: 0..<5, using: &random) < 3 {
                let place = Int.random(in: 0..<40, using: &random)
                folders.remove(place)
                let key = branch(Self.head(&random), repository: ["o/r", "o/s"].randomElement(using: &random) ?? "o/r")
                folders.add(place, on: key)
                claims[place] = key
            } else if let place = claims.keys.sorted().randomElement(using: &random) {
                folders.remove(place)
                claims[place] = nil
            }
            let asked = branch(Self.head(&random))
            var found: Set<Int> = []
            folders.forEachClaim(below: asked, hash: BranchPaths.hash(of: asked)) { place in
                found.insert(place).inserted
            }
            let expected = claims.filter {
                $0.value.repository == asked.repository && $0.value.head.string.hasPrefix("\(asked.head)/")
            }
            #expect(found == Set(expected.keys), "seed \(seed), round \(round)")
        }
        for place in claims.keys { folders.remove(place) }
        #expect(folders.isEmpty)
    }

    @Test func `a hundred thousand branches in one come and go`() {
        var folders = BranchFolders()
        for place in 0..<100_000 { folders.add(place, on: branch("codex/agents/\(place)")) }
        for place in 0..<99_999 { folders.remove(place) }
        var found: [Int] = []
        folders.forEachClaim(below: branch("codex"), hash: BranchPaths.hash(of: branch("codex"))) {
            found.append($0)
            return true
        }
        #expect(found == [99_999])
    }

    @Test func `leave names alone that no Git host takes`() {
        var folders = BranchFolders()
        folders.add(0, on: branch("a/" + String(repeating: "b", count: 243)))
        folders.remove(0)
        #expect(folders.isEmpty)
        #expect(paths(above: branch("a/b/c")) == ["a/b", "a"])
        #expect(paths(above: branch("/a//b/")) == ["/a//b", "/a/", "/a"])
    }
}

@Suite struct `Holders on the path` {
    private func holders(_ store: ClusterStore, _ head: String, scope: ExactString? = nil) -> String? {
        let found = store.holdersOnPath(of: branch(head), otherThan: "own", in: "agents", scope: scope)
        return found.map { "\($0.first.namespace)/\($0.first.name) \($0.head) of \($0.count)" }
    }

    @Test func `are above and below, in the source and reserved, each once and none that is over or the run itself`()
        throws
    {
        let store = ClusterStore()
        #expect(holders(store, "codex/cart") == nil)
        #expect(store.reserve(claims("b", [branch("codex/cart/b")]), scope: .cluster))
        #expect(store.reserve(claims("r", [branch("codex/cart/r/s")]), scope: .cluster))
        let runs = [
            runJSON("b", head: "codex/cart/b"), runJSON("a", namespace: "z", head: "codex/cart/a"),
            runJSON("over", head: "codex/cart/o", status: "{\"phase\":\"Failed\"}"),
            runJSON("own", head: "codex/cart/own"), runJSON("elsewhere", repository: "o/s", head: "codex/cart/e"),
        ]
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        #expect(holders(store, "codex/cart") == "agents/b codex/cart/b of 3")
        #expect(holders(store, "codex/cart", scope: "z") == "z/a codex/cart/a of 1")
        #expect(holders(store, "codex/cart/a/x") == "z/a codex/cart/a of 1")
        #expect(holders(store, "codex/cart/r/s/t/u") == "agents/r codex/cart/r/s of 1")
        #expect(holders(store, "codex/cart/b") == nil)
        #expect(holders(store, "codex/car") == nil)
        store.observeDeletion(namespace: "z", name: "a", uid: "")
        #expect(holders(store, "codex/cart/a/x") == nil)
    }

    @Test func `are counted up to a thousand`() throws {
        let store = ClusterStore()
        let runs = (0..<3000).map { runJSON("run-\($0)", head: "codex/agents/\($0)") }
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(runs)]))
        let found = store.holdersOnPath(of: branch("codex"), otherThan: "own", in: "agents", scope: nil)
        #expect(found?.count == BranchPathHolders.maximumCount)
    }
}
