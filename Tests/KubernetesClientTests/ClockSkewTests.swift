import TLS
import Testing

@testable import KubernetesClient

@Suite struct `The clock beside the API server's` {
    private static let start: Int64 = 1_800_000_000_000

    /// A reading at `time` of the server's clock, of a clock that is `ahead`; all in milliseconds.
    private static func reading(ahead: Int64, at time: Int64, took: Int64 = 10) -> ServerClock.Reading {
        let date = UnixTime(secondsSinceEpoch: (start + time + took) / 1000)
        return ServerClock.Reading(date: date, sentAt: start + time + ahead, receivedAt: start + time + took + ahead)
    }

    /// Reads so often, 700 ms apart.
    @discardableResult
    private static func read(
        _ skew: inout ClockSkew,
        ahead: Int64,
        from time: inout Int64,
        times: Int,
        took: Int64 = 10
    ) -> Int {
        var changes = 0
        for _ in 0..<times {
            if skew.read(reading(ahead: ahead, at: time, took: took), at: time) { changes += 1 }
            time += 700
        }
        return changes
    }

    @Test(arguments: [
        (Int64(0), ClockSkew.Finding.close), (4900, .close), (-4900, .close), (5300, .ahead), (-5300, .behind),
        (86_400_000 * 365, .ahead), (-86_400_000 * 365, .behind),
    ])
    func `is found close or not, to a fraction of a second`(ahead: Int64, finding: ClockSkew.Finding) throws {
        var (skew, time) = (ClockSkew(), Int64(123))
        let changes = Self.read(&skew, ahead: ahead, from: &time, times: 40)
        #expect(skew.finding == finding)
        #expect(changes == (finding == .close ? 1 : 2) || changes == 1)
        #expect(abs(try #require(skew.milliseconds) - ahead) < 300)
    }

    @Test func `is not known from one reading`() {
        var (skew, time) = (ClockSkew(), Int64(0))
        #expect(skew.milliseconds == nil)
        Self.read(&skew, ahead: 9000, from: &time, times: 2)
        #expect(skew.finding == .unknown)
    }

    @Test(arguments: [Int64(1900), 60_000])
    func `is not found wrong because answers are slow`(took: Int64) {
        var (skew, time) = (ClockSkew(), Int64(0))
        Self.read(&skew, ahead: 0, from: &time, times: 5)
        #expect(Self.read(&skew, ahead: 0, from: &time, times: 50, took: took) == 0)
        #expect(skew.finding == .close)
    }

    @Test func `is not found wrong by answers that differ from those around them`() {
        var (skew, time) = (ClockSkew(), Int64(0))
        Self.read(&skew, ahead: 0, from: &time, times: 5)
        for _ in 0..<20 {
            Self.read(&skew, ahead: 60_000, from: &time, times: 1)
            Self.read(&skew, ahead: 0, from: &time, times: 2)
        }
        #expect(skew.finding == .close)
    }

    /// From one wrong time to another it is never taken for right in between, so that its replica stays unready.
    @Test(arguments: [(Int64(15_488_574), Int64(-76_061_944)), (-49_120_320, -73_072_657), (72_955_240, 6000)])
    func `stays wrong while it jumps from one wrong time to another`(first: Int64, second: Int64) {
        var (skew, time) = (ClockSkew(), Int64(0))
        Self.read(&skew, ahead: first, from: &time, times: 5)
        for _ in 0..<60 {
            Self.read(&skew, ahead: second, from: &time, times: 1)
            #expect(skew.finding == .ahead || skew.finding == .behind)
        }
        #expect(skew.finding == (second > 0 ? .ahead : .behind))
    }

    @Test func `is not found wrong by many answers of one moment`() {
        var (skew, time) = (ClockSkew(), Int64(0))
        Self.read(&skew, ahead: 0, from: &time, times: 5)
        for _ in 0..<110 { _ = skew.read(Self.reading(ahead: 60_000, at: time), at: time) }
        #expect(skew.finding == .close)
    }

    @Test func `is found wrong when it jumps, and right when it is put right, once each`() {
        var (skew, time) = (ClockSkew(), Int64(0))
        #expect(Self.read(&skew, ahead: 0, from: &time, times: 20) == 1)
        #expect(Self.read(&skew, ahead: -7000, from: &time, times: 20) == 1)
        #expect(skew.finding == .behind)
        #expect(Self.read(&skew, ahead: -4600, from: &time, times: 40) == 0)
        #expect(Self.read(&skew, ahead: 0, from: &time, times: 20) == 1)
        #expect(skew.finding == .close)
    }

    @Test func `reckons with any time`() {
        let extremes = [Int64.min, -1, 0, .max]
        for date in extremes {
            for sent in extremes {
                for received in extremes {
                    var skew = ClockSkew()
                    for at: Int64 in [0, 1000, 9000] {
                        let date = UnixTime(secondsSinceEpoch: date)
                        _ = skew.read(.init(date: date, sentAt: sent, receivedAt: received), at: at)
                    }
                    #expect(skew.finding == .unknown || skew.milliseconds != nil)
                }
            }
        }
    }
}
