import AgentRuns
import ClusterState
import JSONPull
import Policy
import Synchronization
import Testing

@Suite struct `Reservations` {
    @Test func `of many at once exactly one wins, every time`() async {
        for round in 0..<200 {
            let store = ClusterStore()
            let winners = await withTaskGroup(of: Bool.self) { group in
                for task in 0..<16 {
                    group.addTask { store.reserve(claims("run-\(task)"), scope: .cluster) }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1, "round \(round)")
            #expect(store.reservationCount == 1)
        }
    }

    @Test func `one branch of several that is taken is enough to lose, and nothing is taken then`() {
        let store = ClusterStore()
        #expect(store.reserve(claims("a"), scope: .cluster))
        #expect(!store.reserve(claims("b", [branch("codex/free"), branch()]), scope: .cluster))
        #expect(store.holder(branch("codex/free")) == nil)
    }

    @Test func `the scope says whose branches count`() {
        let store = ClusterStore()
        #expect(store.reserve(claims("a", namespace: "one"), scope: .namespace))
        #expect(store.reserve(claims("a", namespace: "two"), scope: .namespace))
        #expect(!store.reserve(claims("b", namespace: "two"), scope: .namespace))
        #expect(!store.reserve(claims("a", namespace: "three"), scope: .cluster))
        #expect(store.reserve(claims("b", namespace: "two"), scope: .none))
        #expect(store.holder() == "one/a of 3")
        #expect(store.holder(scope: "two") == "two/a of 2")
    }

    @Test func `a run replaces its own`() {
        let store = ClusterStore()
        #expect(store.reserve(claims("a"), scope: .cluster))
        #expect(store.reserve(claims("a", [branch("codex/y"), branch("codex/y")]), scope: .cluster))
        #expect(store.holder() == nil)
        #expect(store.holder(branch("codex/y")) == "agents/a of 1")
        #expect(store.reserve(claims("a", []), scope: .cluster))
        #expect(store.holder(branch("codex/y")) == nil)
    }

    @Test func `a branch that is shared is in nobody's way, and the others are`() {
        let store = ClusterStore()
        let (x, y) = (branch("codex/x"), branch("codex/y"))
        #expect(store.reserve(claims("a", [x]), scope: .cluster))
        #expect(store.reserve(claims("b", [x, y], shared: [x]), scope: .cluster))
        #expect(store.holder(x) == "agents/a of 2")
        #expect(!store.reserve(claims("c", [x, y], shared: [x]), scope: .cluster))
        #expect(store.reserve(claims("c", [x, y], shared: [x, y]), scope: .cluster))
    }

    @Test func `an update keeps what was worked out for the run before`() throws {
        let time = Atomic<Int64>(0)
        let store = ClusterStore(reservations: ReservationLimits(lifetimeMilliseconds: 1000)) {
            time.load(ordering: .relaxed)
        }
        #expect(store.reserve(claims("a", uid: "u", [branch("codex/x")]), scope: .cluster))
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("a", head: "", uid: "u")]))
        #expect(store.reserve(claims("a", uid: "u", [branch("codex/y")], isUpdate: true), scope: .cluster))
        // Whether the update is stored makes no difference: the run may have begun.
        time.store(5000, ordering: .relaxed)
        for head in ["codex/x", "codex/y"] { #expect(store.holder(branch(head)) == "agents/a of 1") }
        try store.load(MemoryFileSystem(["/m/b.json": runJSON("a", uid: "u", status: "{\"phase\":\"Failed\"}")]))
        for head in ["codex/x", "codex/y"] { #expect(store.holder(branch(head)) == nil) }
    }

    /// What the source says of a template after it was admitted as a run, and whether the run has its branch then.
    @Test(arguments: [
        (runJSON("t", template: "true"), true),
        (runJSON("t", template: "true", status: "{\"phase\":\"Template\"}"), true),
        (runJSON("t", template: "true", status: "{\"phase\":\"Succeeded\"}"), true),
        (runJSON("t", status: "{\"phase\":\"Template\"}"), true),
        (runJSON("t", status: "{\"phase\":\"Running\"}"), true),
        (runJSON("t", status: "{\"phase\":\"Succeeded\"}"), false),
    ])
    func `a template that becomes a run has its branch until the run is over`(seen: String, holds: Bool) throws {
        let store = ClusterStore(generation: .august2026)
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("t", template: "true")]))
        #expect(store.holder() == nil)
        #expect(store.reserve(claims("t", isUpdate: true), scope: .cluster))
        try store.load(MemoryFileSystem(["/m/b.json": seen]))
        #expect(store.holder() == (holds ? "agents/t of 1" : nil))
    }

    @Test func `a template that stays one has it for as long as the update may be stored`() throws {
        let time = Atomic<Int64>(0)
        let limits = ReservationLimits(lifetimeMilliseconds: 1000)
        let store = ClusterStore(generation: .august2026, reservations: limits) { time.load(ordering: .relaxed) }
        let files = MemoryFileSystem(["/m/a.json": runJSON("t", template: "true")])
        try store.load(files)
        #expect(store.reserve(claims("t", isUpdate: true), scope: .cluster))
        try store.load(files)
        time.store(999, ordering: .relaxed)
        #expect(store.holder() == "agents/t of 1")
        time.store(1000, ordering: .relaxed)
        #expect(store.holder() == nil)
    }

    @Test func `an annotated run has its branch as long as somebody works on it`() throws {
        let store = ClusterStore(generation: .august2026)
        #expect(store.reserve(claims("a", [branch("codex/derived")]), scope: .cluster))
        func see(_ status: String) throws -> String? {
            try store.load(
                MemoryFileSystem(["/m/a.json": runJSON("a", template: "true", status: "{\"phase\":\"\(status)\"}")])
            )
            return store.holder(branch("codex/derived"))
        }
        #expect(try see("Running") == "agents/a of 1")
        #expect(try see("Succeeded") == nil)
    }

    @Test func `a run without a name is judged and not remembered`() {
        let store = ClusterStore()
        #expect(store.reserve(claims(""), scope: .cluster))
        #expect(store.reservationCount == 0)
        #expect(store.reserve(claims("a"), scope: .cluster))
        #expect(!store.reserve(claims(""), scope: .cluster))
    }

    @Test func `holds until the run is over, whatever its status says`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem(["/m/a.json": runJSON("other", head: "codex/other")])
        #expect(store.reserve(claims("a", [branch("codex/generated")]), scope: .cluster))
        try store.load(files)
        #expect(store.holder(branch("codex/generated")) == "agents/a of 1")

        files.write(runJSON("a", head: "", status: "{\"phase\":\"Running\"}"), to: "/m/a.json")
        try store.load(files)
        let holder = store.holders(of: branch("codex/generated"), otherThan: "", in: "", scope: nil)
        #expect(holder?.first.phase == "Running")
        #expect(holder?.count == 1)

        let status = "{\"phase\":\"Running\",\"vcs\":{\"headBranch\":\"codex/real\",\"repository\":\"o/r\"}}"
        files.write(runJSON("a", head: "", status: status), to: "/m/a.json")
        try store.load(files)
        #expect(store.holder(branch("codex/generated")) == "agents/a of 1")
        #expect(store.holder(branch("codex/real")) == "agents/a of 1")

        files.write(runJSON("a", head: "", status: "{\"phase\":\"Succeeded\"}"), to: "/m/a.json")
        try store.load(files)
        #expect(store.holder(branch("codex/generated")) == nil)
        #expect(store.reservationCount == 0)
    }

    @Test func `both the source's and its own of one run count once`() throws {
        let store = ClusterStore()
        #expect(store.reserve(claims("a"), scope: .cluster))
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("a")]))
        #expect(store.holder() == "agents/a of 1")
    }

    @Test func `ends when the source says that the run is over`() throws {
        let store = ClusterStore()
        #expect(store.reserve(claims("a", uid: "u1"), scope: .cluster))
        #expect(store.reserve(claims("b", uid: "u2", [branch("codex/y")]), scope: .cluster))
        let over = [
            runJSON("a", uid: "u1", status: "{\"phase\":\"Succeeded\"}"),
            runJSON("b", uid: "an earlier one", status: "{\"phase\":\"Succeeded\"}"),
        ]
        try store.load(MemoryFileSystem(["/m/a.json": listJSON(over)]))
        #expect(store.holder() == nil)
        #expect(store.holder(branch("codex/y")) == "agents/b of 1")
    }

    @Test func `a new run of the name of a finished one is not taken for it`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem(["/m/a.json": runJSON("a", status: "{\"phase\":\"Succeeded\"}")])
        try store.load(files)
        #expect(store.reserve(claims("a"), scope: .cluster))
        try store.load(files)
        #expect(store.holder() == "agents/a of 1")
        files.write(runJSON("a", status: "{\"phase\":\"Failed\"}"), to: "/m/a.json")
        try store.load(files)
        #expect(store.holder() == nil)
    }

    @Test func `swapping the source keeps them`() throws {
        let store = ClusterStore()
        #expect(store.reserve(claims("a"), scope: .cluster))
        for version in 0..<3 {
            try store.load(MemoryFileSystem(["/m/a.json": runJSON("other-\(version)", head: "codex/y")]))
            #expect(store.holder() == "agents/a of 1")
        }
    }

    @Test func `beyond the limit the oldest is dropped and counted`() {
        var limits = ReservationLimits()
        limits.maximumCount = 10
        let store = ClusterStore(reservations: limits)
        for index in 0..<500 {
            #expect(store.reserve(claims("run-\(index)", [branch("codex/\(index)")]), scope: .cluster))
            // Taking one back leaves a hole in the queue.
            if index % 3 == 0 { store.observeDeletion(namespace: "agents", name: ExactString("run-\(index)"), uid: "") }
        }
        #expect(store.reservationCount == 10)
        #expect(store.droppedReservationCount == 500 - 167 - 10)
        #expect(store.holder(branch("codex/499")) != nil)
        #expect(store.holder(branch("codex/400")) == nil)
    }

    @Test func `that there is no room is told once, and once when there is again`() {
        let news = Mutex<[ReservationNews]>([])
        var limits = ReservationLimits()
        limits.maximumCount = 10
        let store = ClusterStore(
            repositoryOptions: AdmissionPolicy.builtIn.repositoryOptions,
            generation: AdmissionPolicy.builtIn.generation,
            reservations: limits,
            clock: { 0 },
            onReservationNews: { new in news.withLock { $0.append(new) } }
        )
        store.replace(with: LoadedManifests(projection: store.projection))
        func reserve(_ index: Int) {
            #expect(store.reserve(claims("run-\(index)", [branch("codex/\(index)")]), scope: .cluster))
        }
        func release(_ index: Int) {
            store.observeDeletion(namespace: "agents", name: ExactString("run-\(index)"), uid: "")
        }
        for index in 0..<10 { reserve(index) }
        #expect(news.withLock { $0 } == [])
        for index in 10..<20 { reserve(index) }
        release(19)
        for index in 20..<23 { reserve(index) }
        #expect(news.withLock { $0 } == [.dropping(maximum: 10)])
        for index in 14..<23 where index != 19 { release(index) }
        reserve(30)
        #expect(news.withLock { $0 } == [.dropping(maximum: 10), .keeping(dropped: 12)])
        for index in 31..<50 { reserve(index) }
        #expect(news.withLock { $0.count } == 3)
    }

    @Test func `what never shows up expires where the source mirrors the cluster`() throws {
        let time = Atomic<Int64>(0)
        let limits = ReservationLimits(lifetimeMilliseconds: 1000)
        let store = ClusterStore(reservations: limits) { time.load(ordering: .relaxed) }
        #expect(store.reserve(claims("a"), scope: .cluster))
        #expect(store.reserve(claims("b", [branch("codex/y")]), scope: .cluster))
        try store.load(MemoryFileSystem(["/m/a.json": runJSON("b", head: "")]))
        time.store(999, ordering: .relaxed)
        #expect(!store.reserve(claims("c"), scope: .cluster))
        time.store(1000, ordering: .relaxed)
        #expect(store.reserve(claims("c"), scope: .cluster))
        #expect(store.holder(branch("codex/y")) == "agents/b of 1", "it has shown up")
        store.replace(with: LoadedManifests(projection: store.projection))
        #expect(store.holder(branch("codex/y")) == nil, "and gone again")
    }
}

@Suite struct `Seen deletions` {
    @Test func `free a branch that was reserved`() {
        let store = ClusterStore()
        #expect(store.reserve(claims("a", uid: "u1"), scope: .cluster))
        store.observeDeletion(namespace: "agents", name: "a", uid: "another")
        #expect(store.holder() == "agents/a of 1")
        store.observeDeletion(namespace: "agents", name: "a", uid: "u1")
        #expect(store.holder() == nil)
    }

    @Test func `hold against a manifest until that file changes`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem(["/m/a.json": runJSON("a"), "/m/b.json": runJSON("b", head: "codex/y")])
        try store.load(files)
        store.observeDeletion(namespace: "agents", name: "a", uid: "u1")
        #expect(store.holder() == nil)

        files.write(runJSON("b", head: "codex/z"), to: "/m/b.json")
        try store.load(files)
        #expect(store.holder() == nil)
        #expect(store.runCount == 1)

        files.write(runJSON("a"), to: "/m/a.json")
        try store.load(files)
        #expect(store.holder() == "agents/a of 1")
    }
}
