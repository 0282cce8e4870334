internal import ClusterState
internal import KubernetesClient

/// Which Events are written when: what happens again becomes a series, and what happens too often is not written.
///
/// The first time an Event is created. The first repeat makes it a series at once, further ones bring its count up to date every
/// ``updateMilliseconds``, and after as long without one it is forgotten: what happens then is another Event. New Events
/// are bounded a namespace and in all. An API server that fails is asked again after a growing while, one that forbids
/// is not asked for that namespace meanwhile. It reads no clock and speaks to no one.
struct EventSeries: Sendable {
    /// How much is written, and kept in mind.
    struct Limits: Sendable {
        /// Events that may be repeated: each takes 2 KB at most.
        var events = 2048
        /// Namespaces whose rate is known; more have none of their own until one of these has been quiet.
        var namespaces = 1024
        /// New Events of a namespace at once.
        ///
        /// As many as client-go lets a component write about one object. One more each ten seconds is 385 in the hour for which
        /// an API server keeps Events, of some 1.5 KB each: half a megabyte of etcd a namespace and replica, whatever is
        /// sent.
        var namespaceBurst = 25
        var namespaceIntervalMilliseconds: Int64 = 10_000
        /// New Events and later updates of series in all namespaces at once: 3,700 an hour, 6 MB a replica.
        var burst = 100
        var intervalMilliseconds: Int64 = 1000
        /// Requests at once.
        var requests = 2
    }

    /// What is counted since somebody asked.
    struct Counts: Sendable {
        var created: [EventReason: Int] = [:]
        var updated = 0
        var dropped: [EventDrop: Int] = [:]
        /// Requests that came to nothing.
        var failures = 0
    }

    /// As client-go's recorder of events.k8s.io has it.
    static let updateMilliseconds: Int64 = 360_000
    /// What could not be written for so long is no news any more.
    static let maximumAgeMilliseconds: Int64 = 600_000

    private struct Entry {
        let name: String
        let firstAt: WallTime
        var lastAt: WallTime
        /// The same by the steady clock.
        var heardAt: Int64
        var count = 1
        /// As it is stored; 0 when it is not.
        var writtenCount = 0
        var writtenAt = Int64.min
        /// In ``waiting`` or on its way.
        var isBusy = true
    }

    /// What is known of a namespace.
    private struct Source {
        var bucket: TokenBucket
        /// Events are forbidden there; asked again at that time.
        var pausedUntil = Int64.min
        var backoff = Backoff(firstMilliseconds: 30_000, maximumMilliseconds: 300_000)
    }

    private let limits: Limits
    private let instance: String
    private var entries: [EventDraft: Entry] = [:]
    private var sources: [String: Source] = [:]
    private var bucket: TokenBucket
    /// To be written, in that order.
    private var waiting: [EventDraft] = []
    private var requestCount = 0
    /// Nothing is asked before.
    private var pausedUntil = Int64.min
    private var backoff = Backoff(firstMilliseconds: 1000, maximumMilliseconds: 30_000)
    private var counts = Counts()

    /// - Parameters:
    ///   - instance: this replica, `reportingInstance`.
    ///   - limits: how much is written.
    ///   - now: the time.
    init(instance: String, limits: Limits = Limits(), now: ClaimMoment) {
        (self.instance, self.limits) = (instance, limits)
        bucket = TokenBucket(burst: limits.burst, intervalMilliseconds: limits.intervalMilliseconds, now: now.steady)
    }

    /// What is not written yet.
    var unwrittenCount: Int { waiting.count + requestCount }
    /// Events that may be repeated.
    var heldCount: Int { entries.count }
    /// Namespaces whose rate is known.
    var namespaceCount: Int { sources.count }

    /// What is to be counted since the last call.
    mutating func takeCounts() -> Counts {
        defer { counts = Counts() }
        return counts
    }

    // MARK: What happens

    /// Something happened, perhaps again.
    mutating func add(_ draft: EventDraft, now: ClaimMoment) {
        if entries[draft] != nil { return addRepeat(draft, now) }
        let namespace = draft.regarding.namespace
        guard sources[namespace].map({ $0.pausedUntil <= now.steady }) ?? true else { return drop(.forbidden) }
        guard entries.count < limits.events, admit(namespace, now.steady), bucket.take(now: now.steady) else {
            return drop(.rate)
        }
        entries[draft] = Entry(
            name: EventWrite.name(for: draft, firstAt: now.wall, instance: instance),
            firstAt: now.wall,
            lastAt: now.wall,
            heardAt: now.steady
        )
        waiting.append(draft)
    }

    /// Counts what happened and cannot be told.
    mutating func drop(_ cause: EventDrop, _ count: Int = 1) {
        if count > 0 { counts.dropped[cause, default: 0] += count }
    }

    private mutating func addRepeat(_ draft: EventDraft, _ now: ClaimMoment) {
        guard var entry = entries[draft] else { return }
        entry.count += 1
        (entry.lastAt, entry.heardAt) = (now.wall, now.steady)
        // That it is a series is news, its length is not.
        if !entry.isBusy, entry.writtenCount == 1, bucket.take(now: now.steady) {
            entry.isBusy = true
            waiting.append(draft)
        }
        entries[draft] = entry
    }

