import SimulationSupport
import TestRandomness

/// What happens in one year, whoever lives through it: the same seed gives the same year.
struct YearPlan {
    static let second: Int64 = 1000
    static let minute = 60 * second
    static let hour = 60 * minute
    static let day = 24 * hour
    static let length = 400 * day
    /// When the year begins, in seconds since 1970.
    static let beginning: Int64 = 1_800_000_000

    /// Nothing gets through to the API server.
    struct Cut {
        /// Nil: of all.
        var replica: Int?
        var start: Int64
        var end: Int64
    }

    /// A clock is wrong for a while.
    struct Jump {
        var start: Int64
        var end: Int64
        var offset: Int64
    }

    /// What somebody does to the objects.
    enum Hand: CaseIterable {
        /// GitOps applies the configuration as it is in its repository: without a bundle, or with an old one.
        case emptyBundle, oldBundle
        /// An authority that bears our name, for ten years or a hundred.
        case plantAuthority, plantLongAuthority, takePlantedOut
        case deleteConfiguration
        case deleteSecret, emptySecret, dropPair, dropKey
        /// From a backup.
        case oldSecret
        /// A next authority whose time is over.
        case expiredNext
        /// Bundles and Secret are emptied, and replicas restart about then.
        case resetAll
    }

    var replicas: Int
    var cuts: [Cut] = []
    /// Of the API server's clock.
    var jumps: [Jump] = []
    /// Of a replica's own clock.
    var ownJumps: [(replica: Int, jump: Jump)] = []
    var restarts: [(replica: Int, time: Int64)] = []
    var hands: [(time: Int64, hand: Hand)] = []
    /// Watches from before are too old.
    var compactions: [Int64] = []

    init(_ random: inout SplitMix) {
        replicas = Int(random.draw(1...3))
        let all = Int64(replicas)
        for _ in 0..<random.draw(1...6) {
            let start = random.draw(0...Self.length)
            let longest = random.happens(300) ? 6 * Self.hour : 10 * Self.minute
            let replica = random.happens(300) ? nil : Int(random.draw(0...(all - 1)))
            cuts.append(Cut(replica: replica, start: start, end: start + random.draw(Self.second...longest)))
        }
        for _ in 0..<random.draw(0...3) { jumps.append(Self.jump(&random)) }
        for _ in 0..<random.draw(0...3) {
            ownJumps.append((Int(random.draw(0...(all - 1))), Self.jump(&random)))
        }
        for _ in 0..<random.draw(2...10) {
            restarts.append((Int(random.draw(0...(all - 1))), random.draw(0...Self.length)))
        }
        for _ in 0..<random.draw(0...3) {
            let time = random.draw(0...Self.length)
            for replica in 0..<replicas { restarts.append((replica, time + random.draw(0...Self.minute))) }
        }
        var time: Int64 = 0
        for _ in 0..<random.draw(0...8) {
            time += random.draw(Self.hour...(100 * Self.day))
            guard time < Self.length else { break }
            hands.append((time, random.pick(Hand.allCases)))
        }
        for _ in 0..<random.draw(0...5) { compactions.append(random.draw(0...Self.length)) }
    }

    private static func jump(_ random: inout SplitMix) -> Jump {
        let start = random.draw(0...length)
        let end = start + random.draw(second...(random.happens(500) ? 2 * day : hour))
        return Jump(start: start, end: end, offset: random.draw(-day...day))
    }

    func isCut(_ replica: Int, at time: Int64) -> Bool {
        cuts.contains { ($0.replica ?? replica) == replica && $0.start <= time && time < $0.end }
    }

    /// The API server's clock, in milliseconds since 1970.
    func serverTime(at time: Int64) -> Int64 {
        Self.beginning * 1000 + time + (jumps.first { $0.start <= time && time < $0.end }?.offset ?? 0)
    }

    /// A replica's own clock.
    func ownTime(of replica: Int, at time: Int64) -> Int64 {
        let jump = ownJumps.first { $0.replica == replica && $0.jump.start <= time && time < $0.jump.end }
        return Self.beginning * 1000 + time + (jump?.jump.offset ?? 0)
    }

    /// When something that a replica may suffer from was last over, at that time; nil if something goes on.
    func causeEnd(of replica: Int, at time: Int64) -> Int64? {
        if isCut(replica, at: time) { return nil }
        let cuts = self.cuts.filter { ($0.replica ?? replica) == replica && $0.end <= time }.map(\.end)
        let edges = jumps.flatMap { [$0.start, $0.end] }.filter { $0 <= time }
        let restarts = self.restarts.filter { $0.replica == replica && $0.time <= time }.map(\.time)
        let hands = self.hands.map(\.time).filter { $0 <= time }
        return (cuts + edges + restarts + hands).max() ?? 0
    }
}

/// What must not be, with when it was.
struct Violation: Error, CustomStringConvertible {
    var strand: String
    var time: Int64
    var text: String

    var description: String {
        let seconds = time / 1000
        return "\(strand), day \(seconds / 86_400) \(seconds % 86_400) s: \(text)"
    }
}
