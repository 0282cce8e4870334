package import JSONPull

/// Parameter names the controller knows, so that looking one up compares a byte.
package enum ParameterName: UInt8, Sendable {
    case prompt
    case repository
    case repo
    case issueRepository
    case issueNumber
    case issue
    case issueId
    case issueIdSnakeCase
    case issueNumberSnakeCase
    case issueTitle
    case title
    case issueBody
    case body
    case issueUrl
    case url
    case base
    case baseBranch
    case baseRefSnakeCase
    case baseRef
    case head
    case headBranch
    case headRefSnakeCase
    case headRef
    case branch
    case stage
    case workflowStage
    case codexStage

    /// The known name `key` is exactly; nil for any other key.
    init?(_ key: JSONKey) {
        switch key {
        case "prompt": self = .prompt
        case "repository": self = .repository
        case "repo": self = .repo
        case "issueRepository": self = .issueRepository
        case "issueNumber": self = .issueNumber
        case "issue": self = .issue
        case "issueId": self = .issueId
        case "issue_id": self = .issueIdSnakeCase
        case "issue_number": self = .issueNumberSnakeCase
        case "issueTitle": self = .issueTitle
        case "title": self = .title
        case "issueBody": self = .issueBody
        case "body": self = .body
        case "issueUrl": self = .issueUrl
        case "url": self = .url
        case "base": self = .base
        case "baseBranch": self = .baseBranch
        case "base_ref": self = .baseRefSnakeCase
        case "baseRef": self = .baseRef
        case "head": self = .head
        case "headBranch": self = .headBranch
        case "head_ref": self = .headRefSnakeCase
        case "headRef": self = .headRef
        case "branch": self = .branch
        case "stage": self = .stage
        case "workflowStage": self = .workflowStage
        case "codexStage": self = .codexStage
        default: return nil
        }
    }

    /// The known name `key` is exactly; nil for any other key.
    init?(_ key: ExactString) {
        guard let name = Self.byText[key] else { return nil }
        self = name
    }

    /// The key on the wire.
    package var key: ExactString {
        switch self {
        case .prompt: "prompt"
        case .repository: "repository"
        case .repo: "repo"
        case .issueRepository: "issueRepository"
        case .issueNumber: "issueNumber"
        case .issue: "issue"
        case .issueId: "issueId"
        case .issueIdSnakeCase: "issue_id"
        case .issueNumberSnakeCase: "issue_number"
        case .issueTitle: "issueTitle"
        case .title: "title"
        case .issueBody: "issueBody"
        case .body: "body"
        case .issueUrl: "issueUrl"
        case .url: "url"
        case .base: "base"
        case .baseBranch: "baseBranch"
        case .baseRefSnakeCase: "base_ref"
        case .baseRef: "baseRef"
        case .head: "head"
        case .headBranch: "headBranch"
        case .headRefSnakeCase: "head_ref"
        case .headRef: "headRef"
        case .branch: "branch"
        case .stage: "stage"
        case .workflowStage: "workflowStage"
        case .codexStage: "codexStage"
        }
    }

    private static let byText: [ExactString: ParameterName] = Dictionary(
        uniqueKeysWithValues: (0...ParameterName.codexStage.rawValue).compactMap { value in
            ParameterName(rawValue: value).map { ($0.key, $0) }
        }
    )
}
