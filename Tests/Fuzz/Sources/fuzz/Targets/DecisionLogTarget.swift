internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull
internal import Offline
internal import Policy
internal import Replay
internal import Reports

/// Lines of a decision log, judged again as `replay` does.
struct DecisionLogTarget: FuzzTarget {
    static let name = "decision-log"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(
        sources: [
            "Sources/Offline/Replay", "Sources/Reports/Replay", "Sources/Policy", "Sources/Replay", "Sources/AgentRuns",
        ],
        tokens: Vocabulary.json
    )

    private let engine = PolicyEngine(policy: .builtIn)

    /// What the server writes for the reviews that the review target begins with.
    static func writeSeeds(_ seeds: SeedFiles) throws {
        let state = try seeds.contents("Tests/Golden/strict.state", ".yaml").flatMap {
            $0.bytes + Array("\n---\n".utf8)
        }
        let policy = try AdmissionPolicy.load(try seeds.content("Tests/Golden/strict.policy.yaml"), file: "strict.yaml")
        for (name, review) in try seeds.contents("Tests/Golden/requests", ".json", upTo: 8 << 10) {
            let judging = Judging(policy, state: state)
            let recorded = RecordedState(judging.store)
            guard let (verdict, _) = judging.judge(review, asking: recorded) else { continue }
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("time", "2026-11-23T12:00:00Z")
            writer.member("uid", verdict.uid)
            writer.key("verdict")
            verdict.write(to: &writer)
            writer.key("replay")
            try unsafe review.withUnsafeBytes { try unsafe RecordedReview.write($0, state: recorded, to: &writer) }
            writer.endObject()
            try seeds.write(VisibleText.json(writer.bytes), as: name)
        }
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","dropped":7}"#, as: "dropped")
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","uid":"u","error":"x"}"#, as: "error")
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","verdict":{"allowed":true},"notReplayable":"x"}"#, as: "large")
    }

    func run(_ input: [UInt8]) {
        for line in input.split(separator: 0x0A) {
            let line = Array(line)
            guard let decision = try? LoggedDecision(line), let replay = decision.replay else { continue }
            unsafe line.withUnsafeBytes { bytes in
                let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[replay])
                do throws(AdmissionReviewError) {
                    let outcome = try unsafe RecordedReview(part, source: nil).judged(by: engine, now: Judging.now)
                    checkAnswer(outcome.verdict.response.encoded(as: .v1), to: outcome.verdict)
                    let again = try unsafe RecordedReview(part, source: nil).judged(by: engine, now: Judging.now)
                    require(
                        again.verdict.response == outcome.verdict.response && again.doubts == outcome.doubts,
                        "two verdicts on one line"
                    )
                } catch {
                    requireVisible(error.description)
                }
            }
        }
    }
}
