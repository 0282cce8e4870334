internal import AgentRuns
internal import JSONPull
internal import Policy

/// A policy file, looked through and used; and the same bytes as a file of policy tests.
struct PolicyTarget: FuzzTarget {
    static let name = "policy"
    static let maximumBytes = 16 << 10
    static let vocabulary = Vocabulary(sources: ["Sources/Policy"], tokens: Vocabulary.yaml)

    private static let review = #"""
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","kind":\#
        {"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\#
        "version":"v1alpha1","resource":"agentruns"},"namespace":"agents","name":"r","userInfo":{"username":"alice",\#
        "groups":["dev"]},"object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"r",\#
        "namespace":"agents","labels":{"team":"a"}},"spec":{"agentRef":{"name":"a"},"implementation":{"inline":{"text":\#
        "do ${x}","summary":"s"}},"runtime":{"type":"workflow","config":{"serviceAccount":"sa"}},"parameters":{"repository":\#
        "proompteng/lab","base":"main","head":"codex/a","prompt":"p"},"secrets":["codex-token"],"workload":{"image":\#
        "registry.example/a:1"},"workflow":{"steps":[{"name":"plan"},{"name":"implement","parameters":{"stage":"x"}}]}}}}}
        """#

    static func writeSeeds(_ seeds: SeedFiles) throws {
        try seeds.write(AdmissionPolicy.builtInFile, as: "built-in")
        try seeds.write(AdmissionPolicy.strictFile, as: "strict")
        for (folder, suffix) in [
            ("Tests/Golden", "policy.yaml"), ("Tests/Corpus/verdicts", "policy.yaml"), ("deploy/base", "policy.yaml"),
            ("scripts/demo.d", "policy.yaml"), ("docs", ".yaml"), ("Tests/EndToEnd", "policy.yaml"),
        ] {
            for (name, bytes) in try seeds.contents(folder, suffix, upTo: maximumBytes) {
                try seeds.write(bytes, as: "\(folder)-\(name)")
            }
        }
        let document = try seeds.content("docs/policy.md")
        for (index, block) in document.text.components("```yaml\n").dropFirst().enumerated() {
            try seeds.write(block.components("```")[0], as: "document-\(index)")
        }
        let tests = try seeds.content("docs/policy-tests.md")
        for (index, block) in tests.text.components("```yaml\n").dropFirst().enumerated() {
            try seeds.write(block.components("```")[0], as: "tests-\(index)")
        }
    }

    func run(_ input: [UInt8]) {
        do throws(PolicyFileError) {
            let policy = try AdmissionPolicy.load(input, file: "policy.yaml")
            for problem in try PolicyLint.problems(in: input, file: "policy.yaml", now: Judging.now) {
                requireVisible(problem.message)
            }
            let judging = Judging(policy, state: [])
            guard let (verdict, answer) = judging.judge(Array(Self.review.utf8)) else {
                fatalError("a good review is refused")
            }
            checkAnswer(answer, to: verdict)
        } catch {
            requireVisible(error.description)
        }
        do throws(PolicyFileError) {
            for test in try PolicyTestSuite.load(input, file: "tests.yaml").cases { requireVisible(test.name) }
        } catch {
            requireVisible(error.description)
        }
    }
}