    /// Whether a namespace may have one more new Event.
    private mutating func admit(_ namespace: String, _ now: Int64) -> Bool {
        if sources[namespace] == nil {
            // The rate of all bounds those beyond, too.
            guard sources.count < limits.namespaces else { return true }
            sources[namespace] = Source(
                bucket: TokenBucket(
                    burst: limits.namespaceBurst,
                    intervalMilliseconds: limits.namespaceIntervalMilliseconds,
                    now: now
                )
            )
        }
        return sources[namespace]?.bucket.take(now: now) ?? true
    }

    /// Looks which series are to be brought up to date and what is to be forgotten; to be called every second or so.
    mutating func tick(now: ClaimMoment) {
        var due: [(EventDraft, Int64)] = []
        for (draft, entry) in entries where !entry.isBusy {
            if entry.count > entry.writtenCount {
                if now.steady - entry.writtenAt >= Self.updateMilliseconds { due.append((draft, entry.writtenAt)) }
            } else if now.steady - entry.heardAt >= Self.updateMilliseconds {
                entries[draft] = nil
            }
        }
        // Who has waited longest comes first, as there may not be room for all.
        for (draft, _) in due.sorted(by: { $0.1 < $1.1 }) {
            guard bucket.take(now: now.steady) else { break }
            entries[draft]?.isBusy = true
            waiting.append(draft)
        }
        for (namespace, var source) in sources where source.pausedUntil <= now.steady - Self.updateMilliseconds {
            if source.bucket.isFull(now: now.steady) { sources[namespace] = nil }
        }
    }

    // MARK: Writing

    /// The next request to be made now; nil when there is none, or no room for one more.
    mutating func next(now: ClaimMoment) -> EventWrite? {
        guard requestCount < limits.requests, now.steady >= pausedUntil else { return nil }
        while !waiting.isEmpty {
            let draft = waiting.removeFirst()
            guard let entry = entries[draft] else { continue }
            guard entry.writtenCount > 0 || now.steady - entry.heardAt < Self.maximumAgeMilliseconds else {
                forget(draft, .failed)
                continue
            }
            requestCount += 1
            return EventWrite(
                draft: draft,
                name: entry.name,
                firstAt: entry.firstAt,
                lastAt: entry.lastAt,
                count: entry.count,
                isCreation: entry.writtenCount == 0
            )
        }
        return nil
    }

    /// What came of a request; `jitter` is random, from 0 up to 1.
    mutating func received(_ answer: EventAnswer, to write: EventWrite, jitter: Double, now: ClaimMoment) {
        requestCount -= 1
        let (draft, namespace) = (write.draft, write.draft.regarding.namespace)
        switch answer {
        case .written: wrote(write, now)
        case .absent where !write.isCreation:
            // Its time was over, or somebody has removed it: the series goes on in another one.
            entries[draft]?.writtenCount = 0
            waiting.append(draft)
        case .absent, .terminating: forget(draft, .namespace)
        case .forbidden:
            counts.failures += 1
            forbid(write, namespace, jitter, now.steady)
        case .failed(let failure):
            counts.failures += 1
            guard failure.isTransient else { return giveUp(write, .failed, now.steady) }
            let wait = max(backoff.next(jitter: jitter), failure.retryAfterMilliseconds ?? 0)
            pausedUntil = max(pausedUntil, now.steady + min(wait, Self.maximumAgeMilliseconds))
            waiting.append(draft)
        }
    }

    private mutating func wrote(_ write: EventWrite, _ now: ClaimMoment) {
        backoff.reset()
        sources[write.draft.regarding.namespace]?.backoff.reset()
        if write.isCreation { counts.created[write.draft.reason, default: 0] += 1 } else { counts.updated += 1 }
        guard var entry = entries[write.draft] else { return }
        (entry.writtenCount, entry.writtenAt, entry.isBusy) = (write.count, now.steady, false)
        // It was repeated before it was there.
        if write.count == 1, entry.count > 1, bucket.take(now: now.steady) {
            entry.isBusy = true
            waiting.append(write.draft)
        }
        entries[write.draft] = entry
    }

    /// Nothing more is asked for the namespace for a while.
    private mutating func forbid(_ write: EventWrite, _ namespace: String, _ jitter: Double, _ now: Int64) {
        giveUp(write, .forbidden, now)
        guard write.isCreation else { return }
        if var source = sources[namespace] {
            source.pausedUntil = now + source.backoff.next(jitter: jitter)
            sources[namespace] = source
        }
        let others = waiting.filter { $0.regarding.namespace == namespace && entries[$0]?.writtenCount == 0 }
        guard !others.isEmpty else { return }
        for draft in others { entries[draft] = nil }
        drop(.forbidden, others.count)
        waiting.removeAll { entries[$0] == nil }
    }

    /// Of a series only the update is given up.
    private mutating func giveUp(_ write: EventWrite, _ cause: EventDrop, _ now: Int64) {
        guard !write.isCreation else { return forget(write.draft, cause) }
        drop(cause)
        entries[write.draft]?.writtenCount = write.count
        entries[write.draft]?.writtenAt = now
        entries[write.draft]?.isBusy = false
    }

    private mutating func forget(_ draft: EventDraft, _ cause: EventDrop) {
        entries[draft] = nil
        drop(cause)
    }
}
