internal import ClusterState
internal import JSONPull

/// Which of several replicas is the one: the holder of a Lease, which others take over when it has not been renewed for as long
/// as it says.
///
/// Pure: calls out, answers in, time is an argument. As in client-go nobody's clock is compared with another's: how old a record
/// is counts from when this replica saw it change. The holder stops some time before others may begin, so that there are never
/// two as long as their clocks run equally fast.
struct AuditElection: Sendable {
    /// How long things last, in milliseconds.
    struct Timing: Sendable {
        /// From a renewal until others take over.
        var duration: Int64 = 30_000
        /// From a renewal until the holder is none to itself.
        var deadline: Int64 = 20_000
        /// From one attempt to the next.
        var period: Int64 = 10_000
    }

    /// What is asked of the API server.
    enum Call: Equatable, Sendable {
        case read
        case create(ElectionLease.Record)
        /// Takes effect only on that state.
        case replace(ElectionLease.Record, LeaseVersion)
    }

    /// What it says.
    enum Answer: Sendable {
        /// As it is now.
        case lease(ElectionLease)
        case absent
        /// Somebody else has made or changed it meanwhile.
        case changed
        case failed
    }

    /// What others say for how long a record is good is believed within an hour.
    private static let maximumDurationSeconds = 3600

    let identity: ExactString
    let timing: Timing
    private var observed: ElectionLease?
    /// When ``observed`` was seen to be another than before.
    private var observedAt: Int64 = 0
    /// When the last renewal that succeeded was sent; nil while another has it.
    private var renewedAt: Int64?

    init(identity: ExactString, timing: Timing = Timing()) {
        (self.identity, self.timing) = (identity, timing)
    }

    /// Until when this replica is the one, unless it renews; nil when it is not.
    var electedUntil: Int64? { renewedAt.map { $0 + timing.deadline } }

    /// Who holds the Lease as far as this replica has seen; empty for nobody.
    var holder: ExactString { observed?.record.holder ?? "" }

    /// Begins an attempt to be or to stay the one.
    func attempt(at time: Int64, wall: WallTime) -> Call {
        guard renewedAt != nil, let observed, observed.record.holder == identity else { return .read }
        return .replace(record(after: observed.record, wall), observed.version)
    }

    /// Takes an answer and says what follows.
    ///
    /// - Parameters:
    ///   - answer: what the API server says.
    ///   - call: what it was asked.
    ///   - sentAt: when.
    ///   - time: now, by the same clock.
    ///   - wall: now, for people.
    /// - Returns: nil when the attempt is over.
    mutating func next(
        _ answer: Answer,
        to call: Call,
        sentAt: Int64,
        at time: Int64,
        wall: WallTime
    ) -> Call? {
        switch (call, answer) {
        case (_, .failed): return nil
        case (.read, .lease(let lease)):
            observe(lease, at: time)
            return takes(lease.record, at: time) ? .replace(record(after: lease.record, wall), lease.version) : nil
        case (.read, .absent):
            observed = nil
            renewedAt = nil
            return .create(record(after: ElectionLease.Record(), wall))
        case (.create, .lease(let lease)), (.replace, .lease(let lease)):
            observe(lease, at: time)
            renewedAt = lease.record.holder == identity ? sentAt : nil
            return nil
        case (.replace, .changed), (.replace, .absent):
            // Who was the one has to look who is it now; the others look at the next attempt.
            return renewedAt == nil ? nil : .read
        case (.read, .changed), (.create, .changed), (.create, .absent): return nil
        }
    }

    /// Gives the Lease up, so that another need not wait for its end; nil when this replica has none.
    mutating func release(wall: WallTime) -> Call? {
        guard renewedAt != nil, let observed, observed.record.holder == identity else { return nil }
        renewedAt = nil
        var record = record(after: observed.record, wall)
        (record.holder, record.durationSeconds) = ("", 1)
        return .replace(record, observed.version)
    }

    private mutating func observe(_ lease: ElectionLease, at time: Int64) {
        if observed?.record != lease.record { observedAt = time }
        observed = lease
        if lease.record.holder != identity { renewedAt = nil }
    }

    private func takes(_ record: ElectionLease.Record, at time: Int64) -> Bool {
        if record.holder.isEmpty || record.holder == identity { return true }
        let seconds = max(1, min(record.durationSeconds, Self.maximumDurationSeconds))
        return time - observedAt >= Int64(seconds) * 1000
    }

    private func record(after old: ElectionLease.Record, _ wall: WallTime) -> ElectionLease.Record {
        let isOwn = old.holder == identity
        let now = ExactString(wall.text)
        return ElectionLease.Record(
            holder: identity,
            durationSeconds: Int(timing.duration / 1000),
            acquireTime: isOwn ? old.acquireTime : now,
            renewTime: now,
            transitions: old.transitions + (isOwn || old == ElectionLease.Record() ? 0 : 1)
        )
    }
}
