internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull
internal import Policy
internal import Reports

@testable internal import Offline
@testable internal import Replay

/// Lines of a decision log: put together where they are in parts, judged again as `replay` does, and verified by their chain.
struct DecisionLogTarget: FuzzTarget {
    static let name = "decision-log"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(
        sources: [
            "Sources/Offline/Replay", "Sources/Offline/Verification", "Sources/Reports/Replay", "Sources/Policy",
            "Sources/Replay", "Sources/AgentRuns",
        ],
        tokens: Vocabulary.json
    )

    private let engine = PolicyEngine(policy: .builtIn)
    private static let key = try? ChainKey([UInt8](repeating: 7, count: 32))

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
        try writeChain(seeds)
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","dropped":7}"#, as: "dropped")
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","uid":"u","error":"x"}"#, as: "error")
        try seeds.write(#"{"time":"2026-11-23T12:00:00Z","verdict":{"allowed":true},"notReplayable":"x"}"#, as: "large")
    }

    private static func writeChain(_ seeds: SeedFiles) throws {
        guard let key else { return }
        var chain = LineChain(key: key, stream: ChainLink.Stream(replica: "pod-a", random: (1, 2)))
        var lines = chain.checkpoint(.start, at: Judging.now)
        for number in 0..<3 {
            var line = Array("{\"uid\":\"\(number)\",\"verdict\":{\"allowed\":true}}\n".utf8)
            chain.seal(&line)
            lines += line
        }
        try seeds.write(lines + chain.checkpoint(.stop, at: Judging.now), as: "chain")
        let parts = LineParts(Array("{\"uid\":\"\(String(repeating: "x", count: 1500))\"}\n".utf8), maximumBytes: 1024)
        var sum = JSONWriter()
        sum.beginObject()
        parts.writeSum(to: &sum)
        sum.endObject()
        sum.newline()
        try seeds.write(parts.lines(at: Judging.now).flatMap(\.self) + sum.bytes, as: "parts")
    }

    private func verify(_ lines: [[UInt8]]) {
        for keys in [[], Self.key.map { [$0] } ?? []] {
            var verification = LogVerification(keys: keys, isMerged: keys.isEmpty)
            // Twice, as two files.
            for file in ["one", "two"] {
                verification.beginFile(file)
                for (index, line) in lines.enumerated() { try? verification.add(ChainedLine(line), number: index + 1) }
                verification.endFile()
            }
            let report = verification.report()
            for entry in report.found + report.doubts { requireVisible(entry.message) }
        }
    }

    func run(_ input: [UInt8]) {
        let lines = input.split(separator: 0x0A).map(Array.init)
        verify(lines)
        var joiner = PartJoiner()
        for line in lines {
            guard let line = joiner.join(line) else { continue }
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
