package import AdmissionAPI
package import AgentRuns
package import JSONPull

/// What was decided about one request, and everything that is said about it.
///
/// A class because every step of the engine adds to the one there is.
// Unchecked: nothing is set once the engine has returned it.
package final class Verdict: @unchecked Sendable {
    /// What the review is about.
    package struct Object: Sendable {
        package var kind: GroupVersionKind
        package var namespace: ExactString
        package var name: ExactString
        /// `metadata.uid`; empty when the object has none.
        package var uid: ExactString
    }

    /// `request.uid`; empty for a manifest.
    package let uid: String
    package let operation: AdmissionRequest.Operation
    package let dryRun: Bool
    package internal(set) var object: Object
    /// `metadata.generation` of the run whose whole spec was judged.
    ///
    /// Nil when none was: of another object, of an update that leaves the spec as it is, and of a run that is being deleted.
    package internal(set) var judgedGeneration: Int64?
    /// In verdict order: rules as the catalogue lists them, and within a rule its reasons.
    package internal(set) var findings: [Finding] = []
    /// Findings beyond those a verdict tells of.
    package internal(set) var omitted = OmittedFindings()
    package let explanation: Explanation
    /// Warnings that are no findings.
    package internal(set) var notices: [String] = []
    /// What an admitted run takes; nil for everything else.
    package internal(set) var claims: BranchClaims?
    /// ``AdmissionPolicy/digest`` of what judged.
    package internal(set) var policyDigest = ""
    /// ``AdmissionPolicy/contact`` of what judged.
    package internal(set) var contact = ""
    /// Whether a rule read a text that is withheld, so that the verdict may be another than on the object itself.
    package internal(set) var restsOnMeasuredText = false

    init(
        uid: String,
        operation: AdmissionRequest.Operation,
        dryRun: Bool,
        object: Object,
        explanation: Explanation = Explanation()
    ) {
        self.uid = uid
        self.operation = operation
        self.dryRun = dryRun
        self.object = object
        self.explanation = explanation
    }

    /// The same verdict, to be changed; it rests on what the first one does.
    convenience init(copying verdict: Verdict) {
        self.init(
            uid: verdict.uid,
            operation: verdict.operation,
            dryRun: verdict.dryRun,
            object: verdict.object,
            explanation: verdict.explanation
        )
        judgedGeneration = verdict.judgedGeneration
        findings = verdict.findings
        omitted = verdict.omitted
        notices = verdict.notices
        claims = verdict.claims
        (policyDigest, contact) = (verdict.policyDigest, verdict.contact)
        restsOnMeasuredText = verdict.restsOnMeasuredText
    }

    /// Whether no finding denies.
    package var allowed: Bool { findings.isEmpty || !findings.contains { $0.action == .deny } }
}

/// Among which runs a branch can be held by one only.
package enum BranchScope: Sendable {
    /// Among the runs of every namespace.
    case cluster
    /// Among the runs of one namespace.
    case namespace
    /// The policy has nothing to say when several runs hold one branch.
    case shared
}

/// The branches an admitted run takes, and its idempotency key, to be reserved until it shows up in the cluster state, and
/// to be claimed where replicas agree through the API.
///
/// A class because every step of the engine adds to the one there is.
// Unchecked: nothing is set once the engine has returned the verdict.
package final class BranchClaims: @unchecked Sendable {
    /// What the policy says of this run's branches.
    package internal(set) var scope: BranchScope
    /// What the policy makes of another run on one of them.
    package internal(set) var conflictAction = Action.deny
    package let namespace: ExactString
    package let name: ExactString
    package let uid: ExactString
    package let branches: [BranchKey]
    /// Those of ``branches`` that another run has, which the policy let pass: the run holds them beside it.
    package internal(set) var shared: Set<BranchKey> = []
    /// Those of ``branches`` the object before an UPDATE had already; empty for a CREATE.
    package internal(set) var kept: [BranchKey] = []
    /// Those of ``branches`` that are new.
    package var taken: [BranchKey] {
        if kept.isEmpty { return branches }
        let kept = Set(kept)
        return branches.filter { !kept.contains($0) }
    }
    /// Whether the run exists.
    package internal(set) var isUpdate = false
    /// Nil without one.
    package let idempotencyKey: IdempotencyKey?
    /// Whether the policy has something to say when another run holds the key.
    package internal(set) var isKeyExclusive: Bool
    package let createdAt: Timestamp?
    /// Whether the controller makes Jobs for the run.
    package let submitsJobs: Bool

    package init(
        namespace: ExactString,
        name: ExactString,
        uid: ExactString,
        branches: [BranchKey],
        idempotencyKey: IdempotencyKey? = nil,
        isKeyExclusive: Bool = false,
        createdAt: Timestamp?,
        scope: BranchScope = .cluster,
        shared: Set<BranchKey> = [],
        isUpdate: Bool = false,
        submitsJobs: Bool = true
    ) {
        self.submitsJobs = submitsJobs
        (self.scope, self.shared, self.isUpdate) = (scope, shared, isUpdate)
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.branches = branches
        self.idempotencyKey = idempotencyKey
        self.isKeyExclusive = isKeyExclusive
        self.createdAt = createdAt
    }
}
