/// How long watches last and when a silent one is given up.
///
/// An API server that has nothing to tell sends a bookmark about once a minute, and one two seconds before a watch ends. So
/// a watch that lasts shorter than what the state's age may be keeps the age of an idle cluster below it, at the cost of a
/// request per kind and watch: some ten a minute for a replica, answered from the server's memory.
package struct ReflectorTiming: Equatable, Sendable {
    /// What client-go asks for at most; a longer watch gains nothing.
    static let longestWatchSeconds = 300
    /// A bookmark comes two seconds before the end, and it takes a moment to ask again.
    static let shortestWatchSeconds = 5
    /// Beyond the end it was asked for, a watch that is silent is broken.
    package var graceMilliseconds: Int64 = 5000
    /// Between a failure and the next try.
    package var backoff = Backoff()
    /// Whether watches are held against what a list says that is as new as etcd; see ``WatchProgress``.
    package var asksForProgress = true
    /// The longest a watch lasts; jitter takes off up to half, so that kinds and replicas do not ask together.
    package var maximumWatchSeconds: Int

    /// Watches that keep what is known of an idle cluster younger than `maximumAgeSeconds`.
    package init(maximumAgeSeconds: Int = 30) {
        let seconds = maximumAgeSeconds * 2 / 3
        maximumWatchSeconds = min(max(seconds, Self.shortestWatchSeconds), Self.longestWatchSeconds)
    }

    /// `timeoutSeconds` of the next watch; `jitter` is random, from 0 up to 1.
    func watchSeconds(jitter: Double) -> Int {
        maximumWatchSeconds - Int(Double(maximumWatchSeconds) / 2 * jitter)
    }

    /// Without a byte for this long the connection counts as dead.
    func stallMilliseconds(watchSeconds: Int) -> Int64 {
        Int64(watchSeconds) * 1000 + graceMilliseconds
    }
}
