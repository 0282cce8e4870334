internal import KubernetesClient
package import TLS

/// What one replica does about the certificate that all share.
///
/// It goes in rounds: read the Secret, read the configuration, then do at most one thing: write the Secret on condition that
/// it is as it was read, write the bundles on the same condition, or wait. After each write comes a new round, so that
/// nothing is decided by what is only believed to be so. Replicas do not know of each other; they agree because of two that
/// decide by the same Secret one succeeds and the other has to read again.
///
/// A new authority goes through two steps. ``SecretChange/prepare`` puts it beside the old one, and every replica sees
/// to it that all bundles have both. When one has seen it in all of them for the settle time, it does
/// ``SecretChange/promote``: only then does a certificate of it exist. An authority leaves the bundles when it has expired, and
/// with it everything it signed; no replica has to know what others serve. docs/certificates.md has the argument.
///
/// It reads no clock: `now` is monotonic milliseconds and `time` the API server's clock, which is the one that
/// certificates are checked by.
package struct KeeperStateMachine: Sendable {
    /// What the driver has to do.
    package enum Action: Equatable, Sendable {
        case readSecret
        case readConfiguration
        /// Write the Secret if it is still as it was read, create it if it was not there.
        case write(SecretChange)
        /// Make these what every bundle of ours holds of our authorities, if the configuration is still as it was read.
        case trust([AuthorityFacts])
        /// Call ``wake(now:)`` then, or sooner when either object has changed.
        case wait(untilMilliseconds: Int64)
    }

    /// The end of a round: first take the Secret's pair if it says so, then act.
    package struct Decision: Equatable, Sendable {
        package var adopts: Bool
        package var action: Action
        /// Nothing is left to do but to wait for time to pass or for something to change.
        package var isDone = false
        /// When the authority ends, though nobody but time or others can do something about its successor.
        package var overdueEnd: UnixTime?
    }

    /// Whether the API server can use what is served.
    package enum Condition: Equatable, Sendable {
        /// Nothing was read yet.
        case unknown
        /// There is no certificate, as of the last round.
        case missing
        /// The time of the one that is served is over, or has not begun.
        case invalid
        /// One is served, but the API server is not told to trust it: `reason` is why, if it is known.
        case untrusted(Untrusted)
        case trusted
    }

    package enum Untrusted: Equatable, Sendable {
        case noConfiguration
        case noWebhook
        case notInBundle
        /// Every bundle has it, but API servers may not have heard of that yet.
        case unsettled
    }

    /// What is written.
    private enum Deed: Equatable {
        case write, trust
    }

    private enum State: Equatable {
        case idle
        case readingSecret
        case readingConfiguration(SecretFacts?)
        case acting(Deed)
        case waiting(until: Int64)
    }

    let timing: KeeperTiming
    private var state = State.idle
    private var backoff = Backoff()
    /// What last failed lets the other one go first: a right that is missing for one must not hold up both.
    private var failedDeed: Deed?
    var writePace: Pace
    var trustPace: Pace
    var sightings = Sightings()
    private(set) var proof = Proof()
    /// Both objects are watched.
    package var isWatched = false
    /// What this replica serves.
    package private(set) var served: PairFacts?
    package private(set) var condition = Condition.unknown

    package init(timing: KeeperTiming = KeeperTiming()) {
        self.timing = timing
        (writePace, trustPace) = (Pace(timing), Pace(timing))
    }

    /// Begins a round: at the start, when it is time, or because something has changed.
    package mutating func wake(now: Int64) -> Action {
        switch state {
        case .idle, .waiting:
            state = .readingSecret
            return .readSecret
        // The round that is under way ends with another look.
        case .readingSecret, .readingConfiguration, .acting: return .wait(untilMilliseconds: now)
        }
    }

    /// The Secret was read; nil when there is none.
    package mutating func received(secret: SecretFacts?) -> Action {
        state = .readingConfiguration(secret)
        return .readConfiguration
    }

    /// The configuration was read; nil when there is none.
    package mutating func received(
        configuration: ConfigurationFacts?,
        time: UnixTime,
        now: Int64
    ) -> Decision {
        guard case .readingConfiguration(let secret) = state else {
            return Decision(adopts: false, action: wait(until: now))
        }
        sightings.note(configuration?.trusted ?? [], version: configuration?.version ?? "", at: now)
        var round = Round(
            secret: (secret ?? SecretFacts()).usable(at: time, timing.flaws),
            configuration: configuration ?? ConfigurationFacts(version: "", bundles: []),
            served: served,
            time: time,
            now: now
        )
        let adopts = adopts(round)
        if adopts { served = round.secret.pair }
        round.served = served
        note(round, hasConfiguration: configuration != nil)
        return act(round, adopts: adopts)
    }

    /// The Secret or the configuration was written, or somebody else was faster: look again.
    package mutating func acted() -> Action {
        failedDeed = nil
        backoff.reset()
        state = .readingSecret
        return .readSecret
    }

    /// A read or a write came to nothing.
    package mutating func failed(now: Int64, jitter: Double) -> Action {
        if case .acting(let deed) = state { failedDeed = deed }
        return wait(until: now + backoff.next(jitter: jitter))
    }

    /// The pair that was to be taken cannot be served after all; what was served before stays.
    package mutating func adoptionFailed(keeping previous: PairFacts?) {
        served = previous
    }

    private mutating func wait(until time: Int64) -> Action {
        state = .waiting(until: time)
        return .wait(untilMilliseconds: time)
    }

    private mutating func act(_ round: Round, adopts: Bool) -> Decision {
        let (bundle, wanted) = (bundle(round), change(round))
        let trust = bundle.flatMap { round.now >= trustPace.next ? $0 : nil }
        let change = wanted.flatMap { round.now >= writePace.next ? $0 : nil }
        // A bundle that lacks an authority may be turning requests away this moment.
        if let trust, change == nil || failedDeed != .trust {
            state = .acting(.trust)
            trustPace.use(at: round.now)
            return Decision(adopts: adopts, action: .trust(trust))
        }
        if let change {
            state = .acting(.write)
            writePace.use(at: round.now)
            return Decision(adopts: adopts, action: .write(change))
        }
        let isDone = bundle == nil && wanted == nil
        if isDone { backoff.reset() }
        return Decision(
            adopts: adopts,
            action: wait(until: nextRound(round)),
            isDone: isDone,
            overdueEnd: isDone ? overdueEnd(round) : nil
        )
    }

    private mutating func note(_ round: Round, hasConfiguration: Bool) {
        guard let served else {
            condition = .missing
            return
        }
        let isTrusted = round.configuration.trusted.contains(served.authority)
        proof.note(
            served.authority,
            isTrusted: isTrusted,
            isSettled: isSettled(served.authority, round),
            round,
            settleMilliseconds: timing.settleMilliseconds
        )
        if round.servedNow == nil {
            condition = .invalid
        } else if isTrusted {
            let isReady = proof.isGiven || timing.flaws.contains(.isReadyAtOnce)
            condition = isReady ? .trusted : .untrusted(.unsettled)
        } else if !hasConfiguration {
            // A configuration that was taken away asks nobody: what was good for it stays so.
            if condition != .trusted { condition = .untrusted(.noConfiguration) }
        } else {
            condition = .untrusted(round.configuration.bundles.isEmpty ? .noWebhook : .notInBundle)
        }
    }
}
