import AgentRuns
import ClusterState
import JSONPull
import Policy
import Synchronization
import Testing

private let runs = ClusterSource(kind: .agentRun, namespace: nil)
private let agents = ClusterSource(kind: .agent, namespace: nil)

private func store(
    _ sources: [ClusterSource] = [runs],
    lifetime: Int64 = 1000,
    clock: @escaping @Sendable () -> Int64 = { 0 }
) -> ClusterStore {
    ClusterStore(
        repositoryOptions: RepositoryName.Options(),
        generation: .february2026,
        owner: .cluster(sources),
        reservations: ReservationLimits(lifetimeMilliseconds: lifetime),
        clock: clock
    )
}

extension ClusterStore {
    fileprivate func list(_ objects: [String], of source: ClusterSource = runs, heardAt: Int64 = 0) {
        var staged = stage(source)
        for object in objects { _ = unsafe Array(object.utf8).withUnsafeBytes { unsafe staged.add($0) } }
        replace(with: staged, heardAt: heardAt)
    }

    fileprivate func watch(_ operation: ClusterChange.Operation, _ object: String, of source: ClusterSource = runs) {
        let change = unsafe Array(object.utf8).withUnsafeBytes {
            unsafe ClusterChange(operation, $0, of: source, projection: projection)
        }
        apply([change].compactMap { $0 }, of: source, heardAt: 0)
    }
}

@Suite struct `Watched state` {
    @Test func `a list takes the place of all that was there`() {
        let store = store()
        store.list([runJSON("a"), runJSON("b", head: "codex/y")])
        #expect(store.holder() == "agents/a of 1")
        store.list([runJSON("b", head: "codex/y"), "no object", "{}"])
        #expect(store.holder() == nil)
        #expect(store.holder(branch("codex/y")) == "agents/b of 1")
        #expect(store.count(of: .agentRun) == 1)
    }

    @Test func `a list of one namespace leaves the others alone`() {
        let sources = ["one", "two"].map { ClusterSource(kind: .agentRun, namespace: $0) }
        let store = store(sources)
        store.list([runJSON("a", namespace: "one")], of: sources[0])
        store.list([runJSON("b", namespace: "two"), runJSON("c", namespace: "two", head: "codex/y")], of: sources[1])
        #expect(store.holder() == "one/a of 2")
        store.list([runJSON("c", namespace: "two", head: "codex/y")], of: sources[1])
        #expect(store.holder() == "one/a of 1")
        #expect(store.holder(branch("codex/y")) == "two/c of 1")
        store.list([], of: sources[0])
        #expect(store.count(of: .agentRun) == 1)
    }

    @Test func `a watch puts and deletes one by one`() {
        let store = store()
        store.list([])
        store.watch(.put, runJSON("a"))
        store.watch(.put, runJSON("a"))
        #expect(store.holder() == "agents/a of 1")
        store.watch(.put, runJSON("a", status: "{\"phase\":\"Succeeded\"}"))
        #expect(store.holder() == nil)
        store.watch(.delete, runJSON("a"))
        #expect(store.count(of: .agentRun) == 0)
    }

    @Test func `memories and bindings are found by namespace after each change`() {
        let memories = ClusterSource(kind: .memory, namespace: nil)
        let store = store([runs, memories])
        let memory = """
            {"metadata":{"name":"m","namespace":"agents"},"spec":{"default":true}}
            """
        store.list([memory], of: memories)
        #expect(store.defaultMemory(in: "agents") != nil)
        store.watch(.delete, memory, of: memories)
        #expect(store.defaultMemory(in: "agents") == nil)
    }

    @Test func `the default memory is the first by name that says so, whatever is told of the others`() {
        let memories = ClusterSource(kind: .memory, namespace: nil)
        let store = store([runs, memories])
        func memory(_ name: Int, isDefault: Bool) -> String {
            """
            {"metadata":{"name":"m\(name)","namespace":"agents"},"spec":{"default":\(isDefault)}}
            """
        }
        store.list((0..<9).map { memory($0, isDefault: $0 % 2 == 1) }, of: memories)
        var defaults: Set<Int> = [1, 3, 5, 7]
        for _ in 0..<300 {
            let name = Int.random(in: 0..<9)
            let isDefault = Bool.random()
            let isDeletion = Int.random(in: 0..<3) == 0
            store.watch(isDeletion ? .delete : .put, memory(name, isDefault: isDefault), of: memories)
            if isDefault, !isDeletion { defaults.insert(name) } else { defaults.remove(name) }
            #expect(store.defaultMemory(in: "agents")?.metadata.name == defaults.min().map { ExactString("m\($0)") })
            #expect(store.defaultMemory(in: "others") == nil)
        }
    }

