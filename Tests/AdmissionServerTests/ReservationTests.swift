import ClusterState
import HTTPServer
import NIOCore
import NIOEmbedded
import Policy
import Prometheus
import Testing

@testable import AdmissionServer

@Suite struct `Branches` {
    private let service = ServiceUnderTest()

    @Test func `a second run on a taken branch is denied and the first may be sent again`() {
        #expect(service.post(Review(name: "first")).allowed == true)
        let second = service.post(Review(name: "second"))
        #expect(second.allowed == false)
        #expect(second.body.contains("HeadBranchConflict"))
        #expect(second.body.contains("agents/first"))
        // kube-apiserver tries a create again without managedFields when storage finds it too large.
        #expect(service.post(Review(name: "first")).allowed == true)
    }

    /// Small reviews are judged in one group, each larger one in a group of its own.
    @Test(arguments: [0, 100_000])
    func `of reviews that came in one turn the first takes the branch, and all are answered`(padding: Int) throws {
        let eventLoop = EmbeddedEventLoop()
        let note = #","annotations":{"note":"\#(String(repeating: "x", count: padding))"}"#
        let answers = (1...6).map { number in
            let head = number < 6 ? "codex/one" : "codex/two"
            let answer = LaterAnswer()
            service.begin(Review(name: "run-\(number)", head: head, metadata: note), on: eventLoop, answer)
            return answer
        }
        #expect(service.store.reservationCount == 0)
        eventLoop.run()
        let allowed = try answers.map { answer in
            String(buffer: try #require(answer.response).body).contains(#""allowed":true"#)
        }
        #expect(allowed == [true, false, false, false, false, true])
        #expect(service.store.reservationCount == 2)
    }

    private static func update(_ name: String, from old: String, to head: String) -> Review {
        var update = Review(operation: "UPDATE", name: name, head: head)
        update.oldHead = old
        return update
    }

    @Test func `an update takes the branch it moves to, and keeps the one it had`() {
        #expect(service.post(Review(name: "first")).allowed == true)
        #expect(service.post(Self.update("first", from: "codex/one", to: "codex/two")).allowed == true)
        #expect(service.post(Review(name: "second", head: "codex/two")).allowed == false)
        #expect(service.post(Review(name: "second", head: "codex/one")).allowed == false)
        #expect(service.post(Review(name: "second", head: "codex/three")).allowed == true)
        // Sent again, it has the branch already.
        #expect(service.post(Self.update("first", from: "codex/one", to: "codex/two")).allowed == true)
        let denied = service.post(Self.update("first", from: "codex/two", to: "codex/three"))
        #expect(denied.allowed == false && denied.body.contains("agents/second"))
    }

    @Test func `of updates and creates that came in one turn one takes the branch`() throws {
        let eventLoop = EmbeddedEventLoop()
        let reviews = [
            Self.update("run-1", from: "codex/1", to: "codex/x"), Self.update("run-2", from: "codex/2", to: "codex/x"),
            Review(name: "run-3", head: "codex/x"), Self.update("run-4", from: "codex/x", to: "codex/4"),
        ]
        let answers = reviews.map { review in
            let answer = LaterAnswer()
            service.begin(review, on: eventLoop, answer)
            return answer
        }
        eventLoop.run()
        let allowed = try answers.map { String(buffer: try #require($0.response).body).contains(#""allowed":true"#) }
        #expect(allowed == [true, false, false, true])
    }

    @Test func `a dry update, and one that is denied, take nothing`() {
        var update = Self.update("first", from: "codex/one", to: "codex/two")
        update.dryRun = true
        #expect(service.post(update).allowed == true)
        update.dryRun = false
        update.head = "codex/two..three"
        #expect(service.post(update).allowed == false)
        #expect(service.store.reservationCount == 0)
        #expect(service.post(Review(name: "second", head: "codex/two")).allowed == true)
    }

    @Test func `taken where no API server is asked for claims are counted`() throws {
        #expect(service.post(Review(name: "first")).allowed == true)
        #expect(service.post(Review(name: "second")).allowed == false)
        #expect(service.post(Self.update("first", from: "codex/one", to: "codex/two")).allowed == true)
        #expect(service.metrics.claims[.unshared]?.value == 2)
    }

    @Test func `a dry run takes nothing`() {
        #expect(service.post(Review(name: "draft", dryRun: true)).allowed == true)
        #expect(service.store.reservationCount == 0)
        #expect(service.post(Review(name: "real")).allowed == true)
    }

    @Test func `a denied run takes nothing`() {
        let name = String(repeating: "n", count: 64)
        #expect(service.post(Review(name: name)).allowed == false)
        #expect(service.store.reservationCount == 0)
    }

    @Test(arguments: [true, false])
    func `a deletion frees, also one of a collection`(hasName: Bool) {
        _ = service.post(Review(name: "first"))
        #expect(service.post(Review(operation: "DELETE", name: "first", hasName: hasName)).allowed == true)
        #expect(service.post(Review(name: "second")).allowed == true)
    }

    @Test func `a dry deletion, and one of a subresource, free nothing`() {
        _ = service.post(Review(name: "first"))
        _ = service.post(Review(operation: "DELETE", name: "first", dryRun: true))
        _ = service.post(Review(operation: "DELETE", name: "first", subResource: "status"))
        #expect(service.post(Review(name: "second")).allowed == false)
    }

    @Test func `a deletion of an earlier run of the name frees nothing`() {
        _ = service.post(Review(name: "first"))
        var deletion = Review(operation: "DELETE", name: "other", hasName: false)
        deletion.metadata = #","name":"first""#
        _ = service.post(deletion)
        #expect(service.post(Review(name: "second")).allowed == false)
    }

    @Test func `a run with finalizers is gone when the last one goes`() {
        let finalizers = #","finalizers":["agents.proompteng.ai/cleanup"]"#
        let isBeingDeleted = #","deletionTimestamp":"2026-02-07T00:00:00Z""#
        _ = service.post(Review(name: "first", metadata: finalizers))
        _ = service.post(Review(operation: "DELETE", name: "first", metadata: finalizers))
        #expect(service.post(Review(name: "second")).allowed == false)
        _ = service.post(Review(operation: "UPDATE", name: "first", metadata: isBeingDeleted + finalizers))
        #expect(service.post(Review(name: "second")).allowed == false)
        _ = service.post(Review(operation: "UPDATE", name: "first", metadata: isBeingDeleted + #","finalizers":[]"#))
        #expect(service.post(Review(name: "second")).allowed == true)
    }

    @Test func `of many at once exactly one wins, every time`() async {
        for round in 0..<200 {
            let winners = await withTaskGroup(of: Bool.self) { tasks in
                for number in 0..<16 {
                    tasks.addTask { [service] in
                        service.post(Review(name: "run-\(round)-\(number)", head: "codex/\(round)")).allowed == true
                    }
                }
                return await tasks.reduce(0) { $1 ? $0 + 1 : $0 }
            }
            #expect(winners == 1, "round \(round)")
        }
        #expect(service.store.reservationCount == 200)
    }

    @Test(arguments: ["Warn", "Audit", "Off"])
    func `a policy that does not deny lets runs share a branch, and still remembers them`(action: String) throws {
        let policy = try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                spec: { rules: { head-branch-conflict: { action: \(action) } } }
                """.utf8
            ),
            file: "policy.yaml"
        )
        let service = ServiceUnderTest(policy: policy)
        for name in ["first", "second", "third"] {
            let answer = service.post(Review(name: name))
            #expect(answer.allowed == true)
            #expect(answer.body.contains("warnings") == (action == "Warn" && name != "first"))
        }
        #expect(service.store.reservationCount == 3)
    }
}
