internal import JSONPull

/// The replicas that are known of, and how long each has been silent.
///
/// How long is told by this replica's own steady clock once it has seen a note change. Before that the time in the note counts,
/// too, where this clock is known to be right: a replica that has just started knows who was gone before.
package struct ReplicaRoll: Sendable {
    /// A replica as it stands.
    package struct Entry: Hashable, Sendable {
        package var note: ReplicaNote
        package var silentMilliseconds: Int64
        package var isOwn: Bool

        package init(note: ReplicaNote, silentMilliseconds: Int64, isOwn: Bool) {
            (self.note, self.silentMilliseconds, self.isOwn) = (note, silentMilliseconds, isOwn)
        }

        /// It has missed three times to say that it is there.
        package var isStale: Bool { silentMilliseconds > ReplicaRoll.durationMilliseconds }
    }

    /// Between one renewal and the next.
    package static let renewalMilliseconds: Int64 = 30_000
    /// How long a note is good.
    package static let durationMilliseconds: Int64 = 3 * renewalMilliseconds
    /// Who has been silent for so long does not come back.
    package static let abandonedMilliseconds: Int64 = 3_600_000
    /// As many as a list is read of; the largest installation has some dozen.
    package static let maximumCount = 100

    private struct Sighting {
        var replica: SeenReplica
        /// By the steady clock, when this state of it was first seen.
        var since: Int64
        /// Another state of it was seen before.
        var hasChanged: Bool
    }

    private let ownName: ExactString
    private var sightings: [ExactString: Sighting] = [:]

    /// - Parameter host: whose note is this replica's own.
    package init(host: String) { ownName = ExactString(ReplicaLease.name(host: host)) }

    /// Takes what a list has, and forgets what it has not.
    package mutating func update(_ replicas: [SeenReplica], at moment: ClaimMoment) {
        let before = sightings
        sightings = [:]
        for replica in replicas.prefix(Self.maximumCount) {
            let last = before[replica.leaseName]
            if let last, last.replica.version == replica.version {
                sightings[replica.leaseName] = last
            } else {
                let isSame = last?.replica.version.uid == replica.version.uid
                sightings[replica.leaseName] = Sighting(replica: replica, since: moment.steady, hasChanged: isSame)
            }
        }
    }

    /// All of them, this replica first, the others by name.
    package func entries(at moment: ClaimMoment) -> [Entry] {
        sightings.values.map { sighting in
            Entry(
                note: sighting.replica.note,
                silentMilliseconds: silence(sighting, at: moment),
                isOwn: sighting.replica.leaseName == ownName
            )
        }.sorted { ($0.isOwn ? 0 : 1, $0.note.name) < ($1.isOwn ? 0 : 1, $1.note.name) }
    }

    /// Those that will not come back, seen unchanged for as long as a note is good: a wrong clock of theirs is no reason.
    package func abandoned(at moment: ClaimMoment) -> [SeenReplica] {
        sightings.values.filter { sighting in
            sighting.replica.leaseName != ownName && moment.steady - sighting.since > Self.durationMilliseconds
                && silence(sighting, at: moment) >= Self.abandonedMilliseconds
        }.map(\.replica)
    }

    private func silence(_ sighting: Sighting, at moment: ClaimMoment) -> Int64 {
        let own = max(0, moment.steady - sighting.since)
        guard !sighting.hasChanged, moment.isWallSure else { return own }
        let renewedAt = sighting.replica.note.renewedAt.milliseconds
        let (told, overflows) = moment.wall.milliseconds.subtractingReportingOverflow(renewedAt)
        return overflows ? own : max(own, told)
    }
}
