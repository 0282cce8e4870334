import AgentRuns
import Policy
import PolicyTestSupport
import Testing

/// What the controller would say of every run in `Tests/Corpus`, worked out by hand, against what the engine predicts.
@Suite struct `Corpus` {
    @Test func `holds at least sixty runs, each named once`() {
        #expect(CorpusRun.all.count >= 60)
        #expect(Set(CorpusRun.all.map(\.name)).count == CorpusRun.all.count)
    }

    @Test(arguments: CorpusRun.all)
    func `ends as the controller would end it`(run: CorpusRun) throws {
        let now = Examples.now
        for (generation, expected) in [(Generation.february2026, run.february), (.august2026, run.august)] {
            let state = try FixtureState(folder: CorpusRun.stateFolder, generation: generation)
            var policy = AdmissionPolicy.builtIn
            policy.generation = generation
            let verdict = try unsafe run.json.withUnsafeBytes {
                try unsafe PolicyEngine(policy: policy).judge(manifest: $0, state: state, now: now)
            }
            #expect(verdict?.explanation.predicted ?? "none" == expected, "\(generation.rawValue)")
        }
    }
}
