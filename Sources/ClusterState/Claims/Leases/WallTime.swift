internal import AgentRuns
private import CivilTime
package import JSONPull

/// Wall clock time in milliseconds since 1970: `metav1.MicroTime`, as precise as clocks are.
package struct WallTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads an RFC 3339 time, its fraction down to milliseconds.
    ///
    /// Nil when it is none.
    package init?(_ text: ExactString) {
        guard let time = Timestamp(text) else { return nil }
        milliseconds = time.seconds * 1000 + Self.fraction(of: text.string)
    }

    package static func < (lhs: WallTime, rhs: WallTime) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// The first three digits behind the point.
    private static func fraction(of text: String) -> Int64 {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        let digits = text.utf8[text.utf8.index(after: point)...]
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(3)
        var value: Int64 = 0
        for place in 0..<3 {
            let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex)
            let digit = index.flatMap { $0 < digits.endIndex ? Int64(digits[$0] - UInt8(ascii: "0")) : nil }
            value = value * 10 + (digit ?? 0)
        }
        return value
    }

    /// `2026-11-23T23:21:52.120000Z`.
    package var text: String {
        let (seconds, fraction) = milliseconds.flooredQuotientAndRemainder(by: 1000)
        return CivilSecond(secondsSinceEpoch: seconds).text + ".\(CivilSecond.digits(Int(fraction), 3))000Z"
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
