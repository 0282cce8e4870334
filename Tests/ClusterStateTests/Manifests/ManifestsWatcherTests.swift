import AgentRuns
import ClusterState
import JSONPull
import Policy
import Synchronization
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `Manifests watcher` {
    /// Runs a step after each look instead of waiting, and ends after the last one.
    private final class Script: Sendable {
        let events = Mutex<[String]>([])
        private let steps: [@Sendable () -> Void]
        private let next = Mutex(0)

        init(_ steps: [@Sendable () -> Void]) {
            self.steps = steps
        }

        func wait() throws {
            let index = next.withLock { next in
                next += 1
                return next - 1
            }
            guard index < steps.count else { throw CancellationError() }
            steps[index]()
        }

        func note(_ event: ManifestsWatcher.Event) {
            let text =
                switch event {
                case .loaded(let report):
                    "loaded \(report.objects[.agentRun] ?? 0) runs, \(report.problemCount) problems"
                case .failed(let error): "failed: \(error.reason)"
                case .recovered: "recovered"
                }
            events.withLock { $0.append(text) }
        }
    }

    private static func run(
        _ files: MemoryFileSystem,
        _ store: ClusterStore,
        _ steps: [@Sendable () -> Void]
    ) async throws -> [String] {
        let script = Script(steps)
        let watcher = ManifestsWatcher(
            source: ManifestsSource(fileSystem: files),
            paths: ["/m"],
            store: store,
            sleep: { _ in try script.wait() },
            onEvent: { script.note($0) }
        )
        try await watcher.run()
        return script.events.withLock { $0 }
    }

    @Test func `reads again on change only`() async throws {
        let files = MemoryFileSystem(["/m/a.json": runJSON("a")])
        let store = ClusterStore()
        let events = try await Self.run(
            files,
            store,
            [
                { #expect(store.holder() == "agents/a of 1") },
                { files.write(runJSON("b"), to: "/m/b.json") },
                { files.remove("/m/a.json") },
                { store.projection = RunProjection(repositoryOptions: .init(), generation: .august2026) },
            ]
        )
        #expect(
            events == [
                "loaded 1 runs, 0 problems", "loaded 2 runs, 0 problems", "loaded 1 runs, 0 problems",
                "loaded 1 runs, 0 problems",
            ]
        )
        #expect(store.holder() == "agents/b of 1")
    }

    @Test func `keeps the last good state, tells once, and recovers`() async throws {
        let files = MemoryFileSystem(["/m/sub/a.json": runJSON("a")])
        let store = ClusterStore()
        let events = try await Self.run(
            files,
            store,
            [
                { files.setReadable(false, "/m/sub") },
                {},
                {
                    #expect(store.holder() == "agents/a of 1")
                    files.setReadable(true, "/m/sub")
                },
            ]
        )
        #expect(events == ["loaded 1 runs, 0 problems", "failed: Permission denied", "recovered"])
        #expect(store.holder() == "agents/a of 1")
    }

    @Test func `a file that breaks keeps what it had while others change`() async throws {
        let files = MemoryFileSystem(["/m/a.json": runJSON("a"), "/m/b.json": runJSON("b", head: "codex/y")])
        let store = ClusterStore()
        let events = try await Self.run(
            files,
            store,
            [
                {
                    files.write("{", to: "/m/a.json")
                    files.write(runJSON("b", head: "codex/z"), to: "/m/b.json")
                },
                {
                    #expect(store.holder() == "agents/a of 1")
                    #expect(store.holder(branch("codex/y")) == nil)
                    #expect(store.holder(branch("codex/z")) == "agents/b of 1")
                    store.observeDeletion(namespace: "agents", name: "a", uid: "")
                    files.write("{{", to: "/m/a.json")
                },
                {
                    #expect(store.holder() == nil)
                    files.write(runJSON("c"), to: "/m/a.json")
                },
            ]
        )
        #expect(events.suffix(1) == ["loaded 2 runs, 0 problems"])
        #expect(store.holder() == "agents/c of 1")
    }

    @Test func `age counts from the last look that worked`() async throws {
        let time = Atomic<Int64>(0)
        let files = MemoryFileSystem()
        let store = ClusterStore { time.load(ordering: .relaxed) }
        #expect(store.condition(in: "agents") == .unavailable("the cluster state has not been read yet"))
        _ = try await Self.run(
            files,
            store,
            [
                {
                    let reason =
                        "cannot read manifests from /m: No such file or directory "
                        + "(correct the path, create it, or remove the broken link)"
                    #expect(store.condition(in: "agents") == .unavailable(reason))
                    files.write(runJSON("a"), to: "/m/a.json")
                    time.store(100, ordering: .relaxed)
                },
                {
                    time.store(5100, ordering: .relaxed)
                    #expect(store.condition(in: "agents") == .available(ageMilliseconds: 5000))
                },
                {
                    #expect(store.condition(in: "agents") == .available(ageMilliseconds: 0))
                    files.remove("/m/a.json")
                    time.store(7100, ordering: .relaxed)
                },
            ]
        )
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 2000))
    }
}
