import AdmissionServer
import AgentRuns
import ClusterState
import FakeAPIServer
import JSONPull
import KubernetesClient
import NIOCore
import Policy
import Synchronization
import TestPatience
import Testing

@Suite(.limit(minutes: 5)) struct `List and watch` {
    @Test func `all pages of a list are there at once, then what the watch tells`() async throws {
        try await FakeAPIServer.run { server in
            let template = try AgentRunTemplate()
            try await server.bulkLoad(.agentRuns, count: 1200) { template.run($0) }
            try await FedStore.run(server) { fed in
                try await fed.until { $0.count(of: .agentRun) > 0 }
                #expect(fed.store.count(of: .agentRun) == 1200)
                let pages = try await server.requests(.init(.list, .agentRuns))
                #expect(pages.map { $0.query["limit"] } == ["500", "500", "500"])
                #expect(pages.map { $0.query["continue"] != nil } == [false, true, true])
                try await server.add("a")
                try await fed.until(runs: 1201)
                #expect(fed.holder("codex/x") == "a of 1")
                try await server.update(
                    "a",
                    in: .agentRuns,
                    namespace: "agents",
                    mergingJSON: #"{"status":{"phase":"Failed"}}"#
                )
                try await fed.until { _ in fed.holder("codex/x") == nil }
                try await server.delete("a", in: .agentRuns, namespace: "agents")
                try await fed.until(runs: 1200)
            }
        }
    }

    @Test func `a page that is gone starts the list over, and nothing of the first try stays`() async throws {
        try await FakeAPIServer.run { server in
            let template = try AgentRunTemplate()
            try await server.bulkLoad(.agentRuns, count: 600) { template.run($0) }
            try await server.script(FaultRule(matching: .init(.list, .agentRuns), skip: 1, .gone))
            try await FedStore.run(server) { fed in
                try await fed.until { $0.count(of: .agentRun) > 0 }
                #expect(fed.store.count(of: .agentRun) == 600)
                #expect(try await server.requests(.init(.list, .agentRuns)).count == 4)
            }
        }
    }

    @Test func `pages too large to keep are asked for in smaller ones`() async throws {
        try await FakeAPIServer.run { server in
            let text = String(repeating: "x", count: 1 << 20)
            for number in 0..<70 {
                let spec = #"{"metadata":{"name":"s\#(number)"},"spec":{"text":"\#(text)"}}"#
                try await server.create(json: spec, in: .implementationSpecs, namespace: "agents")
            }
            let specs = ClusterSource(kind: .implementationSpec, namespace: nil)
            try await FedStore.run(server, sources: [specs]) { fed in
                try await fed.until { $0.count(of: .implementationSpec) == 70 }
                let limits = try await server.requests(.init(.list, .implementationSpecs)).map { $0.query["limit"] }
                #expect(limits.first == "500" && limits.last != "500")
            }
        }
    }

    @Test(arguments: [FakeAPIServer.WatchEnding.cleanly, .abruptly])
    func `goes on where a watch ended, without a gap, a repetition or a list`(
        ending: FakeAPIServer.WatchEnding
    ) async throws {
        try await FakeAPIServer.run { server in
            try await FedStore.run(server) { fed in
                try await server.waitUntil(watchCount: 1)
                for round in 0..<5 {
                    try await server.add("a-\(round)", head: "codex/\(round)")
                    try await fed.until(runs: round + 1)
                    // What happens while no watch is open.
                    try await server.script(FaultRule(matching: .init(.watch), .hold))
                    try await server.closeWatches(ending)
                    try await server.waitUntil { $0.heldRequests == 1 }
                    try await server.add("b-\(round)", head: "codex/\(round)")
                    try await server.delete("b-\(round)", in: .agentRuns, namespace: "agents")
                    try await server.releaseHeldRequests()
                    try await server.waitUntil(watchCount: 1)
                }
                try await server.add("last", head: "codex/last")
                try await fed.until { _ in fed.holder("codex/last") != nil }
                #expect(fed.store.count(of: .agentRun) == 6)
                #expect((0..<5).allSatisfy { fed.holder("codex/\($0)") == "a-\($0) of 1" })
                #expect(fed.feed.figures[0].figures.events == 16, "each event once")
                #expect(try await server.requests(.init(.list, .agentRuns)).count == 1)
            }
        }
    }

    @Test func `a bookmark moves the version on, so that a reconnect needs no list`() async throws {
        try await FakeAPIServer.run { server in
            try await FedStore.run(server) { fed in
                try await server.waitUntil(watchCount: 1)
                for number in 0..<3 {
                    try await server.create(
                        json: #"{"metadata":{"name":"m\#(number)"}}"#,
                        in: .memories,
                        namespace: "agents"
                    )
                }
                let version = try await server.resourceVersion
                try await server.expireHistory()
                try await server.sendBookmarks()
                try await server.closeWatches()
                try await server.waitUntil { $0.requests(.init(.watch)).count == 2 }
                let watch = try await server.requests(.init(.watch)).last
                #expect(Int(watch?.query["resourceVersion"] ?? "") ?? 0 >= Int(version))
                #expect(try await server.requests(.init(.list, .agentRuns)).count == 1)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a version that is too old is listed again, and objects gone in between are gone`(asStatus: Bool) async throws
    {
        try await FakeAPIServer.run { server in
            var settings = WatchSettings()
            settings.answersTooOldWithStatus = asStatus
            try await server.set(watches: settings)
            try await server.add("a")
            try await server.add("b", head: "codex/y")
            try await FedStore.run(server) { fed in
                try await server.waitUntil(watchCount: 1)
                try await server.script(FaultRule(matching: .init(.watch), .hold))
                try await server.closeWatches(.cleanly)
                try await server.waitUntil { $0.heldRequests == 1 }
                try await server.delete("a", in: .agentRuns, namespace: "agents")
                try await server.expireHistory()
                try await server.releaseHeldRequests()
                try await fed.until(event: "listed again 1")
                #expect(fed.holder("codex/x") == nil)
                #expect(fed.holder("codex/y") == "b of 1")
            }
        }
    }

    @Test func `readers see the old objects or the new ones, never a part`() async throws {
        try await FakeAPIServer.run { server in
            let template = try AgentRunTemplate()
            try await server.bulkLoad(.agentRuns, count: 1500) { template.run($0) }
            try await server.add("always")
            try await FedStore.run(server) { fed in
                try await fed.until(runs: 1501)
                let isDone = Atomic(false)
                async let misses = Task.detached { () -> Int in
                    var misses = 0
                    while !isDone.load(ordering: .relaxed) {
                        if fed.store.count(of: .agentRun) != 1501 || fed.holder("codex/x") != "always of 1" {
                            misses += 1
                        }
                        await Task.yield()
                    }
                    return misses
                }.value
                for round in 2...6 {
                    try await server.waitUntil(watchCount: 1)
                    try await server.sendErrorEvent()
                    try await fed.until { _ in fed.feed.figures[0].figures.lists >= round }
                }
                isDone.store(true, ordering: .relaxed)
                #expect(await misses == 0)
            }
        }
    }

    @Test func `namespaces are listed each by itself, and one's list leaves the others`() async throws {
        try await FakeAPIServer.run { server in
            for namespace in ["one", "two", "three"] { try await server.add("a", namespace: namespace) }
            let sources = ["one", "two"].map { ClusterSource(kind: .agentRun, namespace: $0) }
            try await FedStore.run(server, sources: sources) { fed in
                try await fed.until(runs: 2)
                try await server.waitUntil(watchCount: 2)
                let paths = try await server.requests(.init(.list)).map(\.path).sorted()
                #expect(paths == ["one", "two"].map { FakeResource.agentRuns.path(namespace: $0) })
                try await server.sendErrorEvent()
                try await fed.until { _ in fed.feed.figures.allSatisfy { $0.figures.lists >= 2 } }
                #expect(fed.store.count(of: .agentRun) == 2)
            }
        }
    }

    @Test func `other requests are answered beside any number of watches`() async throws {
        try await FakeAPIServer.run { server in
            let sources = (0..<12).map { ClusterSource(kind: .agentRun, namespace: ExactString("ns-\($0)")) }
            try await FedStore.run(server, sources: sources) { fed in
                try await server.waitUntil(watchCount: 12)
                // More than there are connections for them.
                let answers = (0..<20).map { _ in fed.client.send(APIRequest(.get, FakeResource.agentRuns.path())) }
                for answer in answers { #expect(try await answer.get().code == 200) }
            }
        }
    }

    @Test func `of Secrets nothing but the metadata is asked for`() async throws {
        try await FakeAPIServer.run { server in
            try await server.create(json: #"{"metadata":{"name":"token"}}"#, in: .secrets, namespace: "agents")
            let secrets = ClusterSource(kind: .secret, namespace: nil)
            try await FedStore.run(server, sources: [secrets]) { fed in
                try await fed.until { $0.hasSecret("token", in: "agents") }
                try await server.waitUntil(watchCount: 1)
                let forms = try await server.requests(.init(nil, .secrets)).map { $0.header("accept") ?? "" }
                #expect(forms.count == 2 && forms.allSatisfy { $0.contains("as=PartialObjectMetadata") })
            }
        }
    }

    @Test func `a policy that tells repositories apart in another way lists the runs again`() async throws {
        try await FakeAPIServer.run { server in
            try await server.create(
                json: runJSON("deep").replacing("o/r", with: "gitlab.example/group/o/r"),
                in: .agentRuns,
                namespace: "agents"
            )
            try await FedStore.run(server) { fed in
                try await fed.until(runs: 1)
                var projection = fed.store.projection
                projection.repositoryOptions.allowsNestedGroups = true
                projection.repositoryOptions.hosts = ["gitlab.example"]
                fed.store.projection = projection
                fed.feed.projectAgain()
                try await fed.until { store in
                    let branch = BranchKey(repository: "group/o/r", head: "codex/x")
                    return store.holders(of: branch, otherThan: "", in: "", scope: nil) != nil
                }
            }
        }
    }
}