    @Test func `bindings are those of the namespace by name, and a list of one namespace leaves others alone`() {
        let sources = ["one", "two"].map { ClusterSource(kind: .secretBinding, namespace: $0) }
        let store = store([runs] + sources)
        func binding(_ name: String, _ namespace: String) -> String {
            """
            {"metadata":{"name":"\(name)","namespace":"\(namespace)"},"spec":{}}
            """
        }
        func names(_ namespace: ExactString) -> [ExactString] {
            store.secretBindings(in: namespace).map(\.metadata.name)
        }
        store.list(["c", "a", "b"].map { binding($0, "one") }, of: sources[0])
        store.list(["z"].map { binding($0, "two") }, of: sources[1])
        #expect(names("one") == ["a", "b", "c"] && names("two") == ["z"])
        store.watch(.put, binding("aa", "one"), of: sources[0])
        store.watch(.delete, binding("c", "one"), of: sources[0])
        #expect(names("one") == ["a", "aa", "b"] && names("two") == ["z"])
        store.list([], of: sources[0])
        #expect(names("one").isEmpty && names("two") == ["z"])
        store.watch(.delete, binding("z", "two"), of: sources[1])
        #expect(names("two").isEmpty)
    }

    /// Runs on one branch, or with one key, are in a list from which each is taken by itself.
    @Test func `runs that share a branch come and go in any order`() {
        let store = store()
        store.list([])
        var active: Set<Int> = []
        for step in 0..<600 {
            let name = Int.random(in: 0..<12)
            let ends = Int.random(in: 0..<3)
            let run = runJSON("r\(name)", status: ends == 1 ? "{\"phase\":\"Succeeded\"}" : "{\"phase\":\"Running\"}")
            store.watch(ends == 2 ? .delete : .put, run)
            if ends == 0 { active.insert(name) } else { active.remove(name) }
            let first = active.map { "r\($0)" }.min()
            #expect(store.holder() == first.map { "agents/\($0) of \(active.count)" }, "step \(step)")
        }
    }

    /// An event that tells nothing new of a run's branches leaves them alone, every other one does not.
    @Test func `what a run holds is what it was last seen to hold`() {
        let store = store()
        store.list([])
        var held: [Int: (heads: [String], isActive: Bool)] = [:]
        let heads = ["codex/x", "codex/y", "codex/z", "codex/z/below"]
        for step in 0..<800 {
            let name = Int.random(in: 0..<4)
            let own = Bool.random() ? held[name]?.heads ?? [] : heads.shuffled().prefix(Int.random(in: 0...3)).sorted()
            let isActive = Int.random(in: 0..<4) > 0
            let steps = own.enumerated().map { #"{"name":"s\#($0)","parameters":{"head":"\#($1)"}}"# }
            let status = isActive ? ["{}", #"{"phase":"Running"}"#][step % 2] : #"{"phase":"Failed"}"#
            store.watch(
                .put,
                """
                {"metadata":{"name":"r\(name)","namespace":"agents"},"spec":{"runtime":{"type":"workflow"},\
                "parameters":{"repository":"o/r"},"workflow":{"steps":[\(steps.joined(separator: ","))]}},"status":\(status)}
                """
            )
            held[name] = (own, isActive)
            for head in heads {
                let holders = held.filter { $0.value.isActive && $0.value.heads.contains(head) }.keys
                let expected = holders.min().map { "agents/r\($0) of \(holders.count)" }
                #expect(store.holder(branch(head)) == expected, "step \(step)")
            }
        }
    }

    @Test func `is as old as what was heard of longest ago`() {
        let store = store([runs, agents]) { 10_000 }
        #expect(store.condition(in: "agents") == .unavailable("agentruns.agents.proompteng.ai has not been listed yet"))
        store.list([], of: runs, heardAt: 9000)
        #expect(
            store.condition(in: "agents")
                == .incomplete("agents.agents.proompteng.ai has not been listed yet", ageMilliseconds: 1000)
        )
        store.list([], of: agents, heardAt: 4000)
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 6000))
        store.apply([], of: agents, heardAt: 9500)
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 1000))
        store.setCondition(.synced(heardAt: 9500, problem: "the connection broke"), of: agents)
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 1000))
        store.setCondition(.unknown("agents is forbidden"), of: agents)
        #expect(store.condition(in: "agents") == .incomplete("agents is forbidden", ageMilliseconds: 1000))
    }

    @Test func `says so of a namespace that is not watched, and of bindings only where they count`() {
        let bindings = ClusterSource(kind: .secretBinding, namespace: "one")
        let sources = [ClusterSource(kind: .agentRun, namespace: "one"), bindings]
        let store = store(sources)
        store.list([], of: sources[0])
        #expect(store.condition(in: "one", bindings: false) == .available(ageMilliseconds: 0))
        #expect(
            store.condition(in: "one", bindings: true)
                == .incomplete(
                    "secretbindings.security.proompteng.ai in one has not been listed yet",
                    ageMilliseconds: 0
                )
        )
        #expect(
            store.condition(in: "two", bindings: false)
                == .incomplete("namespace \"two\" is not watched", ageMilliseconds: 0)
        )
    }

    @Test func `knows a kind once it was listed, also when there is none of it`() {
        let store = store([runs, agents])
        #expect(!store.isKnown(.agent, in: "agents"))
        store.list([], of: agents)
        #expect(store.isKnown(.agent, in: "agents"))
        #expect(!store.isKnown(.memory, in: "agents"), "it is not watched")
        store.setCondition(.unknown("forbidden"), of: agents)
        #expect(!store.isKnown(.agent, in: "agents"))
    }
}

