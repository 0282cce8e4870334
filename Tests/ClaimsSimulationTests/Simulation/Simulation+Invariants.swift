import AgentRuns
import JSONPull

@testable import ClusterState

/// The bounds that docs/claims.md states, with what the simulated network adds.
enum Bound {
    /// From the last change of a claim whose run never came to be.
    ///
    /// The gap; the skew allowed for, and the skew there is, if the replica started later; the random while; calls.
    static func neverStored(_ timing: ClaimTiming) -> Int64 {
        timing.gapMilliseconds + 2 * ClaimTiming.maximumSkewMilliseconds + ClaimJanitor.jitterMilliseconds + 3000
    }

    /// From the end of a run that was seen: watch, random while, calls.
    static let ended: Int64 = 500 + ClaimJanitor.jitterMilliseconds + 3000

    /// From the moment everything works again: failures before may have put a removal off for a minute.
    static func afterTrouble(_ timing: ClaimTiming) -> Int64 {
        neverStored(timing) + 60_000 + 60_000 + timing.gapMilliseconds + ClaimJanitor.jitterMilliseconds
    }

    /// How much longer it takes after a run whose last Job ended unseen: it is looked for after the gap.
    static func afterJobs(_ timing: ClaimTiming) -> Int64 {
        timing.gapMilliseconds + ClaimJanitor.jitterMilliseconds + 3000
    }
}

extension Simulation {
    /// What must hold at every moment.
    mutating func checkSafety() {
        var holders: [ClaimKey: ObjectKey] = [:]
        for run in cluster.activeRuns {
            // What was not judged, or by another scope, has no claim that these would meet.
            guard let scope = run.scope else { continue }
            if !run.standing.needsClaims { lingering.insert(run.uid) }
            for branch in run.allBranches where !run.shared.contains(branch) {
                let key = scope.key(branch, in: run.key.namespace)
                if let other = holders.updateValue(run.key, forKey: key) {
                    fail("\(run.key.name) and \(other.name) are both active on \(branch.head)")
                }
                guard let lease = cluster.leases[key] else {
                    fail("\(run.key.name) is active on \(branch.head) without a claim")
                    continue
                }
                if lease.claim.holder.run != run.key {
                    fail(
                        "\(run.key.name) is active on \(branch.head), which \(lease.claim.holder.run.name) has claimed"
                    )
                }
            }
        }
        guard !dryRuns.isEmpty else { return }
        for lease in cluster.leases.values where dryRuns.contains(lease.claim.holder.uid) {
            fail("a dry run left a claim")
        }
    }

    /// In calm weather: no claim outlives its run, or a create that never was, by more than the bound.
    mutating func audit() {
        for (key, held) in cluster.leases.sorted(by: { $0.key < $1.key }) where isVoid(held) {
            let storedAt = cluster.leaseTimes[key] ?? now
            let uid = held.claim.holder.uid
            // A run that was gone before its Lease was seen cannot be told from one that never came.
            let isSeenToEnd = (cluster.deletions[uid] ?? .max) - storedAt > weather.watchLag && !held.claim.hasRival
            guard let voidSince = voidSince[key]?.time else { continue }
            let end = isSeenToEnd ? cluster.ends[uid] : nil
            let since = max(voidSince, end ?? voidSince)
            var bound = end == nil ? Bound.neverStored(timing) : Bound.ended
            if cluster.runsWithJobs.contains(held.claim.holder.run) {
                bound = Bound.neverStored(timing) + Bound.afterJobs(timing)
            }
            if isCalm, !weatherIsOver, now - since > bound {
                fail("\(held.claim.holder) has had \(key.branch.head) for nothing since \(since)")
            }
        }
    }

    /// Notes since when each claim serves no active run.
    mutating func noteVoidClaims() {
        for (key, held) in cluster.leases {
            if !isVoid(held) {
                voidSince[key] = nil
            } else if voidSince[key]?.version != held.version {
                voidSince[key] = (held.version, now)
            }
        }
    }

    private func isVoid(_ held: HeldClaim) -> Bool {
        cluster.isVoid(held)
    }

    /// Long after all is over: claims are those of active runs, no more and no less.
    mutating func checkEnd() {
        for (key, held) in cluster.leases.sorted(by: { $0.key < $1.key }) where isVoid(held) {
            fail("\(held.claim.holder) still has \(key.branch.head), though everything has worked for long")
        }
        for run in cluster.activeRuns where run.standing == .active {
            for branch in run.written where cluster.leases[scope.key(branch, in: run.key.namespace)] == nil {
                fail("\(run.key.name) is active on \(branch.head), though nobody has claimed it for long")
            }
        }
    }
}
