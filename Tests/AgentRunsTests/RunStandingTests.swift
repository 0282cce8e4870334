import AgentRuns
import JSONPull
import Testing

@Suite struct `Where a run stands` {
    private static func run(phase: String?, annotation: String?) throws -> AgentRun {
        let annotations = annotation.map { #""annotations":{"agents.proompteng.ai/template":"\#($0)"}"# } ?? ""
        let status = phase.map { #""phase":"\#($0)""# } ?? ""
        let text = #"{"metadata":{\#(annotations)},"status":{\#(status)}}"#
        return try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try AgentRun(&reader) }
    }

    /// A phase, and what it makes of a run and of one with the template annotation (2026-08).
    @Test(
        arguments: [
            (nil, RunStanding.active, RunStanding.template), (" ", .active, .template),
            ("Pending", .active, .annotated),
            ("Running", .active, .annotated), ("running", .active, .annotated), ("Succeeding", .active, .annotated),
            ("Succeeded", .over, .template), (" failed\\n", .over, .template), ("CANCELLED", .over, .template),
            ("canceled", .over, .template), ("Template", .becoming, .template), (" tEMPLATE ", .becoming, .template),
        ] as [(String?, RunStanding, RunStanding)]
    )
    func `goes by phase and annotation`(phase: String?, plain: RunStanding, annotated: RunStanding) throws {
        for generation in Generation.allCases {
            #expect(try Self.run(phase: phase, annotation: nil).standing(generation: generation) == plain)
            #expect(try Self.run(phase: phase, annotation: "yes").standing(generation: generation) == plain)
        }
        let template = try Self.run(phase: phase, annotation: " true ")
        #expect(template.standing(generation: .february2026) == plain)
        #expect(template.standing(generation: .august2026) == annotated)
    }

    @Test func `says who is active and whose claims are needed`() {
        let all: [RunStanding] = [.active, .annotated, .template, .becoming, .over]
        #expect(all.filter(\.isActive) == [.active, .annotated])
        #expect(all.filter(\.needsClaims) == [.active, .annotated, .becoming])
    }

    /// A phase, and how a run and a template of 2026-08 count for the limits.
    @Test(
        arguments: [
            (nil, AgentRun.LoadPhase.queued, nil), ("Running", .running, .running), ("running", nil, nil),
            ("Pending", .queued, .queued), ("inProgress", .queued, .queued), ("Template", nil, nil),
            ("Succeeded", nil, nil),
        ] as [(String?, AgentRun.LoadPhase?, AgentRun.LoadPhase?)]
    )
    func `counts by its phase`(phase: String?, plain: AgentRun.LoadPhase?, annotated: AgentRun.LoadPhase?) throws {
        let template = try Self.run(phase: phase, annotation: "true")
        #expect(template.loadPhase(generation: .february2026) == plain)
        #expect(template.loadPhase(generation: .august2026) == annotated)
    }
}
