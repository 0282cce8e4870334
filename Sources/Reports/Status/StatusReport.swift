package import AgentRuns
internal import JSONPull
package import Policy

/// What a server is and knows at one moment, for a person who looks.
package struct StatusReport: Sendable {
    /// A rule, and its findings since the start.
    package struct Rule: Sendable {
        package var name: String
        package var counts: [Action: Int]

        package init(name: String, counts: [Action: Int]) { (self.name, self.counts) = (name, counts) }
    }

    /// A kind of the cluster state.
    package struct Kind: Sendable {
        package var name: String
        package var objects: Int
        /// Nil when it was never read.
        package var ageSeconds: Double?
        package var isSynced: Bool
        /// Whether a rule of the policy asks for it.
        package var isNeeded: Bool

        package init(name: String, objects: Int, ageSeconds: Double?, isSynced: Bool, isNeeded: Bool) {
            (self.name, self.objects, self.ageSeconds) = (name, objects, ageSeconds)
            (self.isSynced, self.isNeeded) = (isSynced, isNeeded)
        }
    }

    /// A branch and the run that has it.
    package struct Claim: Sendable {
        package var repository: String
        package var head: String
        package var holder: String
        package var acquiredAt: String

        package init(repository: String, head: String, holder: String, acquiredAt: String) {
            (self.repository, self.head, self.holder, self.acquiredAt) = (repository, head, holder, acquiredAt)
        }
    }

    /// A denied review.
    package struct Denial: Sendable {
        package var time: Timestamp
        /// `CREATE of AgentRun agents/one`.
        package var title: String
        package var isDryRun: Bool
        package var reasons: [String]

        package init(time: Timestamp, title: String, isDryRun: Bool, reasons: [String]) {
            (self.time, self.title, self.isDryRun, self.reasons) = (time, title, isDryRun, reasons)
        }
    }

    /// A certificate that is in use.
    package struct Certificate: Sendable {
        package var name: String
        package var endsAt: String
        package var secondsLeft: Int64

        package init(name: String, endsAt: String, secondsLeft: Int64) {
            (self.name, self.endsAt, self.secondsLeft) = (name, endsAt, secondsLeft)
        }

        /// Whole days, rounded down; negative behind its end.
        var days: Int64 { secondsLeft.flooredDays }
    }

    /// What `/readyz` looks at.
    package struct Check: Sendable {
        package var name: String
        /// Nil when it holds.
        package var problem: String?
        package var note: String?

        package init(name: String, problem: String?, note: String?) {
            (self.name, self.problem, self.note) = (name, problem, note)
        }
    }

    package var version: String
    /// Name of the host, which in a pod is the pod's.
    package var replica: String
    package var time: Timestamp
    package var policy: String
    package var generation: String
    package var policyDigest: String
    /// Nil where that is not told.
    package var origin: Origin?
    package var reviews: (allowed: Int, denied: Int, errored: Int) = (0, 0, 0)
    package var checks: [Check] = []
    package var rules: [Rule] = []
    package var kinds: [Kind] = []
    /// How many there are; nil where branches are not claimed.
    package var claimCount: Int?
    /// Some of them.
    package var claims: [Claim] = []
    /// What replicas told of themselves, the one that shows this first.
    package var replicas: [Replica] = []
    /// Why they are not known; nil when they are, or tell each other nothing.
    package var replicaProblem: String?
    /// There are more than are read.
    package var hasMoreReplicas = false
    package var denials: [Denial] = []
    package var certificates: [Certificate] = []
    /// Nil where nothing is audited.
    package var audit: Audit?

    package init(
        version: String,
        replica: String,
        time: Timestamp,
        policy: String,
        generation: String,
        policyDigest: String
    ) {
        (self.version, self.replica, self.time) = (version, replica, time)
        (self.policy, self.generation, self.policyDigest) = (policy, generation, policyDigest)
    }

    var isReady: Bool { checks.allSatisfy { $0.problem == nil } }
}

extension Int64 {
    fileprivate var flooredDays: Int64 { self >= 0 ? self / 86_400 : -((-self + 86_399) / 86_400) }
}
