import Foundation
import TLS
import TestPatience
import TestRandomness
import Testing

@testable import KubernetesClient
@testable import SelfManagedCertificates

@Suite(.apart) struct `A simulated year` {
    /// Years of the normal run and of the nightly one (`YEAR_SIMULATION_SEEDS`).
    private static let years = UInt64(ProcessInfo.processInfo.environment["YEAR_SIMULATION_SEEDS"] ?? "") ?? 1000
    /// Begin of the seeds (`YEAR_SIMULATION_SEED`): the failure message has one.
    private static let firstSeed = UInt64(ProcessInfo.processInfo.environment["YEAR_SIMULATION_SEED"] ?? "") ?? 1

    @Test func `needs no hand`() async {
        let summary = await Self.explore(Self.firstSeed..<(Self.firstSeed + Self.years))
        #expect(summary.problems.isEmpty, "\(summary.problems.prefix(20).joined(separator: "\n"))")
        // A simulation in which nothing happens proves nothing.
        if Self.years >= 1000 {
            #expect(summary.changes[.issue, default: 0] > 10 * Int(Self.years))
            for change in SecretChange.allCases { #expect(summary.changes[change, default: 0] > 0, "\(change)") }
            #expect(summary.requests > 25 * Int(Self.years))
            #expect(summary.refusals > 0)
            #expect(summary.claims > 10 * Int(Self.years))
        }
    }

    /// In the first five a client that was made in the middle of a renewal, and asked for nothing until long after it, failed once;
    /// in the others the simulation itself forgot that a clock was wrong, or told a replica no time for days.
    @Test(arguments: [2896, 9342, 16306, 18154, 22904, 1229, 7153, 18417, 20633, 36701] as [UInt64])
    func `needs no hand where it once did`(seed: UInt64) throws {
        _ = try Year(seed: seed).run()
    }

    /// The last shows in few years: the search begins near one of them.
    @Test(arguments: [(.countsTheExpired, 1), (.goesByTheName, 1), (.isReadyAtOnce, 2300)] as [(KeeperFlaws, UInt64)])
    func `a planted bug in what is kept of certificates is found`(flaw: KeeperFlaws, firstSeed: UInt64) async {
        await expectFound("\(flaw)", from: firstSeed) {
            try Year(seed: $0, keeperFlaws: flaw).certificates()
        } sound: {
            try Year(seed: $0).certificates()
        }
    }

    /// Certificates that begin when they are made cannot stand a clock that jumps.
    @Test func `certificates that begin five minutes before they are made are found`() async {
        await expectFound("head start") {
            try Year(seed: $0, headStart: 300).certificates()
        } sound: {
            try Year(seed: $0).certificates()
        }
    }

    @Test(arguments: [ClientFlaws.keepsRefusedConnections, .sendsTokensInTheClear])
    func `a planted bug in connections is found`(flaw: ClientFlaws) async {
        await expectFound("\(flaw)") {
            try Year(seed: $0, clientFlaws: flaw).connections()
        } sound: {
            try Year(seed: $0).connections()
        }
    }

    @Test(arguments: [ClientFlaws.waitsForTheSilent, .takesTheLostForGood, .leavesDescriptorsOpen])
    func `a planted bug with programs is found`(flaw: ClientFlaws) async {
        await expectFound("\(flaw)") {
            try Year(seed: $0, clientFlaws: flaw).programs()
        } sound: {
            try Year(seed: $0).programs()
        }
    }

    @Test func `a clock that is believed whatever it says is found`() async {
        await expectFound("jumps") {
            try Year(seed: $0, believesJumps: true).claims()
        } sound: {
            try Year(seed: $0).claims()
        }
    }

    @Test func `claims that are told by the words of each failure are found`() async {
        await expectFound("texts") {
            try Year(seed: $0, tellsByText: true).claims()
        } sound: {
            try Year(seed: $0).claims()
        }
    }

    @Test func `a seed gives the same year again`() async throws {
        for seed in UInt64(1)...10 {
            await Task.yield()
            let (one, other) = (try Year(seed: seed).run(), try Year(seed: seed).run())
            #expect(one == other)
        }
    }

    private func expectFound(
        _ flaw: String,
        from firstSeed: UInt64 = 1,
        _ flawed: (UInt64) throws -> Void,
        sound: (UInt64) throws -> Void
    ) async {
        for seed in firstSeed..<firstSeed + 5000 {
            await Task.yield()
            do {
                try flawed(seed)
            } catch {
                // It is the flaw that does it.
                #expect(throws: Never.self) { try sound(seed) }
                return
            }
        }
        Issue.record("no year shows \(flaw)")
    }

    private struct Summary: Sendable {
        var problems: [String] = []
        var changes: [SecretChange: Int] = [:]
        var requests = 0
        var refusals = 0
        var claims = 0

        mutating func add(_ year: Year.Figures) {
            changes.merge(year.changes, uniquingKeysWith: +)
            requests += year.requests
            refusals += year.refusals
            claims += year.claims
        }

        mutating func add(_ part: Summary) {
            problems += part.problems
            changes.merge(part.changes, uniquingKeysWith: +)
            requests += part.requests
            refusals += part.refusals
            claims += part.claims
        }
    }

    private static func explore(_ seeds: Range<UInt64>) async -> Summary {
        let tasks = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
        return await withTaskGroup(of: Summary.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var summary = Summary()
                    for seed in stride(from: seeds.lowerBound + task, to: seeds.upperBound, by: Int(tasks)) {
                        // Other tests wait for these threads, too.
                        await Task.yield()
                        do {
                            summary.add(try Year(seed: seed).run())
                        } catch {
                            summary.problems.append("seed \(seed): \(error)")
                        }
                    }
                    return summary
                }
            }
            return await group.reduce(into: Summary()) { sum, part in sum.add(part) }
        }
    }
}
