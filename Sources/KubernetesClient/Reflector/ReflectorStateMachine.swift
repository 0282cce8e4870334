/// When to list, watch, wait and start over, for one kind.
///
/// It begins `idle`. A list collects pages until there is no continue token; only then is the collection committed, so
/// that readers see the old objects or the new ones. A watch starts at the list's `resourceVersion`, and each event
/// moves that version on: a reconnect goes on where the last event left off, without a gap and without a repetition.
/// 410 Gone makes the version worthless, so the objects are listed again; 410 between pages drops what was collected.
/// After a failure it is `waiting`, and what is in the store stays there. It reads no clock and draws no numbers:
/// `now` is monotonic milliseconds and `jitter` is random, from 0 up to 1.
package struct ReflectorStateMachine: Sendable {
    /// Items a page.
    package static let pageLimit = 500
    /// A watch lasts 5 to 10 minutes, as client-go's do: the API server's load spreads.
    static let minimumWatchSeconds = 300
    /// Without an event for this long the connection counts as dead.
    ///
    /// The API server sends a bookmark about once a minute.
    package static let stallMilliseconds: Int64 = 150_000
    /// A watch that ends sooner and brought nothing counts as a failure, or it would be asked for in a tight loop.
    static let shortWatchMilliseconds: Int64 = 1000

    /// What the driver has to do.
    package enum Action: Equatable, Sendable {
        /// Ask for a page; nil begins a new collection, whatever was collected before.
        case list(continueToken: String?)
        /// Put the collection in place of the store's objects, whole, then watch.
        case commitAndWatch(resourceVersion: String, timeoutSeconds: Int)
        case watch(resourceVersion: String, timeoutSeconds: Int)
        /// Call `wake` then; close the watch's connection if it is open.
        case wait(untilMilliseconds: Int64)
        case none
    }

    /// How much is known of the kind.
    package enum Condition: Equatable, Sendable {
        /// Never listed.
        case unsynced(ReflectorFailure?)
        /// As of that time; `failure` is what hinders an update since.
        case synced(lastHeardMilliseconds: Int64, failure: ReflectorFailure?)
        /// 403 or 404: the objects, if there ever were any, cannot be relied on.
        case unknown(ReflectorFailure)
    }

    private enum State: Equatable {
        case idle
        case listing
        case watching(resourceVersion: String, since: Int64, lastHeard: Int64, hasEvents: Bool)
        /// Then watch from the version, or list without one.
        case waiting(until: Int64, resourceVersion: String?)
    }

    private var state = State.idle
    private var backoff = Backoff()
    /// A 410 was followed by a list at once, and nothing was heard since: the next one waits.
    private var hasRestarted = false
    package private(set) var condition = Condition.unsynced(nil)

    package init() {}

    /// Begins; later calls do nothing.
    package mutating func start() -> Action {
        guard state == .idle else { return .none }
        return list()
    }

    /// A page came and was added to the collection.
    package mutating func received(_ page: ListPage, now: Int64, jitter: Double) -> Action {
        guard state == .listing else { return .none }
        if let token = page.continueToken { return .list(continueToken: token) }
        condition = .synced(lastHeardMilliseconds: now, failure: nil)
        watch(page.resourceVersion, now: now)
        return .commitAndWatch(resourceVersion: page.resourceVersion, timeoutSeconds: Self.watchSeconds(jitter))
    }

    /// An event came; the driver has applied it to the store unless it is a bookmark or an error.
    package mutating func received(_ event: WatchEvent, now: Int64, jitter: Double) -> Action {
        guard case .watching(_, let since, _, _) = state else { return .none }
        if case .error(let status) = event { return failed(.status(status), now: now, jitter: jitter) }
        guard let resourceVersion = event.resourceVersion else { return .none }
        state = .watching(resourceVersion: resourceVersion, since: since, lastHeard: now, hasEvents: true)
        becomeHealthy()
        condition = .synced(lastHeardMilliseconds: now, failure: nil)
        return .none
    }

    /// The watch's body came to its end as HTTP has it: the server's time-out, or its restart.
    package mutating func watchEnded(now: Int64, jitter: Double) -> Action {
        guard case .watching(let resourceVersion, let since, _, let hasEvents) = state else { return .none }
        guard hasEvents || now - since >= Self.shortWatchMilliseconds else {
            return failed(.other("the server ended the watch at once"), now: now, jitter: jitter)
        }
        becomeHealthy()
        watch(resourceVersion, now: now)
        return .watch(resourceVersion: resourceVersion, timeoutSeconds: Self.watchSeconds(jitter))
    }

    /// The list or watch that is under way came to nothing.
    package mutating func failed(_ failure: ReflectorFailure, now: Int64, jitter: Double) -> Action {
        var resourceVersion: String?
        switch state {
        case .idle, .waiting: return .none
        case .listing: break
        case .watching(let version, _, _, _): resourceVersion = version
        }
        if case .status(let status) = failure, status.isGone {
            resourceVersion = nil
            if !hasRestarted {
                hasRestarted = true
                return list()
            }
        }
        note(failure)
        // Objects may have gone while the kind was unreadable: only a list can tell.
        if case .unknown = condition { resourceVersion = nil }
        let until = now + max(backoff.next(jitter: jitter), Self.requestedDelay(failure))
        state = .waiting(until: until, resourceVersion: resourceVersion)
        return .wait(untilMilliseconds: until)
    }

    /// Time has passed: ends a wait, and finds a connection that only looks open.
    ///
    /// The driver calls it when a wait is over and at least every ten seconds, so a stalled watch is found at most
    /// ten seconds after ``stallMilliseconds``.
    package mutating func wake(now: Int64, jitter: Double) -> Action {
        switch state {
        case .idle, .listing: return .none
        case .watching(_, _, let lastHeard, _):
            guard now - lastHeard >= Self.stallMilliseconds else { return .none }
            let seconds = (now - lastHeard) / 1000
            return failed(.other("nothing came from the watch for \(seconds) s"), now: now, jitter: jitter)
        case .waiting(let until, let resourceVersion):
            guard now >= until else { return .none }
            guard let resourceVersion else { return list() }
            watch(resourceVersion, now: now)
            return .watch(resourceVersion: resourceVersion, timeoutSeconds: Self.watchSeconds(jitter))
        }
    }

    /// A list alone proves nothing: a server that answers each watch with 410 must not be listed in a tight loop.
    private mutating func becomeHealthy() {
        backoff.reset()
        hasRestarted = false
    }

    private mutating func list() -> Action {
        state = .listing
        return .list(continueToken: nil)
    }

    private mutating func watch(_ resourceVersion: String, now: Int64) {
        state = .watching(resourceVersion: resourceVersion, since: now, lastHeard: now, hasEvents: false)
    }

    private mutating func note(_ failure: ReflectorFailure) {
        if case .status(let status) = failure, status.code == 403 || status.code == 404 {
            condition = .unknown(failure)
            return
        }
        switch condition {
        case .unsynced: condition = .unsynced(failure)
        case .synced(let lastHeard, _): condition = .synced(lastHeardMilliseconds: lastHeard, failure: failure)
        case .unknown: break
        }
    }

    /// What the server asked for, bounded: an hour's `Retry-After` must not switch the reflector off.
    private static func requestedDelay(_ failure: ReflectorFailure) -> Int64 {
        guard case .status(let status) = failure, let seconds = status.retryAfterSeconds else { return 0 }
        return Int64(min(seconds, 300)) * 1000
    }

    private static func watchSeconds(_ jitter: Double) -> Int {
        minimumWatchSeconds + Int(Double(minimumWatchSeconds) * jitter)
    }
}
