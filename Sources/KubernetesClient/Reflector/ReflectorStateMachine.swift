/// When to list, watch, wait and start over, for one kind.
///
/// It begins `idle`. A list collects pages until there is no continue token; only then is the collection committed, so
/// that readers see the old objects or the new ones. A watch starts at the list's `resourceVersion`, and each event
/// moves that version on: a reconnect goes on where the last event left off, without a gap and without a repetition.
/// 410 Gone makes the version worthless, so the objects are listed again; 410 between pages drops what was collected.
/// After a failure it is `waiting`, and what is in the store stays there. Whether a watch that is open tells of anything is
/// for ``WatchProgress`` to find out: an API server whose cache stands still ends its watches in time all the same. When it
/// seems to, the objects are listed again, and if the list shows what no watch has told of, that goes on with every
/// watch's end until one moves. It reads no clock and draws no numbers:
/// `now` is monotonic milliseconds and `jitter` is random, from 0 up to 1.
package struct ReflectorStateMachine: Sendable {
    /// A watch that ends sooner and brought nothing counts as a failure, or it would be asked for in a tight loop.
    static let shortWatchMilliseconds: Int64 = 1000
    /// So many waits in a row last as long as a server that is busy asks for, and no longer: client-go's number.
    static let mostAskedWaits = 10

    /// What the driver has to do.
    package enum Action: Equatable, Sendable {
        /// Ask for a page; nil begins a new collection, whatever was collected before.
        case list(continueToken: String?)
        /// Put the collection in place of the store's objects, whole, then watch.
        case commitAndWatch(resourceVersion: String, timeoutSeconds: Int)
        case watch(resourceVersion: String, timeoutSeconds: Int)
        /// Call `wake` then; close the watch's connection if it is open.
        case wait(untilMilliseconds: Int64)
        /// Tell that what hindered is over; the watch goes on.
        case resume
        /// Ask how far the watch has to come; it goes on.
        case probe
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
        case listing(Listing)
        case watching(Watch)
        /// Then watch from the version, or list without one.
        case waiting(until: Int64, resourceVersion: String?)
    }

    private struct Listing: Equatable {
        /// The API tells what was so then or later.
        let since: Int64
        var progress = ListProgress()
    }

    private struct Watch: Equatable {
        var resourceVersion: String
        let since: Int64
        /// How long the API server was asked to keep it open.
        let seconds: Int
        var lastHeard: Int64
        /// When the server began to answer.
        var opened: Int64?
        var hasEvents = false
    }

    private let timing: ReflectorTiming
    private var state = State.idle
    private var backoff: Backoff
    /// A 410 was followed by a list at once, and nothing was heard since: the next one waits.
    ///
    /// A list alone proves nothing: a server that answers each watch with 410 must not be listed in a tight loop.
    private var hasRestarted = false
    private var progress = WatchProgress()
    /// Waits that a busy server asked for since something was heard.
    private var askedWaits = 0
    package private(set) var condition = Condition.unsynced(nil)

    package init(timing: ReflectorTiming = ReflectorTiming()) {
        self.timing = timing
        backoff = timing.backoff
    }

    /// When ``wake(now:jitter:)`` is next of use; nil when something else will happen before.
    package var wakeMilliseconds: Int64? {
        switch state {
        case .idle, .listing: nil
        case .watching(let watch): min(stallTime(of: watch), resumptionTime(of: watch) ?? .max)
        case .waiting(let until, _): until
        }
    }

    /// Begins; later calls do nothing.
    package mutating func start(now: Int64) -> Action {
        guard state == .idle else { return .none }
        return list(now: now)
    }

    /// Lists again, whatever is under way: what is kept of the objects has changed.
    package mutating func restart(now: Int64) -> Action {
        guard state != .idle else { return .none }
        progress.forget()
        return list(now: now)
    }

    /// What the list under way is to settle; nil for a list that has another reason.
    var doubt: WatchProgress.Doubt? { progress.doubt }

    /// Why what is known is not renewed though watches begin and end; nil when it is, as far as is known.
    package var stall: ReflectorFailure? { progress.isStalled ? WatchProgress.failure : nil }

    /// The list that ``doubt`` is for is whole, and shows what no watch has told of, or does not.
    package mutating func compared(isChanged: Bool, now: Int64) {
        progress.compared(isChanged: isChanged, now: now)
    }

    /// How far the watch has to come, asked for at that time.
    package mutating func probed(_ resourceVersion: String, askedAt: Int64) {
        guard case .watching(let watch) = state else { return }
        progress.expect(resourceVersion, askedAt: askedAt, at: watch.resourceVersion)
    }

    /// A page came and was added to the collection.
    package mutating func received(_ page: ListPage, now: Int64, jitter: Double) -> Action {
        guard case .listing(var listing) = state else { return .none }
        do throws(EndlessList) {
            if let token = try listing.progress.next(after: page) {
                state = .listing(listing)
                return .list(continueToken: token)
            }
        } catch {
            return failed(.endless(error), now: now, jitter: jitter)
        }
        condition = .synced(lastHeardMilliseconds: listing.since, failure: stall)
        let seconds = watch(page.resourceVersion, now: now, jitter: jitter)
        return .commitAndWatch(resourceVersion: page.resourceVersion, timeoutSeconds: seconds)
    }

    /// An event came; the driver has applied it to the store unless it is a bookmark or an error.
    package mutating func received(_ event: WatchEvent, now: Int64, jitter: Double) -> Action {
        guard case .watching(var watch) = state else { return .none }
        if case .error(let status) = event { return failed(.status(status), now: now, jitter: jitter) }
        guard let resourceVersion = event.resourceVersion else { return .none }
        progress.moved(from: watch.resourceVersion, to: resourceVersion)
        // A cache that is behind the list tells of its own version.
        if !isOlder(resourceVersion, than: watch.resourceVersion) {
            watch.resourceVersion = resourceVersion
        }
        watch.lastHeard = now
        watch.hasEvents = true
        state = .watching(watch)
        hear(now)
        return .none
    }

    /// The server answers the watch with a success, whether or not it has anything to tell yet.
    ///
    /// An idle kind's first bookmark is many seconds away, and until then nothing else shows that a failure is over.
    package mutating func watchOpened(now: Int64) -> Action {
        guard case .watching(var watch) = state else { return .none }
        watch.opened = now
        state = .watching(watch)
        return timing.asksForProgress ? .probe : .none
    }

    /// The watch's body came to its end as HTTP has it: the server's time-out, or its restart.
    ///
    /// Up to then the server has told of everything, so it counts as hearing of the objects.
    package mutating func watchEnded(now: Int64, jitter: Double) -> Action {
        guard case .watching(let last) = state else { return .none }
        guard last.hasEvents || now - last.since >= Self.shortWatchMilliseconds else {
            return failed(.other("the server ended the watch at once"), now: now, jitter: jitter)
        }
        if progress.hasToVerify(at: last.resourceVersion, now: now) { return list(now: now) }
        hear(now)
        let seconds = watch(last.resourceVersion, now: now, jitter: jitter)
        return .watch(resourceVersion: last.resourceVersion, timeoutSeconds: seconds)
    }

    /// The list or watch that is under way came to nothing.
    package mutating func failed(_ failure: ReflectorFailure, now: Int64, jitter: Double) -> Action {
        var resourceVersion: String?
        switch state {
        case .idle, .waiting: return .none
        case .listing: break
        case .watching(let watch): resourceVersion = watch.resourceVersion
        }
        if case .status(let status) = failure, status.isGone {
            resourceVersion = nil
            progress.forget()
            if !hasRestarted {
                hasRestarted = true
                return list(now: now)
            }
        }
        note(failure)
        // Objects may have gone while the kind was unreadable: only a list can tell.
        if case .unknown = condition { resourceVersion = nil }
        let until = now + delay(after: failure, jitter: jitter)
        state = .waiting(until: until, resourceVersion: resourceVersion)
        return .wait(untilMilliseconds: until)
    }

    /// Time has passed: ends a wait, finds that a failure is over, or that a connection only looks open.
    ///
    /// The driver calls it at ``wakeMilliseconds``; earlier calls do nothing.
    package mutating func wake(now: Int64, jitter: Double) -> Action {
        switch state {
        case .idle, .listing: return .none
        case .watching(let watch):
            if now >= stallTime(of: watch) {
                let seconds = (now - watch.lastHeard) / 1000
                return failed(.stalled(seconds: seconds), now: now, jitter: jitter)
            }
            guard let time = resumptionTime(of: watch), now >= time else { return .none }
            resume()
            return .resume
        case .waiting(let until, let resourceVersion):
            guard now >= until else { return .none }
            guard let resourceVersion else { return list(now: now) }
            let seconds = watch(resourceVersion, now: now, jitter: jitter)
            return .watch(resourceVersion: resourceVersion, timeoutSeconds: seconds)
        }
    }

    private mutating func hear(_ now: Int64) {
        backoff.reset()
        hasRestarted = false
        askedWaits = 0
        guard !progress.isStalled else { return }
        condition = .synced(lastHeardMilliseconds: now, failure: nil)
    }

    /// When a watch that has brought nothing has been open for so long that what failed before is over; nil when nothing did.
    private func resumptionTime(of watch: Watch) -> Int64? {
        guard case .synced(_, .some) = condition, !progress.isStalled else { return nil }
        return watch.opened.map { $0 + Self.shortWatchMilliseconds }
    }

    /// What is known is as old as it was: only that it is not renewed is true no longer.
    private mutating func resume() {
        guard case .synced(let lastHeard, _) = condition else { return }
        condition = .synced(lastHeardMilliseconds: lastHeard, failure: nil)
    }

    private func stallTime(of watch: Watch) -> Int64 {
        watch.lastHeard + timing.stallMilliseconds(watchSeconds: watch.seconds)
    }

    private mutating func list(now: Int64) -> Action {
        state = .listing(Listing(since: now))
        return .list(continueToken: nil)
    }

    /// Seconds the watch is to last.
    private mutating func watch(_ resourceVersion: String, now: Int64, jitter: Double) -> Int {
        let seconds = timing.watchSeconds(jitter: jitter)
        state = .watching(Watch(resourceVersion: resourceVersion, since: now, seconds: seconds, lastHeard: now))
        return seconds
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

    /// How long to wait, in milliseconds.
    ///
    /// A server that says it is busy and for how long is taken at its word: right after a definition was installed an API
    /// server answers 429 while it prepares its storage, and doubling would turn that second into ten.
    private mutating func delay(after failure: ReflectorFailure, jitter: Double) -> Int64 {
        let asked = Self.requestedDelay(failure)
        if case .status(let status) = failure, status.code == 429, asked > 0, askedWaits < Self.mostAskedWaits {
            askedWaits += 1
            return asked + Int64(1000 * jitter)
        }
        return max(backoff.next(jitter: jitter), asked)
    }

    /// What the server asked for, bounded: an hour's `Retry-After` must not switch the reflector off.
    private static func requestedDelay(_ failure: ReflectorFailure) -> Int64 {
        guard case .status(let status) = failure, let seconds = status.retryAfterSeconds else { return 0 }
        return Int64(min(seconds, 300)) * 1000
    }
}
