/// Whether watches tell of what happens, or only begin and end.
///
/// An API server answers watches from a cache that etcd feeds. When that stands still, watches are opened, kept, and ended in
/// time as if nothing happened in the cluster. So with each watch a list is asked for that must be as new as etcd, and holds at
/// most one object; up to its `resourceVersion` the watch has to come, by an event or a bookmark, before it ends. An API
/// server of 1.31 or newer brings its cache there for such a list. An older one does not while nothing changes: then all
/// objects are listed, and when those are what is known, the next such list has longer and longer to wait.
struct WatchProgress: Equatable, Sendable {
    /// The bookmark before its end is what a watch has to bring; one that ends sooner than this after the list proves nothing.
    static let patienceMilliseconds: Int64 = 5000
    private static let firstPause: Int64 = 30_000
    private static let longestPause: Int64 = 600_000

    static let failure = ReflectorFailure.other(
        "its watches stand still: a list shows what they have not told of, so the objects are listed again and again; look "
            + "at the log of the API server, and at its connection to etcd"
    )

    /// Versions a watch should have told of, and perhaps has not.
    struct Doubt: Equatable, Sendable {
        /// Up to here it did.
        var after: String
        /// What is later may have happened while there was no watch; nil where anything counts.
        var upTo: String?

        func covers(_ version: String) -> Bool {
            isOlder(after, than: version) && !(upTo.map { isOlder($0, than: version) } ?? false)
        }
    }

    private struct Target: Equatable, Sendable {
        var resourceVersion: String
        var askedAt: Int64
    }

    private var target: Target?
    private var nextVerification = Int64.min
    private var pause = Self.firstPause
    /// What a watch should have told of; nil but while the objects are listed for that reason.
    private(set) var doubt: Doubt?
    /// A list has shown what no watch told of, and no watch has moved since.
    private(set) var isStalled = false

    /// What is under way now has another reason.
    mutating func forget() {
        (target, doubt) = (nil, nil)
    }

    /// A watch that is at `current` has to come to `resourceVersion`.
    mutating func expect(_ resourceVersion: String, askedAt: Int64, at current: String) {
        guard isOlder(current, than: resourceVersion) else { return }
        // The oldest that was not reached counts.
        if target == nil { target = Target(resourceVersion: resourceVersion, askedAt: askedAt) }
    }

    /// A watch has come from one version to another.
    mutating func moved(from old: String, to new: String) {
        guard isOlder(old, than: new) else { return }
        isStalled = false
        if let target, !isOlder(new, than: target.resourceVersion) {
            self.target = nil
            pause = Self.firstPause
            nextVerification = .min
        }
    }

    /// A watch that was at `current` has ended in time: whether the objects have to be listed.
    mutating func hasToVerify(at current: String, now: Int64) -> Bool {
        if let target, now - target.askedAt >= Self.patienceMilliseconds {
            self.target = nil
            if now >= nextVerification { doubt = Doubt(after: current, upTo: target.resourceVersion) }
        }
        if isStalled { doubt = Doubt(after: current, upTo: nil) }
        return doubt != nil
    }

    mutating func compared(isChanged: Bool, now: Int64) {
        doubt = nil
        if isChanged {
            isStalled = true
            pause = Self.firstPause
        } else if !isStalled {
            nextVerification = now + pause
            pause = min(2 * pause, Self.longestPause)
        }
    }
}

/// Whether one version is older than another; false, too, where they are no numbers, which Kubernetes' are.
func isOlder(_ one: String, than other: String) -> Bool {
    guard let one = UInt64(one), let other = UInt64(other) else { return false }
    return one < other
}
