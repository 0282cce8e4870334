import AdmissionAPI
import AgentRuns
import ClusterState
import Offline
import Policy
import Reports
import Testing

@Suite struct `Measuring a review` {
    /// Of every part the same time goes by in each round but two, which are disturbed.
    private final class Clock {
        private var readings = 0
        private var time: Int64 = 0

        func read() -> Int64 {
            defer { readings += 1 }
            // Two readings for each part, three parts a round.
            guard !readings.isMultiple(of: 2) else { return time }
            let (part, round) = (readings / 2 % 3, readings / 6)
            time += [300, 500, 200][part] * (round < 2 ? 100 : 1)
            return time
        }
    }

    private static func bench(_ body: String, _ clock: Clock) -> ReviewBench {
        ReviewBench(
            Array(body.utf8),
            by: PolicyEngine(policy: .builtIn),
            state: ClusterStore.withoutAge(policy: .builtIn),
            now: Timestamp(seconds: 1_800_000_000),
            nanoseconds: clock.read
        )
    }

    private static let review = """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{"group":\
        "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
        "version":"v1alpha1","resource":"agentruns"},"operation":"CREATE","object":{"metadata":{"name":"r"}}}}
        """

    @Test func `tells the median of the rounds for each part, by one review`() throws {
        let report = try Self.bench(Self.review, Clock()).run(iterations: 10 * ReviewBench.rounds)
        #expect(report.decode == 30 && report.judge == 50 && report.encode == 20)
    }

    @Test func `of fewer reviews than rounds takes one a round`() throws {
        #expect(try Self.bench(Self.review, Clock()).run(iterations: 1).decode == 300)
    }

    @Test(arguments: ["", "{}", #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#])
    func `fails for what is no review`(body: String) {
        #expect(throws: AdmissionReviewError.self) { try Self.bench(body, Clock()).run(iterations: 1) }
    }
}
