import AdmissionAPI
import JSONPull

@testable import Policy

extension Verdict {
    /// An admitted run without findings.
    static var example: Verdict {
        Verdict(
            uid: "u-1",
            operation: .create,
            dryRun: false,
            object: .init(
                kind: GroupVersionKind(group: "agents.proompteng.ai", version: "v1alpha1", kind: "AgentRun"),
                namespace: "agents",
                name: "run",
                uid: ""
            )
        )
    }
}

extension Finding {
    static func example(_ rule: RuleID, _ reason: Reason, _ action: Action) -> Finding {
        Finding(rule: rule, reason: reason, action: action, field: "", message: "", remedy: "")
    }
}
