internal import AgentRuns
internal import ClusterState
private import Synchronization

/// Tells by Events of the runs that rounds of the audit find unreviewed: of each generation once, as long as it is found.
///
/// What was there before there were marks is not told of: that it was found says nothing.
package final class UnreviewedEvents: Sendable {
    private let recorder: EventRecorder
    /// Those of the last round.
    private let told = Mutex<Set<AuditRound.Object>>([])

    package init(_ recorder: EventRecorder) {
        self.recorder = recorder
    }

    /// A round has ended.
    package func note(_ round: AuditRound) {
        let found = (round.unreviewed ?? []).filter { !$0.isEarlier }
        let news = told.withLock { told in
            let before = told
            told = Set(found.map(\.object))
            return found.filter { !before.contains($0.object) }
        }
        for run in news {
            guard let generation = run.object.generation else { continue }
            recorder.noteUnreviewed(
                ObjectKey(namespace: run.object.namespace, name: run.object.name),
                uid: run.object.uid,
                generation: generation,
                since: run.since ?? round.beganAt
            )
        }
    }
}
