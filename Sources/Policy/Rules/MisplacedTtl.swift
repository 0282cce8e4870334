internal import AgentRuns
internal import JSONPull

/// A time to live where nobody reads it: in `spec.runtime.config` instead of `spec`.
struct MisplacedTtl: Rule {
    static let id = RuleID.misplacedTtl

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        for (key, value) in run.run.spec.runtime.timesToLive {
            let field = FieldPath("spec.runtime.config").member(ExactString(key.description))
            let consequence =
                run.run.spec.hasTimeToLive
                ? "spec.ttlSecondsAfterFinished is in force"
                : "the run is kept for as long as the controller's default says"
            let draft = RuleFindings.Draft(
                reason: .misplacedTtl,
                field: field,
                message: "Forbidden: nothing reads a time to live here; \(consequence)",
                remedy: run.run.spec.hasTimeToLive ? "remove it" : "move it to spec.ttlSecondsAfterFinished",
                values: [value]
            )
            findings.report(draft)
        }
    }
}
