import AgentRuns
import ClusterState
import Dispatch
import JSONPull
import NIOPosix
import Policy
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.limit(minutes: 1)) struct `A round of the audit` {
    private static let runs = ClusterSource(kind: .agentRun, namespace: nil)

    private let store: ClusterStore
    private let objects: AuditedObjects
    private let policy: AdmissionPolicy

    init() throws {
        policy = try AdmissionPolicy.load(
            Array(
                """
                apiVersion: admission.agents.proompteng.ai/v1alpha1
                kind: AgentRunPolicy
                metadata: {name: p}
                spec:
                  rules:
                    head-branch-conflict: {action: Deny}
                    label-policy: {action: Warn, required: [team]}
                """.utf8
            ),
            file: "policy.yaml"
        )
        store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            owner: .cluster([Self.runs]),
            clock: { 0 }
        )
        var limits = AuditedObjects.Limits()
        limits.maximumObjectBytes = 16 << 10
        objects = AuditedObjects(limits: limits)
    }

    private static func run(
        _ name: String,
        in namespace: String = "agents",
        head: String? = nil,
        minute: Int = 10,
        phase: String = "Running",
        labels: String = #"{"team":"a"}"#,
        text: String = "t"
    ) -> String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"\(name)","namespace":"\(namespace)",\
        "uid":"uid-\(name)","generation":1,"labels":\(labels),"creationTimestamp":"2026-11-01T12:\(minute):00Z"},"spec":{\
        "agentRef":{"name":"a"},"runtime":{"type":"job"},"implementation":{"inline":{"text":"\(text)"}},"parameters":{\
        "repository":"o/r","base":"main","head":"\(head ?? "codex/\(name)")"},"vcsPolicy":{"mode":"read-write"}},\
        "status":{"phase":"\(phase)"}}
        """
    }

    /// Puts runs in place of all there are, in state and objects.
    private func list(_ runs: [String], at seconds: Int64 = 0, into state: Bool = true) {
        var staged = store.stage(Self.runs)
        objects.beginList(of: Self.runs)
        for run in runs {
            let bytes = Array(run.utf8)
            unsafe bytes.withUnsafeBytes {
                unsafe staged.add($0)
                unsafe objects.put($0, of: Self.runs, nowSeconds: seconds)
            }
        }
        objects.commitList(of: Self.runs)
        if state { store.replace(with: staged, heardAt: 0) }
    }

    private func judge(_ reviewed: ReviewedRuns? = nil, keepsResults: Bool = true) -> AuditJudge {
        AuditJudge(
            engine: PolicyEngine(policy: policy),
            state: store,
            objects: objects,
            reviewed: reviewed,
            keepsResults: keepsResults,
            on: MultiThreadedEventLoopGroup.singleton.next(),
            environment: .init(
                wall: { Timestamp(seconds: 1_793_600_000) },
                monotonicNanoseconds: { Int64(DispatchTime.now().uptimeNanoseconds) },
                threadNanoseconds: { 0 }
            )
        )
    }

    private func round(_ reviewed: ReviewedRuns? = nil, keepsResults: Bool = true) async -> AuditRound {
        let judge = judge(reviewed, keepsResults: keepsResults)
        while true {
            if let round = await judge.judgeSlice() { return round }
        }
    }

    private static func findings(_ round: AuditRound, _ name: ExactString) -> [String] {
        round.results.filter { $0.subject.name == name.string }.map { "\($0.policy) \($0.action)" }
    }

    @Test func `judges each run in the light of earlier ones`() async {
        list([
            Self.run("later", head: "codex/x", minute: 20), Self.run("first", head: "codex/x"),
            Self.run("unlabelled", labels: "{}"), Self.run("over", head: "codex/x", phase: "Failed"),
        ])
        let round = await round()
        #expect(round.judged == 3 && round.denied == 1 && round.warned == 1)
        #expect(Self.findings(round, "later") == ["head-branch-conflict deny"])
        #expect(Self.findings(round, "unlabelled") == ["label-policy warn"])
        #expect(round.results.count == 2 && round.leftOut.isEmpty)
        #expect(round.findings[.init(rule: .headBranchConflict, action: .deny)] == 1)
        #expect(round.policyDigest == policy.digest && round.unreviewed == nil)
        let later = round.results.first { $0.subject.name == "later" }
        let message = later?.message
        #expect(message?.contains("is held by run \"agents/first\" (Running)") == true, "\(message ?? "")")
        #expect(later?.subject.uid == "uid-later" && later?.subject.generation == 1)
        #expect(later?.subject.kind == "AgentRun")
    }

    @Test func `judges many in slices, and every one once`() async {
        let count = 1000
        list((0..<count).map { Self.run("r-\($0)", labels: $0 % 10 == 0 ? "{}" : #"{"team":"a"}"#) })
        let judge = judge()
        var slices = 0
        var done: AuditRound?
        while done == nil {
            done = await judge.judgeSlice()
            slices += 1
        }
        #expect(slices >= count / AuditJudge.sliceCount)
        #expect(done?.judged == count && done?.warned == count / 10)
        #expect(Set(done?.results.map(\.subject.name) ?? []).count == count / 10)
        #expect(await judge.progress == 1)
    }

    @Test func `spreads a round over the time it is given, and breaks it off`() async throws {
        list((0..<300).map { Self.run("r-\($0)") })
        let spread = Duration.milliseconds(400)
        let start = ContinuousClock.now
        let round = await judge().judge(spreadOver: spread) { true }
        #expect(round?.judged == 300)
        // The last of five or more parts has no pause behind it.
        #expect(ContinuousClock.now - start >= spread / 2)

        let slices = Atomic(0)
        let broken = await judge().judge(spreadOver: spread) { slices.add(1, ordering: .relaxed).newValue <= 2 }
        #expect(broken == nil && slices.load(ordering: .relaxed) == 3)

        let judge = judge()
        let task = Task { await judge.judge(spreadOver: .seconds(3600)) { true } }
        while await judge.progress == 0 { await Task.yield() }
        task.cancel()
        #expect(await task.value == nil, "its pauses of a second end at once")
    }

    @Test func `keeps of each namespace what a report can name, and counts the rest`() async {
        let count = AuditResults.maximumCount + 200
        list(
            (0..<count).map { Self.run("r-\($0)", labels: "{}") }
                + ["first", "later"].map { Self.run($0, in: "quiet", head: "codex/x", minute: $0 == "later" ? 20 : 10) }
        )
        let round = await round()
        let kept = Dictionary(grouping: round.results, by: \.subject.namespace).mapValues(\.count)
        #expect(kept == ["agents": AuditResults.maximumCount, "quiet": 1])
        #expect(round.leftOut.mapValues(\.counts) == ["agents": [.warn: 200]])
        #expect(round.findings[.init(rule: .labelPolicy, action: .warn)] == count)
        #expect(round.policyReports.map(\.leftOutCount) == [200, 0])
    }

    @Test func `keeps nothing of what is found where nobody reports it`() async {
        list((0..<10).map { Self.run("r-\($0)", labels: "{}") })
        let round = await round(keepsResults: false)
        #expect(round.results.isEmpty && round.leftOut.isEmpty)
        #expect(round.warned == 10 && round.findings[.init(rule: .labelPolicy, action: .warn)] == 10)
    }

    @Test func `keeps the figures of the last round, and not its results`() async {
        list([Self.run("unlabelled", labels: "{}")])
        let rounds = AuditRounds()
        let told = Mutex(0)
        rounds.followers.add { round in told.withLock { $0 = round.results.count } }
        rounds.end(await round())
        #expect(told.withLock { $0 } == 1)
        #expect(rounds.last.value?.warned == 1 && rounds.last.value?.results.isEmpty == true)
    }

    @Test func `leaves out what has ended since, and counts what is too large`() async {
        list([Self.run("ends"), Self.run("goes"), Self.run("huge", text: String(repeating: "x", count: 20_000))])
        // The state knows sooner.
        var staged = store.stage(Self.runs)
        for run in [Self.run("ends", phase: "Succeeded"), Self.run("huge", text: "t")] {
            _ = unsafe Array(run.utf8).withUnsafeBytes { unsafe staged.add($0) }
        }
        store.replace(with: staged, heardAt: 1)
        let round = await round()
        #expect(round.judged == 0 && round.over == 2 && round.notJudged == [.tooLarge: 1])
    }

    @Test func `tells which active runs were never reviewed, since when, and what the policy would have said`() async {
        list([
            Self.run("reviewed"), Self.run("sneaked", minute: 30, labels: "{}"), Self.run("old", minute: 11),
            Self.run("huge", minute: 40, text: String(repeating: "x", count: 20_000)),
            Self.run("over", phase: "Failed"),
        ])
        func reviewed(askedAt: Int64) -> ReviewedRuns {
            ReviewedRuns(since: Timestamp("2026-11-01T12:20:00Z"), askedAtSeconds: askedAt) { uid, generation in
                uid == "uid-reviewed" && generation == 1
            }
        }
        #expect(await round(reviewed(askedAt: 59)).unreviewed?.isEmpty == true, "a mark may be on its way")
        let round = await round(reviewed(askedAt: 60))
        let found = (round.unreviewed ?? []).sorted { $0.object.name < $1.object.name }
        #expect(found.map(\.object.name) == ["huge", "old", "sneaked"])
        #expect(found.map(\.decision) == [.notJudged, .allowed, .warned])
        #expect(found.map(\.isEarlier) == [false, true, false])
        #expect(found.last?.since == Timestamp("2026-11-01T12:30:00Z"))
        #expect(found.last?.reasons.first?.utf8.starts(with: "label-policy/".utf8) == true)
        #expect(round.unreviewedCount(isEarlier: true) == 1 && round.unreviewedCount(isEarlier: false) == 2)
    }

    @Test func `tells so many unreviewed runs and counts the others`() async {
        list((0..<800).map { Self.run("r-\($0)") })
        let round = await round(ReviewedRuns(since: nil, askedAtSeconds: 1000) { _, _ in false })
        #expect(round.unreviewed?.count == AuditRound.maximumUnreviewed)
        #expect(round.unreviewedCount(isEarlier: true) == 800 && round.unreviewedCount(isEarlier: false) == 0)
    }
}
