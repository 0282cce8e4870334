internal import TLS

/// How far this machine's clock is from the API server's, by what its answers say.
///
/// A `Date` is cut to whole seconds, and is written some time between request and answer: one reading tells an interval
/// that the difference lies in, however slow the answer was. Readings that agree narrow it down. One that contradicts those
/// before begins anew, and changes nothing until enough others agree with it: a proxy's page, or one of several API servers
/// whose clock is another, is not our clock.
package struct ClockSkew: Sendable {
    package enum Finding: Equatable, Sendable {
        /// Not told by enough readings yet.
        case unknown
        case close
        /// Our clock is too far ahead.
        case ahead
        /// Our clock is too far behind.
        case behind
    }

    /// What a clock may differ at most, in milliseconds: of two replicas that keep to it no clock is more than twice this from
    /// the other's.
    package static let maximumMilliseconds: Int64 = 5000
    /// What it must come down to before it is close again, so that a clock at the edge does not change its state all the time.
    private static let closeMilliseconds: Int64 = 4000
    /// An answer that took longer says little.
    private static let maximumRoundTripMilliseconds: Int64 = 2000
    /// A `Date` stands for any moment of its second.
    private static let resolutionMilliseconds: Int64 = 999
    /// How many readings have to agree for the first finding, as at the start when all kinds are listed.
    private static let firstAgreeing = 3
    /// How many for another one, and over what time at least: the clocks of a moment, a dozen at once, are one reading.
    private static let laterAgreeing = 5
    private static let laterSpanMilliseconds: Int64 = 3000
    private static let intervalMilliseconds: Int64 = 250
    private static let maximumReadings = 16

    /// Where our clock less the server's is, by one reading, in milliseconds.
    private struct Bounds {
        var least: Int64
        var most: Int64
        /// When it was read, by the steady clock.
        var at: Int64
    }

    private var readings: [Bounds] = []
    package private(set) var finding = Finding.unknown

    package init() {}

    /// Our clock less the server's, in milliseconds, by the readings that agree; nil before the first one.
    package var milliseconds: Int64? {
        guard let bounds = agreed else { return nil }
        return bounds.least + (bounds.most - bounds.least) / 2
    }

    private var agreed: (least: Int64, most: Int64)? {
        guard let least = readings.map(\.least).max(), let most = readings.map(\.most).min() else { return nil }
        return (least, most)
    }

    /// Takes a reading into account.
    ///
    /// - Parameters:
    ///   - reading: of one answer.
    ///   - steady: when, by a clock that never goes back, in milliseconds.
    /// - Returns: whether ``finding`` is another one now.
    package mutating func read(_ reading: ServerClock.Reading, at steady: Int64) -> Bool {
        guard let bounds = Self.bounds(reading, steady) else { return false }
        if finding != .unknown, let last = readings.last, steady - last.at < Self.intervalMilliseconds { return false }
        readings.append(bounds)
        if readings.count > Self.maximumReadings { readings.removeFirst() }
        // The latest ones that can all be true.
        while let (least, most) = agreed, least > most { readings.removeFirst() }
        let next = judged()
        guard next != finding else { return false }
        finding = next
        return true
    }

    private static func bounds(_ reading: ServerClock.Reading, _ steady: Int64) -> Bounds? {
        let (roundTrip, isOdd) = reading.receivedAt.subtractingReportingOverflow(reading.sentAt)
        guard !isOdd, (0...maximumRoundTripMilliseconds).contains(roundTrip) else { return nil }
        let (date, isTooLarge) = reading.date.secondsSinceEpoch.multipliedReportingOverflow(by: 1000)
        let (most, isTooFar) = reading.receivedAt.subtractingReportingOverflow(date)
        // A clock that is centuries off is not told any better by an exact number.
        guard !isTooLarge, !isTooFar, abs(most / 2) < 1 << 50 else { return nil }
        return Bounds(least: most - roundTrip - resolutionMilliseconds, most: most, at: steady)
    }

    private func judged() -> Finding {
        guard let (least, most) = agreed, let first = readings.first, let last = readings.last else { return finding }
        let isFirst = finding == .unknown
        guard readings.count >= (isFirst ? Self.firstAgreeing : Self.laterAgreeing),
            isFirst || last.at - first.at >= Self.laterSpanMilliseconds
        else { return finding }
        if least > Self.maximumMilliseconds { return .ahead }
        if most < -Self.maximumMilliseconds { return .behind }
        let isNear = least <= Self.closeMilliseconds && most >= -Self.closeMilliseconds
        return isFirst || isNear ? .close : finding
    }
}
