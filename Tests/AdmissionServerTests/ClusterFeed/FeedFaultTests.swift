import AdmissionServer
import ClusterState
import FakeAPIServer
import JSONPull
import KubernetesClient
import NIOCore
import Policy
import TestPatience
import Testing

@Suite(.limit(minutes: 5)) struct `Faults of the API server` {
    /// A fault, what it is for, and what is said of it.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var verb: ReceivedRequest.Verb
        var fault: Fault
        /// Part of what an operator is told; nil where it is mended before anything is to be told.
        var words: String?

        var testDescription: String { "\(name) for \(verb)" }

        init(_ name: String, _ verb: ReceivedRequest.Verb, _ fault: Fault, _ words: String?) {
            (self.name, self.verb, self.fault, self.words) = (name, verb, fault, words)
        }
    }

    static let transient: [Case] = [
        Case("401", .list, .status(401, "Unauthorized", "Unauthorized"), "renew the token or client certificate"),
        Case("403", .list, .forbidden(user: "w", verb: "list", .agentRuns), "grant the verbs list and watch"),
        Case("404", .list, .raw(Array(plainNotFound.utf8)), "install its CustomResourceDefinition"),
        Case("500", .list, .status(500, "InternalError", "etcd is away"), "etcd is away"),
        Case("a page of a proxy", .list, .html(code: 502), "no proxy or login page"),
        Case("a page of a proxy", .list, .html(code: 200), "no proxy or login page"),
        Case("a closed connection", .list, .closeBeforeAnswer, "the connection to the API server broke"),
        Case("a closed connection", .list, .closeAfterHead, "the connection to the API server broke"),
        Case("a truncated chunk", .list, .truncatedChunk, "the connection to the API server broke"),
        Case("a few bytes at a time", .list, .slow(bytes: 50, every: .milliseconds(1)), nil),
        Case("403", .watch, .forbidden(user: "w", verb: "watch", .agentRuns), "grant the verbs list and watch"),
        Case("500", .watch, .status(500, "InternalError", "etcd is away"), "etcd is away"),
        Case("a page of a proxy", .watch, .html(code: 200), "no proxy or login page"),
        Case("a closed connection", .watch, .closeAfterHead, "the connection to the API server broke"),
        Case("a truncated chunk", .watch, .truncatedChunk, "the connection to the API server broke"),
        Case("a line that is no JSON", .watch, .garbageLine, "not the JSON of a Kubernetes API"),
        Case("a line over 16 MiB", .watch, .longLine(bytes: 17 << 20), "longer than 16777216 bytes"),
        Case(
            "an ERROR event",
            .watch,
            .errorEvent(StatusError(code: 500, reason: "InternalError", message: "oh")),
            "oh"
        ),
        Case("silence", .watch, .stallAfterHead, "nothing came from the watch"),
        Case("events that come twice", .watch, .duplicateEvents, nil),
        Case("a few bytes at a time", .watch, .slow(bytes: 10, every: .milliseconds(1)), nil),
    ]

    private static let plainNotFound =
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Length: 19\r\n\r\n404 page not found\n"

    @Test func `a watch cache that stands still is noticed, told of once, and got around by lists`() async throws {
        try await FakeAPIServer.run { server in
            try await server.add("before")
            try await FedStore.run(server, watchSeconds: 4, asksForProgress: true) { fed in
                try await fed.until(runs: 1)
                try await server.waitUntil(watchCount: 1)
                try await server.stallWatches()
                for (number, name) in ["during", "later"].enumerated() {
                    try await server.add(name, head: "codex/\(name)")
                    try await fed.until(runs: 2 + number)
                }
                try await server.delete("before", in: .agentRuns, namespace: "agents")
                try await fed.until(runs: 2)
                #expect(fed.events.filter { $0.contains("watches stand still") }.count == 1)
                #expect(!fed.events.contains { $0.contains("recovered") })
                guard case .synced(_, .some) = fed.store.condition(of: FedStore.runs) else {
                    Issue.record("nobody is told: \(fed.events)")
                    return
                }
                try await server.resumeWatches()
                try await server.add("after", head: "codex/after")
                try await fed.until(runs: 3)
                try await fed.until(event: "recovered")
            }
        }
    }

    @Test func `a server whose cache does not move while nothing changes is not taken for one that stands still`()
        async throws
    {
        try await FakeAPIServer.run { server in
            try await server.add("a")
            try await FedStore.run(server, watchSeconds: 4, asksForProgress: true) { fed in
                try await fed.until(runs: 1)
                try await server.waitUntil(watchCount: 1)
                try await server.stallWatches()
                // Of another kind: the version of the store moves, the runs do not.
                try await server.create(json: #"{"metadata":{"name":"m"}}"#, in: .memories, namespace: "agents")
                try await fed.until(event: "listed again")
                #expect(!fed.events.contains { $0.contains("failed") })
            }
        }
    }

    @Test(arguments: transient)
    func `pass without a loss of state`(case fault: Case) async throws {
        try await FakeAPIServer.run { server in
            try await server.add("before", head: "codex/before")
            try await server.script(FaultRule(matching: .init(fault.verb, .agentRuns), times: 2, fault.fault))
            // Only a silent watch has to be found by its time.
            try await FedStore.run(server, watchSeconds: fault.name == "silence" ? 1 : 60) { fed in
                if let words = fault.words { try await fed.until(event: words) }
                try await fed.until(runs: 1)
                try await server.add("after", head: "codex/after")
                try await fed.until { _ in fed.holder("codex/after") == "after of 1" }
                #expect(fed.holder("codex/before") == "before of 1")
                if fault.words != nil { try await fed.until(event: "recovered") }
                // The second of two failures may come after the first was got over.
                try await fed.until { $0.condition(of: FedStore.runs)?.isSynced == true }
            }
        }
    }

    @Test func `a failure is told once until it changes or goes`() async throws {
        try await FakeAPIServer.run { server in
            let forbidden = Fault.forbidden(user: "w", verb: "list", .agentRuns)
            try await server.script(FaultRule(matching: .init(.list, .agentRuns), times: 5, forbidden))
            try await FedStore.run(server) { fed in
                try await fed.until(event: "recovered")
                #expect(fed.events.count { $0.contains("failed") } == 1)
                #expect(fed.feed.figures[0].figures.failures == 5)
            }
        }
    }

    @Test func `a failure whose text holds the time is told once`() async throws {
        try await FakeAPIServer.run { server in
            for second in 10..<14 {
                let fault = Fault.status(500, "InternalError", "current time 2026-11-28T22:00:\(second)Z is after")
                try await server.script(FaultRule(matching: .init(.list, .agentRuns), times: 1, fault))
            }
            try await FedStore.run(server) { fed in
                try await fed.until(event: "recovered")
                #expect(fed.events.count { $0.contains("failed") } == 1)
                #expect(fed.feed.figures[0].figures.failures == 4)
            }
        }
    }

    @Test func `a kind that is refused is unknown, the others are known`() async throws {
        try await FakeAPIServer.run { server in
            let agents = ClusterSource(kind: .agent, namespace: nil)
            let forbidden = Fault.forbidden(user: "w", verb: "list", .agents)
            try await server.script(FaultRule(matching: .init(.list, .agents), times: nil, forbidden))
            try await FedStore.run(server, sources: [FedStore.runs, agents]) { fed in
                try await fed.until(event: "agents.agents.proompteng.ai failed")
                try await fed.until { $0.condition(of: FedStore.runs)?.isSynced == true }
                #expect(!fed.store.isKnown(.agent, in: "agents"))
                guard case .incomplete(let problem, ageMilliseconds: _) = fed.store.condition(in: "agents") else {
                    Issue.record("\(fed.store.condition(in: "agents"))")
                    return
                }
                #expect(problem.contains("grant the verbs list and watch on it to this identity"))
                try await server.removeScript()
                try await fed.until { $0.isKnown(.agent, in: "agents") }
            }
        }
    }

    @Test func `a definition that comes later is found, one that goes is said to be missing`() async throws {
        try await FakeAPIServer.run { server in
            try await server.remove(resource: .agentRuns)
            try await FedStore.run(server) { fed in
                try await fed.until(event: "install its CustomResourceDefinition")
                try await server.restore(resource: .agentRuns)
                try await server.add("a")
                try await fed.until(runs: 1)
                try await server.remove(resource: .agentRuns)
                try await fed.until { store in
                    if case .unknown = store.condition(of: FedStore.runs) { true } else { false }
                }
            }
        }
    }

    @Test func `Retry-After is waited for`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(matching: .init(.list, .agentRuns), .tooManyRequests(retryAfterSeconds: 1))
            )
            let start = ContinuousClock.now
            try await FedStore.run(server) { fed in
                try await fed.until { $0.condition(of: FedStore.runs)?.isSynced == true }
                #expect(ContinuousClock.now - start >= .seconds(1))
                #expect(try await server.requests(.init(.list, .agentRuns)).count == 2)
            }
        }
    }

    @Test func `a watch refused for a busy server is no trouble any more once it goes on, though nothing happens`()
        async throws
    {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(matching: .init(.watch, .agentRuns), .tooManyRequests(retryAfterSeconds: 1))
            )
            try await FedStore.run(server, watchSeconds: 300) { fed in
                try await fed.until(event: "failed")
                try await fed.until(event: "recovered")
                guard case .synced(_, problem: nil) = fed.store.condition(of: FedStore.runs) else {
                    Issue.record("\(String(describing: fed.store.condition(of: FedStore.runs)))")
                    return
                }
            }
        }
    }

    @Test func `a token that expired is made again, and what is known stays until then`() async throws {
        var configuration = FakeAPIServer.Configuration()
        configuration.certificate = try .generate()
        configuration.bearerToken = "first"
        try await FakeAPIServer.run(configuration) { server in
            try await server.add("a")
            try await FedStore.run(server) { fed in
                try await fed.until(runs: 1)
                // The kubeconfig has the new token by the time it is read again.
                try await server.require(bearerToken: "second")
                try await server.closeWatches()
                try await server.add("b", head: "codex/y")
                try await fed.until(runs: 2)
            }
        }
    }

    @Test func `a server that restarts is found again`() async throws {
        try await FakeAPIServer.run { server in
            try await server.add("a")
            try await FedStore.run(server) { fed in
                try await fed.until(runs: 1)
                await server.stop()
                try await fed.until(event: "failed")
                #expect(fed.holder("codex/x") == "a of 1")
                try await server.start()
                try await server.add("b", head: "codex/y")
                try await fed.until(runs: 2)
            }
        }
    }

    @Test func `an idle cluster stays young, a silent one grows old`() async throws {
        try await FakeAPIServer.run { server in
            try await FedStore.run(server, watchSeconds: 1, graceMilliseconds: 5000) { fed in
                try await fed.until { $0.condition(of: FedStore.runs)?.isSynced == true }
                let first = fed.store.heardAt
                // Four watches' time, half a second at least each: their ends are news.
                try await server.waitUntil { $0.requests(.init(.watch)).count == 5 }
                #expect(fed.store.heardAt - first >= 1500)
                try await server.script(FaultRule(matching: .init(.watch), times: nil, .stallBeforeHead))
                try await fed.until { $0.age > 3000 }
                try await fed.until(event: "nothing came from the watch")
                try await server.removeScript()
                try await fed.until { $0.age < 1000 }
            }
        }
    }
}

extension SourceCondition {
    fileprivate var isSynced: Bool { if case .synced = self { true } else { false } }
}

extension ClusterStore {
    /// Of the runs, by the store's clock.
    fileprivate var heardAt: Int64 {
        if case .synced(let heardAt, _) = condition(of: FedStore.runs) { heardAt } else { 0 }
    }

    /// Milliseconds.
    fileprivate var age: Int {
        if case .available(ageMilliseconds: let age) = condition(in: "agents") { age } else { .max }
    }
}
