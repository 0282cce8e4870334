internal import AgentRuns
internal import JSONPull

/// Another run, active or with a Job that goes on, holds the branch this one would push to (`RULES.md` section 3.2).
struct HeadBranchConflict: Rule {
    static let descriptor = RuleDescriptor(
        id: "head-branch-conflict",
        title: "Another active run holds the branch",
        action: .deny,
        reasons: [.headBranchConflict, .headBranchPathConflict, .tooManyBranches],
        options: [Keys.scope],
        asks: .versionControl,
        runsOnTemplates: false,
        runsOnPastRuns: false
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let scope = RuleOption(
            "scope",
            "Cluster, or Namespace for runs of the same namespace only",
            default: Scope.cluster
        )
    }

    /// Whose runs can conflict.
    enum Scope: String, CaseIterable, PolicyFileValue {
        /// Runs of every namespace.
        case cluster = "Cluster"
        /// Runs of the same namespace, as the controller has it.
        case namespace = "Namespace"
    }

    let scope: Scope

    init(options entry: inout PolicyEntry) {
        scope = entry.choice(Keys.scope)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.run.standing(generation: run.generation).needsClaims else { return }
        let claims = run.claimedBranches
        if claims.isEmpty { return }
        checkCount(run, &findings)
        checkBases(run, &findings)
        guard let state = run.state else { return }
        var known: [BranchKey: BranchHolding] = [:]
        for claim in claims {
            let holding = known[claim.key] ?? findHolding(claim.key, run, state)
            // Steps may write the same head each for itself.
            if claims.count > 1 { known[claim.key] = holding }
            checkHolders(of: claim, holding, run, &findings)
            if let holders = holding.onPath { report(holders, of: claim, run, &findings) }
        }
    }

    /// Who else has a branch, or one that is a path above or below it.
    private struct BranchHolding {
        var taken: TakenBranch?
        var holders: BranchHolders?
        var onPath: BranchPathHolders?
    }

    private func findHolding(
        _ branch: BranchKey,
        _ run: RunUnderReview,
        _ state: any ClusterLookup
    ) -> BranchHolding {
        let scope = scope == .namespace ? run.namespace : nil
        let name = run.subject.nameInState
        let taken = run.claimed.first { $0.branch == branch }
        return BranchHolding(
            taken: taken,
            holders: taken == nil
                ? state.holders(of: branch, otherThan: name, in: run.namespace, scope: scope) : nil,
            onPath: state.holdersOnPath(of: branch, otherThan: name, in: run.namespace, scope: scope)
        )
    }

    private func checkHolders(
        of claim: RunUnderReview.ClaimedBranch,
        _ holding: BranchHolding,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        if let taken = holding.taken { return report(taken, at: claim.head.field, now: run.now, &findings) }
        guard let holders = holding.holders else { return }
        let message = message(claim.key, holders, now: run.now)
        report(claim.key, message, Self.remedy(job: holders.first.job), claim.head.field, &findings)
    }

    /// A branch that could not be claimed.
    private func report(
        _ claimed: TakenBranch,
        at field: FieldPath,
        now: Timestamp,
        _ findings: inout RuleFindings
    ) {
        let branch =
            "branch \(VisibleText.quoted(claimed.branch.head)) of \(VisibleText.quoted(claimed.branch.repository))"
        let name = "run \(VisibleText.quoted(ExactString("\(claimed.namespace)/\(claimed.name)")))"
        let age = Self.age(since: claimed.claimedAt, now: now)
        if let seconds = claimed.waitSeconds {
            let message =
                "Duplicate value: \(branch) is claimed by \(name), admitted \(age) ago, which may still "
                + "be stored"
            let remedy =
                "try again in \(seconds) s: unless that run is there by then the branch is free; or choose "
                + "another head, or delete that run"
            return report(claimed.branch, message, remedy, field, &findings)
        }
        let ofRun = claimed.run?.createdAt.map { ", \(Self.age(since: $0, now: now)) old" } ?? ""
        let phase = VisibleText.word(claimed.run?.phase ?? (claimed.job == nil ? "Pending" : "deleted"))
        let message =
            "Duplicate value: \(branch) is held by \(name) (\(phase)\(ofRun))\(Self.goingOn(claimed.job)), which claimed it "
            + "\(age) ago"
        report(claimed.branch, message, Self.remedy(job: claimed.job), field, &findings)
    }

    private static func goingOn(_ job: ExactString?) -> String {
        job.map { ", whose Job \(VisibleText.quoted($0)) goes on" } ?? ""
    }

    private static func remedy(job: ExactString?) -> String {
        "wait for it, choose another head, or delete that \(job == nil ? "run" : "Job")"
    }

    private func report(
        _ branch: BranchKey,
        _ message: String,
        _ remedy: String,
        _ field: FieldPath,
        _ findings: inout RuleFindings
    ) {
        findings.report(.headBranchConflict, field, message, remedy, branch.offendingValue)
    }

    private func message(_ key: BranchKey, _ holders: BranchHolders, now: Timestamp) -> String {
        let others = holders.count > 1 ? " and \(holders.count - 1) more" : ""
        return "Duplicate value: branch \(VisibleText.quoted(key.head)) of \(VisibleText.quoted(key.repository)) "
            + "is held by run \(Self.name(holders.first, now: now))\(others)"
    }

    /// `"agents/first" (Running, 5m old)`, and that a Job goes on.
    static func name(_ holder: BranchHolder, now: Timestamp) -> String {
        let name = VisibleText.quoted(ExactString("\(holder.namespace)/\(holder.name)"))
        let age = holder.createdAt.map { ", \(Self.age(since: $0, now: now)) old" } ?? ""
        return "\(name) (\(VisibleText.word(holder.phase))\(age))\(goingOn(holder.job))"
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

extension BranchKey {
    /// What tells a conflict about this branch from others of the run.
    var offendingValue: ExactString { OffendingValue.joining(head, repository) }
}

extension RuleID {
    package static let headBranchConflict = HeadBranchConflict.id
}

extension Reason {
    static let headBranchConflict = Reason(
        "HeadBranchConflict",
        meaning: "another active run holds the branch",
        example: "a second run with head: codex/x",
        fix: "wait, choose another head, or delete that run"
    )
    static let headBranchPathConflict = Reason(
        "HeadBranchPathConflict",
        meaning: "git keeps no branch `a` beside a branch `a/b`, and the other one is held, or is the base",
        example: "head: codex/x/tests while another run has codex/x",
        fix: "choose a head that is no path above or below the other"
    )
    static let tooManyBranches = Reason(
        "TooManyBranches",
        meaning: "one run takes at most 32 branches",
        example: "a workflow of 40 steps, each with a head of its own",
        fix: "split it into several runs"
    )
}
