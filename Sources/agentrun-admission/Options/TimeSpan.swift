internal import ArgumentParser

/// A number of seconds as people write it: `90s`, `15m`, `12h`, `30d`.
struct TimeSpan: ExpressibleByArgument, Hashable, Sendable {
    /// A hundred years are more than any certificate should last.
    static let longest: Int64 = 36_500 * 86_400

    let seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Nil for anything but digits and one unit, for nothing, and for more than a hundred years.
    init?(argument: String) {
        let units: [Unicode.Scalar: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.unicodeScalars.last.flatMap({ units[$0] }), argument.utf8.count <= 12,
            argument.utf8.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(Substring(argument.utf8.dropLast())), number > 0, number <= Self.longest / unit
        else { return nil }
        seconds = number * unit
    }

    /// In the largest unit that divides it.
    var defaultValueDescription: String {
        for (unit, size) in [("d", 86_400 as Int64), ("h", 3600), ("m", 60)] where seconds.isMultiple(of: size) {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
