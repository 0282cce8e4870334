internal import AgentRuns
internal import JSONPull

/// Another active run holds the branch this one would push to (`RULES.md` section 3.2).
struct HeadBranchConflict: Rule {
    static let id = RuleID.headBranchConflict

    /// Whose runs can conflict.
    enum Scope: String, CaseIterable {
        /// Runs of every namespace.
        case cluster = "Cluster"
        /// Runs of the same namespace, as the controller has it.
        case namespace = "Namespace"
    }

    let scope: Scope

    init(options entry: inout PolicyEntry) {
        scope = entry.choice("scope", of: Scope.self) ?? .cluster
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let state = run.state, run.run.isActive(generation: run.generation) else { return }
        for claim in run.claimedBranches {
            let holders = state.holders(
                of: claim.key,
                otherThan: run.run.metadata.name,
                in: run.namespace,
                scope: scope == .namespace ? run.namespace : nil
            )
            guard let holders else { continue }
            let field = claim.head.field
            let draft = RuleFindings.Draft(
                reason: .headBranchConflict,
                field: field,
                message: message(claim.key, holders, now: run.now),
                remedy: "wait for it, choose another head, or delete that run",
                values: [ExactString("\(claim.key.head) \(claim.key.repository)")]
            )
            findings.report(draft, .headBranchConflict, at: field)
        }
    }

    private func message(_ key: BranchKey, _ holders: BranchHolders, now: Timestamp) -> String {
        let first = holders.first
        let name = QuotedName.quote(ExactString("\(first.namespace)/\(first.name)"))
        let age = first.createdAt.map { ", \(Self.age(since: $0, now: now)) old" } ?? ""
        let others = holders.count > 1 ? " and \(holders.count - 1) more" : ""
        return "Duplicate value: branch \(QuotedName.quote(key.head)) of \(QuotedName.quote(key.repository)) "
            + "is held by run \(name) (\(first.phase)\(age))\(others)"
    }

    /// `45s`, `5m`, `3h`, `2d`: the largest unit, rounded down.
    private static func age(since start: Timestamp, now: Timestamp) -> String {
        let seconds = max(0, now.seconds - start.seconds)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }
}
