import Testing

@testable import SelfManagedCertificates

/// Three replicas that conflict, crash and lose answers, for some months of certificates.
@Suite struct `Replicas that keep one certificate` {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `never serve what an API server does not trust`(seed: UInt64) async throws {
        var world = World(seed: seed)
        for number in 0..<40_000 {
            world.step()
            try world.check()
            // Other tests have only as many threads as there are cores.
            if number.isMultiple(of: 500) { await Task.yield() }
        }
        #expect(world.crashes > 30)
        for change in SecretChange.allCases where change != .begin {
            #expect(world.changes[change, default: 0] > 0, "\(change) never happened")
        }
        // Left alone they agree, and the bundle has shrunk again.
        world.hasFaults = false
        let end = world.now + 2 * Facts.timing.authoritySeconds * 1000
        while world.now < end {
            world.step()
            try world.check()
        }
        let served = Set(world.replicas.compactMap(\.machine.served?.authority))
        #expect(world.replicas.allSatisfy { $0.machine.condition == .trusted })
        #expect(served.isSubset(of: Set(world.bundle)))
        #expect((1...3).contains(world.bundle.count), "\(world.bundle)")
    }
}
