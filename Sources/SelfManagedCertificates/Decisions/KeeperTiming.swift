/// How long certificates last, and how long is waited.
package struct KeeperTiming: Equatable, Sendable {
    /// A month: short enough that renewing it is nothing unusual, long enough that ten days are left when it is due.
    package var pairSeconds: Int64 = 30 * 86_400
    /// A year: each change of the authority is one more write of the webhook configuration.
    package var authoritySeconds: Int64 = 365 * 86_400
    /// The most that may be asked for: what lasts longer than this has not been made here.
    package static let longestAuthoritySeconds: Int64 = 3650 * 86_400
    /// From the moment an authority is seen in every bundle until a certificate of it is served.
    ///
    /// Every API server has heard of the configuration by then. It keeps webhook configurations by a watch, which takes
    /// milliseconds; a watch whose connection died is found dead by HTTP/2 pings within 45 s and begun again after at most
    /// 30 s. Two minutes are more than that, and cost nothing: the old certificate has months left.
    package var settleMilliseconds: Int64 = 120_000
    /// Secret and configuration are read again after this, when watches tell of changes at once.
    package var watchedMilliseconds: Int64 = 30_000
    /// The same when one of them cannot be watched.
    package var unwatchedMilliseconds: Int64 = 5000

    /// None outside of tests.
    var flaws: KeeperFlaws = []

    package init() {}
}

/// Keeps writes apart that follow each other: somebody else may be changing the same thing to and fro.
struct Pace: Equatable, Sendable {
    private static let firstMilliseconds: Int64 = 500
    private static let longestMilliseconds: Int64 = 10_000

    private let longest: Int64
    private var last: Int64?
    private var interval: Int64 = 0

    /// Waits at most 10 s, and a tenth of the time that a certificate has left when it is due: it must be renewed all the
    /// same.
    init(_ timing: KeeperTiming) {
        longest = max(Self.firstMilliseconds, min(Self.longestMilliseconds, timing.pairSeconds * 1000 / 30))
    }

    /// When the next write may be.
    var next: Int64 { last.map { $0 + interval } ?? .min }

    mutating func use(at now: Int64) {
        let isQuiet = last.map { now - $0 >= 2 * longest } ?? true
        interval = isQuiet ? Self.firstMilliseconds : min(2 * interval, longest)
        last = now
    }
}
