internal import AdmissionAPI
package import AgentRuns
internal import JSONPull
internal import Policy
private import Synchronization

/// The denials of late, by name: for a person who looks, not a record.
package final class RecentDenials: Sendable {
    /// A denied review.
    package struct Denial: Sendable {
        package var time: Timestamp
        package var operation: String
        package var kind: String
        package var namespace: String
        package var name: String
        package var isDryRun: Bool
        /// `rule/Reason`, each once.
        package var reasons: [String]
    }

    /// What a page has room for.
    package static let maximumCount = 50
    /// A DNS subdomain's; what is longer is no name that the API server stores.
    private static let maximumNameLength = 253
    private static let maximumReasons = 20

    private struct State {
        var denials: [Denial] = []
        /// Where the next one goes once there are enough.
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The youngest first.
    package var all: [Denial] {
        state.withLock { state in
            Array((state.denials[state.next...] + state.denials[..<state.next]).reversed())
        }
    }

    /// Remembers a denied review in the place of the oldest.
    func add(_ verdict: Verdict, at time: Timestamp) {
        var reasons: [String] = []
        for finding in verdict.findings where finding.action == .deny && reasons.count < Self.maximumReasons {
            let reason = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        func name(_ text: ExactString) -> String { VisibleText.part(text, upTo: Self.maximumNameLength) }
        let denial = Denial(
            time: time,
            operation: name(verdict.operation.name),
            kind: name(verdict.object.kind.kind),
            namespace: name(verdict.object.namespace),
            name: name(verdict.object.name),
            isDryRun: verdict.dryRun,
            reasons: reasons
        )
        state.withLock { state in
            if state.denials.count < Self.maximumCount {
                state.denials.append(denial)
            } else {
                state.denials[state.next] = denial
                state.next = (state.next + 1) % Self.maximumCount
            }
        }
    }
}
