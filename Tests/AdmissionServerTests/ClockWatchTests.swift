import AdmissionServer
import ClusterState
import FakeAPIServer
import KubernetesClient
import NIOCore
import NIOPosix
import Synchronization
import TLS
import TestPatience
import Testing

@Suite(.limit(minutes: 1)) struct `The clock of a replica` {
    /// Clocks that go a second with each answer.
    private final class Clock: Sendable {
        let time = Mutex<Int64>(1_800_000_000_000)
        let told = Mutex<[String?]>([])
        var now: Int64 { time.withLock { $0 } }
        func pass() { time.withLock { $0 += 1037 } }
    }

    @Test func `makes it unready while it is far from the API server's, and is told once each`() async throws {
        let clock = Clock()
        let watch = ClockWatch(
            steady: { clock.now },
            wall: { clock.now },
            onChange: { problem in clock.told.withLock { $0.append(problem) } }
        )
        // Asked for nothing else, it knows all the same that its clock was right before it jumped.
        let jump = Mutex<Int64>(0)
        let held = HeldClock(
            steady: { clock.now },
            wall: { clock.now + jump.withLock { $0 } },
            finding: { watch.finding }
        )
        watch.follow { _ = held.moment() }
        var configuration = FakeAPIServer.Configuration()
        configuration.now = { UnixTime(secondsSinceEpoch: clock.now / 1000) }
        try await FakeAPIServer.run(configuration) { server in
            let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
            let text = Array(server.kubeconfig.utf8)
            let client = try APIClient(on: FakeAPIServer.threads.next(), files: files, clock: watch.serverClock) {
                () throws(AccessError) in
                try Kubeconfig.decode(text, file: "kubeconfig").access { _ in [] }
            }
            defer { client.close() }
            func ask() async throws {
                for _ in 0..<20 {
                    clock.pass()
                    // An error has a date, too.
                    _ = try? await client.send(APIRequest(.get, FakeResource.leases.path() + "/none")).get()
                }
            }
            #expect(watch.secondsAhead == nil && watch.readiness.problem() == nil)
            try await ask()
            #expect(watch.readiness.problem() == nil)
            jump.withLock { $0 = 86_400_000 }
            #expect(held.moment().wall.milliseconds == clock.now)
            jump.withLock { $0 = 0 }
            try await server.moveDate(by: -8)
            try await ask()
            let problem = try #require(watch.readiness.problem())
            #expect(problem.contains("s ahead of the API server's") && problem.contains("chrony"))
            #expect(abs(try #require(watch.secondsAhead) - 8) < 0.6)
            try await server.moveDate(by: 7)
            try await ask()
            #expect(try #require(watch.problem).contains("s behind the API server's"))
            try await server.moveDate(by: 0)
            try await ask()
            #expect(watch.readiness.name == "clock" && watch.readiness.problem() == nil)
            #expect(clock.told.withLock { $0.map { $0 != nil } } == [true, true, false])
        }
    }
}
