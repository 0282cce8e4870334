import AgentRuns
import JSONPull
import Testing

@testable import Policy

@Suite struct `Drafts of one finding` {
    private static func draft(_ values: ExactString..., cap: Action = .deny) -> RuleFindings.Draft {
        RuleFindings.Draft(
            reason: .deadPattern,
            field: FieldPath("spec"),
            message: "m",
            remedy: "r",
            values: values,
            cap: cap
        )
    }

    @Test func `have each value once, with the most severe of its actions`() {
        var finding = JudgedFinding(Self.draft("a", cap: .audit), of: .providerPolicy, action: .deny)
        finding.add(Self.draft("b", "b", "a", cap: .warn), action: .deny)
        finding.add(Self.draft("b", "c", "c"), action: .deny)
        #expect(finding.finding.values.map(\.text) == ["a", "b", "c"])
        #expect(finding.finding.values.map(\.action) == [.warn, .deny, .deny])
    }
}
