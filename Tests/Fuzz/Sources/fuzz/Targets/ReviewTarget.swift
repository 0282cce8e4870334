internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy
internal import Replay
import YAMLPull

/// A policy, manifests of what is there, and an AdmissionReview, which is judged: twice, and again as a decision log keeps it.
final class ReviewTarget: FuzzTarget {
    static let name = "review"
    static let maximumBytes = 32 << 10
    static let vocabulary = Vocabulary(
        sources: ["Sources/AdmissionAPI", "Sources/AgentRuns", "Sources/Policy", "Sources/ClusterState/Index"],
        tokens: Vocabulary.json + Vocabulary.yaml + [
            #"\x00"#, "${", "{{", "}}", "{{.}}", "codex/", ".lock", "@{", "..", "//",
        ]
    )

    private let builtIn = AdmissionPolicy.builtIn
    private let strict: AdmissionPolicy
    /// Of the last input: most changes leave policy and state as they are.
    private var last: (parts: [[UInt8]], policy: AdmissionPolicy, manifests: LoadedManifests)?

    init() {
        do {
            strict = try AdmissionPolicy.load(Array(AdmissionPolicy.strictFile.utf8), file: "strict.yaml")
        } catch {
            fatalError("\(error)")
        }
    }

    static func writeSeeds(_ seeds: SeedFiles) throws {
        let state = try seeds.contents("Tests/Golden/strict.state", ".yaml").flatMap {
            $0.bytes + Array("\n---\n".utf8)
        }
        let policies = try ["default", "strict", "2026-08"].map {
            ($0, try seeds.content("Tests/Golden/\($0).policy.yaml"))
        }
        for (name, review) in try seeds.contents("Tests/Golden/requests", ".json", upTo: 8 << 10) {
            try seeds.write(parts: [[], [], review], as: name)
            try seeds.write(parts: [Array("strict".utf8), state, review], as: "strict-\(name)")
        }
        for (name, review) in try seeds.contents("scripts/demo.d/reviews", ".json") {
            for (policy, text) in policies { try seeds.write(parts: [text, state, review], as: "\(policy)-\(name)") }
        }
        for (folder, verdict) in try corpusVerdicts(seeds) { try seeds.write(parts: verdict, as: folder) }
    }

    /// The cases of the corpus that have an object of their own.
    private static func corpusVerdicts(_ seeds: SeedFiles) throws -> [(name: String, parts: [[UInt8]])] {
        let root = "Tests/Corpus/verdicts"
        return try seeds.contents(root, "input.yaml", "input.json").compactMap { name, input in
            let folder = name.prefix { $0 != "/" }
            var object: [UInt8]?
            YAMLReader.documents(in: input) { if case .success(let document) = $0 { object = object ?? document.json } }
            guard let object else { return nil }
            let review =
                Array(
                    #"""
                    {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE",\#
                    "kind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":\#
                    "agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},"namespace":"agents","object":
                    """#.utf8
                ) + object + Array("}}".utf8)
            let policy = (try? seeds.content("\(root)/\(folder)/policy.yaml")) ?? []
            let state = try seeds.contents("\(root)/\(folder)", ".yaml").filter {
                $0.name.utf8.starts(with: "state".utf8)
            }
            return (String(folder), [policy, state.flatMap { $0.bytes + Array("\n---\n".utf8) }, review])
        }
    }

    func run(_ input: [UInt8]) {
        let parts = input.parts(3)
        let judging = judging(Array(parts[..<2]))
        guard let (verdict, answer) = judging.judge(parts[2]) else { return }
        checkAnswer(answer, to: verdict)
        let recorded = RecordedState(judging.store)
        require(judging.judge(parts[2], asking: recorded)?.answer == answer, "the same review has two answers")
        replay(parts[2], recorded, verdict, judging)
        explain(verdict)
        if let claims = verdict.claims {
            require(verdict.allowed, "what is denied takes branches")
            require(judging.store.reserve(claims, scope: .cluster), "what is free cannot be taken")
        }
    }

    private func judging(_ parts: [[UInt8]]) -> Judging {
        if let last, last.parts == parts { return Judging(last.policy, last.manifests) }
        let policy = policy(parts[0])
        let manifests = Judging.manifests(parts[1], policy)
        last = (parts, policy, manifests)
        return Judging(policy, manifests)
    }

    /// A file of its own, or one of two that let the mutations go into the review.
    private func policy(_ text: [UInt8]) -> AdmissionPolicy {
        if text.isEmpty { return builtIn }
        do throws(PolicyFileError) {
            return try AdmissionPolicy.load(text, file: "policy.yaml")
        } catch {
            return strict
        }
    }

    /// What a decision log keeps leads to the same verdict, unless it says that it may not.
    private func replay(_ body: [UInt8], _ state: RecordedState, _ verdict: Verdict, _ judging: Judging) {
        var writer = JSONWriter()
        let isWritten: Bool = unsafe body.withUnsafeBytes { bytes in
            unsafe (try? RecordedReview.write(bytes, state: state, to: &writer)) != nil
        }
        require(isWritten, "a review that was judged cannot be kept")
        let kept = VisibleText.json(writer.bytes)
        unsafe kept.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                let outcome = try unsafe RecordedReview(bytes, source: nil).judged(by: judging.engine, now: Judging.now)
                guard outcome.doubts.isEmpty else { return }
                let (again, before) = (outcome.verdict.findings.map(\.line), verdict.findings.map(\.line))
                require(again == before, "was \(before), is \(again) from \(kept.text)")
            } catch {
                fatalError("what was kept of a review cannot be read: \(error): \(kept.text)")
            }
        }
    }

    private func explain(_ verdict: Verdict) {
        var writer = JSONWriter()
        verdict.write(to: &writer)
        let json = VisibleText.json(writer.bytes)
        require((try? JSONReader.read(json) { reader throws(JSONError) in try reader.skipValue() }) != nil, json.text)
    }
}
