/// The rules in catalogue order, which is the order of findings.
package enum RuleID: String, Sendable, CaseIterable {
    case promptOverride = "prompt-override"
    case repositoryAllowlist = "repository-allowlist"
    case headBranchConflict = "head-branch-conflict"
    case secretAllowlist = "secret-allowlist"
    case labelLength = "label-length"
    /// Not a rule of its own: what is said of the cluster state that rules rest on.
    case clusterState = "cluster-state"

    /// What its findings do unless the reason or the policy says otherwise.
    package var defaultAction: Action {
        switch self {
        case .promptOverride, .clusterState: .warn
        case .repositoryAllowlist, .headBranchConflict, .secretAllowlist, .labelLength: .deny
        }
    }

    /// Its reasons, in the order its findings are listed.
    package var reasons: [Reason] {
        switch self {
        case .promptOverride: [.promptOverride, .stepPromptOverride, .forbiddenParameterKey]
        case .repositoryAllowlist:
            [.invalidRepository, .repositoryDenied, .repositoryNotAllowed, .vcsPolicyDenied, .missingRepository]
        case .headBranchConflict: [.headBranchConflict]
        case .secretAllowlist: [.secretBlocked, .secretNotAllowed, .secretNotListed]
        case .labelLength: [.runNameTooLong, .runNameNotLabelValue]
        case .clusterState: [.stateUnavailable, .stateStale]
        }
    }
}

/// Why a rule complains: the controller's own condition reason where it has one.
package enum Reason: String, Sendable, CaseIterable {
    case promptOverride = "PromptOverride"
    case stepPromptOverride = "StepPromptOverride"
    case forbiddenParameterKey = "ForbiddenParameterKey"
    case invalidRepository = "InvalidRepository"
    case repositoryDenied = "RepositoryDenied"
    case repositoryNotAllowed = "RepositoryNotAllowed"
    case vcsPolicyDenied = "VcsPolicyDenied"
    case missingRepository = "MissingRepository"
    case headBranchConflict = "HeadBranchConflict"
    case secretBlocked = "SecretBlocked"
    case secretNotAllowed = "SecretNotAllowed"
    case secretNotListed = "SecretNotListed"
    case runNameTooLong = "RunNameTooLong"
    case runNameNotLabelValue = "RunNameNotLabelValue"
    case stateUnavailable = "StateUnavailable"
    case stateStale = "StateStale"
    /// A rule threw; its file and the error are in the message.
    case ruleFailed = "RuleFailed"

    /// The default where it differs from the rule's.
    var defaultAction: Action? {
        self == .forbiddenParameterKey ? .deny : nil
    }
}
