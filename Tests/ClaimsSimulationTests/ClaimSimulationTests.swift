import Foundation
import Synchronization
import TestPatience
import Testing

@testable import ClusterState

@Suite(.apart) struct `Simulated claims` {
    /// Schedules of the normal run and of the nightly one (`CLAIMS_SIMULATION_SCHEDULES`).
    private static let schedules =
        UInt64(
            ProcessInfo.processInfo.environment["CLAIMS_SIMULATION_SCHEDULES"] ?? ""
        ) ?? 2000
    /// Begin of the seeds (`CLAIMS_SIMULATION_SEED`): the failure message has one, and one schedule prints its events.
    private static let firstSeed = UInt64(ProcessInfo.processInfo.environment["CLAIMS_SIMULATION_SEED"] ?? "") ?? 1

    @Test func `no two runs hold a branch, and no claim outlives its use`() async {
        let seeds = Self.firstSeed..<(Self.firstSeed + Self.schedules)
        let summary = await Self.explore(seeds)
        #expect(summary.problems.isEmpty, "\(summary.problems.prefix(3).joined(separator: "\n"))")
        // A simulation in which nothing happens proves nothing.
        if Self.schedules >= 1000 {
            #expect(summary.stored > Int(Self.schedules))
            #expect(summary.conflicts > Int(Self.schedules))
            #expect(summary.revivals > Int(Self.schedules) / 20)
            #expect(summary.lingering > Int(Self.schedules) / 20)
            #expect(summary.changesOfScope > Int(Self.schedules) / 20)
            #expect(summary.bypasses > Int(Self.schedules) / 20)
        }
    }

    @Test(arguments: [
        ClaimFlaws.overwritesBlindly, .agesTooLate, .ignoresClockSkew, .doesNotRenew, .deletesBlindly,
        .takesTemplatesForOver, .forgetsEarlierLives, .forgetsJobs,
    ])
    func `a planted bug is found`(flaw: ClaimFlaws) async {
        await expectFound("flaw \(flaw.rawValue)") { Simulation(seed: $0, flaws: flaw) }
    }

    @Test(arguments: [
        ReadingFlaws.statusReleasesSteps, .annotationFrees, .sharesAll, .claimsNoneOfMany, .takesBecomingForOver,
    ])
    func `a planted bug in what is read of runs and policy is found`(flaw: ReadingFlaws) async {
        await expectFound("reading flaw \(flaw.rawValue)") { Simulation(seed: $0, readingFlaws: flaw) }
    }

    /// Other replicas would make up for it.
    @Test func `a planted bug that leaves a claim behind is found where there is one replica`() async {
        await expectFound(
            "a claim given up",
            shows: "still has",
            sound: { Simulation(seed: $0, isLonely: true) },
            { Simulation(seed: $0, flaws: .keepsWhatIsGivenUp, isLonely: true) }
        )
    }

    private func expectFound(
        _ flaw: String,
        shows sign: String = "active",
        sound: (UInt64) -> Simulation = { Simulation(seed: $0) },
        _ simulation: (UInt64) -> Simulation
    ) async {
        for seed in UInt64(1)...20_000 {
            await Task.yield()
            var flawed = simulation(seed)
            // It has to show in who has the branch, not in the time something takes.
            guard let problem = flawed.run(), problem.contains(sign) else { continue }
            // It is the flaw that does it.
            var sound = sound(seed)
            #expect(sound.run() == nil)
            return
        }
        Issue.record("no schedule shows \(flaw)")
    }

    @Test func `a seed gives the same schedule again`() async {
        for seed in UInt64(1)...50 {
            await Task.yield()
            var one = Simulation(seed: seed)
            var other = Simulation(seed: seed)
            #expect(one.run() == other.run())
            #expect(one.steps == other.steps)
            #expect(one.now == other.now)
            #expect(one.storedRuns == other.storedRuns)
        }
    }

    private struct Summary: Sendable {
        var problems: [String] = []
        var stored = 0
        var conflicts = 0
        var revivals = 0
        var lingering = 0
        var changesOfScope = 0
        var bypasses = 0
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
                        var simulation = Simulation(seed: seed)
                        simulation.isTraced = schedules == 1
                        if let problem = simulation.run() { summary.problems.append(problem) }
                        summary.stored += simulation.storedRuns
                        summary.conflicts += simulation.conflicts
                        summary.revivals += simulation.revivals
                        summary.lingering += simulation.lingering.count
                        summary.changesOfScope += simulation.changesOfScope
                        summary.bypasses += simulation.bypasses
                    }
                    return summary
                }
            }
            return await group.reduce(into: Summary()) { sum, part in
                sum.problems += part.problems
                sum.stored += part.stored
                sum.conflicts += part.conflicts
                sum.revivals += part.revivals
                sum.lingering += part.lingering
                sum.changesOfScope += part.changesOfScope
                sum.bypasses += part.bypasses
            }
        }
    }
}