@Suite struct `Reservations beside a watch` {
    @Test func `last until the watch tells of the run, and end with it`() {
        let store = store()
        store.list([])
        #expect(store.reserve(claims("a", uid: "u1", [branch("codex/generated")]), scope: .cluster))
        store.watch(.put, runJSON("a", head: "", uid: "u1"))
        #expect(store.holder(branch("codex/generated")) == "agents/a of 1")
        store.watch(.put, runJSON("a", head: "", uid: "u1", status: "{\"phase\":\"Failed\"}"))
        #expect(store.holder(branch("codex/generated")) == nil)
        #expect(store.reservationCount == 0)
    }

    @Test func `do not expire while nothing is heard of the runs`() {
        let time = Atomic<Int64>(0)
        let store = store { time.load(ordering: .relaxed) }
        store.list([])
        #expect(store.reserve(claims("a"), scope: .cluster))
        time.store(60_000, ordering: .relaxed)
        #expect(store.holder() == "agents/a of 1")
        store.apply([], of: runs, heardAt: 999)
        #expect(store.holder() == "agents/a of 1")
        store.apply([], of: runs, heardAt: 1000)
        #expect(store.holder() == nil, "the API had told of it by then")
    }

    @Test func `a run that was deleted again is forgotten`() {
        let store = store()
        store.list([])
        #expect(store.reserve(claims("a", uid: "u1"), scope: .cluster))
        store.watch(.put, runJSON("a", uid: "u1"))
        store.watch(.delete, runJSON("a", uid: "u1"))
        #expect(store.holder() == nil)
    }

    @Test func `a review of a DELETE frees nothing, the watch does`() {
        let store = store()
        store.list([runJSON("a", uid: "u1")])
        store.observeDeletion(namespace: "agents", name: "a", uid: "u1")
        #expect(store.holder() == "agents/a of 1")
        store.watch(.delete, runJSON("a", uid: "u1"))
        #expect(store.holder() == nil)
    }

    @Test func `a CREATE of a name that is taken changes nothing of the run that has it`() {
        let store = store()
        let status = "{\"phase\":\"Running\",\"vcs\":{\"headBranch\":\"codex/x\",\"repository\":\"o/r\"}}"
        store.list([runJSON("a", uid: "u1", status: status)])
        #expect(store.reserve(claims("a", uid: "u2", [branch("codex/other")]), scope: .cluster))
        #expect(store.holder() == "agents/a of 1")
    }

    @Test func `of two CREATEs of one name both branches are held until it is known which was stored`() {
        let store = store()
        store.list([])
        #expect(store.reserve(claims("a", uid: "u1", [branch("codex/one")]), scope: .cluster))
        #expect(store.reserve(claims("a", uid: "u2", [branch("codex/two")]), scope: .cluster))
        #expect(!store.reserve(claims("b", [branch("codex/one")]), scope: .cluster))
        #expect(!store.reserve(claims("b", [branch("codex/two")]), scope: .cluster))
    }
}
