import AdmissionAPI
import AgentRuns
import ClusterState
import JSONPull

@testable import AdmissionServer
@testable import Policy

extension Verdict {
    /// A run with findings, by the actions given.
    static func run(
        _ name: ExactString,
        namespace: ExactString = "agents",
        uid: ExactString = "5f6ef0a4-0000-4000-8000-000000000001",
        dryRun: Bool = false,
        _ actions: [Action],
        message: String = "this prompt (21 characters) overrides another one"
    ) -> Verdict {
        let verdict = Verdict(
            uid: "u-1",
            operation: .create,
            dryRun: dryRun,
            object: .init(
                kind: GroupVersionKind(group: "agents.proompteng.ai", version: "v1alpha1", kind: "AgentRun"),
                namespace: namespace,
                name: name,
                uid: uid
            )
        )
        verdict.findings = actions.map { action in
            Finding(
                rule: .promptOverride,
                reason: .promptOverride,
                action: action,
                field: "spec.parameters.prompt",
                message: message,
                remedy: "remove it"
            )
        }
        return verdict
    }
}

extension ClaimMoment {
    /// So many milliseconds after the start of both clocks.
    static func at(_ milliseconds: Int64) -> ClaimMoment {
        ClaimMoment(wall: WallTime(milliseconds: 1_770_000_000_000 + milliseconds), steady: milliseconds)
    }
}
