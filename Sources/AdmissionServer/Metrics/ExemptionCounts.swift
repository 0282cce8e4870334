internal import Policy
private import Synchronization

/// How many findings each exemption has covered.
///
/// Names are those of exemptions of policies that were in use: a policy's author makes them up, and no client.
final class ExemptionCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// Counts the findings of a verdict that an exemption covers: nothing to do for nearly all.
    func add(_ verdict: Verdict) {
        for finding in verdict.findings {
            if let exemption = finding.exemption { add(1, to: exemption) }
        }
        for (exemption, count) in verdict.omitted.exempted { add(count, to: exemption) }
    }

    /// The count of each of `names`; what was counted of others is forgotten, as the policy has them no more.
    func values(of names: [String]) -> [(name: String, count: Int)] {
        counts.withLock { counts in
            let current = names.map { ($0, counts[$0] ?? 0) }
            let known = Set(names)
            counts = counts.filter { known.contains($0.key) }
            return current
        }
    }

    private func add(_ count: Int, to exemption: String) {
        counts.withLock { $0[exemption, default: 0] += count }
    }
}
