package import AgentRuns
package import JSONPull
package import Policy

/// What one round of the audit found: every object that exists judged once, by one policy.
///
/// Texts that others wrote are as they wrote them, but for those of findings, which are fit to print.
package struct AuditRound: Sendable {
    /// Findings that are counted and not kept.
    package struct LeftOut: Sendable {
        private(set) var counts: [PolicyReportResult.Outcome: Int] = [:]

        package init() {}

        mutating func add(_ outcome: PolicyReportResult.Outcome, _ count: Int) { counts[outcome, default: 0] += count }

        mutating func add(_ other: LeftOut) { counts.merge(other.counts, uniquingKeysWith: +) }
    }

    /// Which object it is.
    package struct Object: Sendable, Hashable {
        /// `agents.proompteng.ai/v1alpha1`.
        package var apiVersion: String
        package var kind: String
        package var namespace: ExactString
        package var name: ExactString
        /// Empty when unknown.
        package var uid: ExactString
        /// `metadata.generation`; nil when it has none.
        package var generation: Int64?

        package init(
            apiVersion: String = PolicyEngine.apiVersion.string,
            kind: String,
            namespace: ExactString,
            name: ExactString,
            uid: ExactString,
            generation: Int64?
        ) {
            (self.apiVersion, self.kind, self.namespace, self.name) = (apiVersion, kind, namespace, name)
            (self.uid, self.generation) = (uid, generation)
        }
    }

    /// An active run that no replica ever reviewed as it is.
    package struct Unreviewed: Sendable {
        package var object: Object
        /// When it was created, or its metadata or specification last written; nil where it does not tell.
        package var since: Timestamp?
        /// Whether it has been so since before there were marks, so that nobody can know.
        package var isEarlier: Bool
        /// What the policy would have said.
        package var decision: Decision
        /// The reasons of its findings, those that decide first; `rule/Reason`.
        package var reasons: [String]

        package init(
            object: Object,
            since: Timestamp?,
            isEarlier: Bool,
            decision: Decision,
            reasons: [String]
        ) {
            (self.object, self.since, self.isEarlier) = (object, since, isEarlier)
            (self.decision, self.reasons) = (decision, reasons)
        }
    }

    /// What a review of an object would come to.
    package enum Decision: String, Sendable, CaseIterable {
        case allowed
        /// Allowed, with a warning.
        case warned
        case denied
        /// Its text is not kept, so nobody knows.
        case notJudged = "not-judged"
    }

    /// Why an object that exists was not judged.
    package enum NotJudged: String, Sendable, CaseIterable {
        /// It is larger than is kept of one object.
        case tooLarge = "too_large"
        /// There was no room left for it.
        case noRoom = "no_room"
        /// It is no JSON of its kind.
        case unreadable
    }

    /// A rule and what its findings do.
    package struct Complaint: Sendable, Hashable, Comparable {
        package var rule: RuleID
        package var action: Action

        package init(rule: RuleID, action: Action) { (self.rule, self.action) = (rule, action) }

        package static func < (one: Complaint, other: Complaint) -> Bool {
            (one.rule.rawValue, one.action) < (other.rule.rawValue, other.action)
        }
    }

    /// How many there are at the most in ``unreviewed`` that have been so since marks are made, and of the others.
    package static let maximumUnreviewed = 500

    package var beganAt: Timestamp
    package var endedAt: Timestamp
    /// The same by a clock that nobody sets.
    package var durationSeconds = 0.0
    /// Of the time, what a processor worked for it.
    package var processorSeconds = 0.0
    /// ``AdmissionPolicy/digest`` of what judged.
    package var policyDigest: String
    /// Objects that were judged.
    package var judged = 0
    /// Of these, such as a review would have refused.
    package var denied = 0
    /// Of these, such as a review would have admitted with a warning.
    package var warned = 0
    /// Runs that ended before it was their turn.
    package var over = 0
    package var notJudged: [NotJudged: Int] = [:]
    /// All findings, whether they are kept or not.
    package var findings: [Complaint: Int] = [:]
    /// What was found, in no order, as much as there is room for; empty where nobody reports it.
    package var results: [PolicyReportResult] = []
    /// Findings beyond these, by namespace.
    package var leftOut: [ExactString: LeftOut] = [:]
    /// Nil where it is not known which runs were reviewed.
    package var unreviewed: [Unreviewed]?
    /// Runs beyond these: whether they are from before there were marks.
    package var untoldUnreviewed: [Bool: Int] = [:]
    /// When marks began to be made; nil where there are none.
    package var marksSince: Timestamp?

    package init(beganAt: Timestamp, policyDigest: String) {
        (self.beganAt, endedAt, self.policyDigest) = (beganAt, beganAt, policyDigest)
    }

    /// How many active runs were never reviewed as they are; nil where that is not known.
    ///
    /// - Parameter isEarlier: of those from before there were marks, or of those since.
    /// - Returns: those that are only counted included.
    package func unreviewedCount(isEarlier: Bool) -> Int? {
        unreviewed.map { $0.count { $0.isEarlier == isEarlier } + untoldUnreviewed[isEarlier, default: 0] }
    }
}
