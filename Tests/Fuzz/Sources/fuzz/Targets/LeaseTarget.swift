internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy

/// Leases, one a line, read and written again, and given to the janitor of claims as what is there.
struct LeaseTarget: FuzzTarget {
    static let name = "lease"
    static let maximumBytes = 8 << 10
    static let vocabulary = Vocabulary(sources: ["Sources/ClusterState/Claims"], tokens: Vocabulary.json)

    private static func claim(_ name: String, _ change: (inout Claim) -> Void = { _ in }) -> HeldClaim {
        var claim = Claim(
            key: ClaimKey(scope: nil, branch: BranchKey(repository: "github.com/proompteng/lab", head: "codex/a")),
            holder: ClaimHolder(run: ObjectKey(namespace: "agents", name: ExactString(name)), uid: "0-1"),
            acquiredAt: WallTime(milliseconds: 1_795_000_000_000),
            isDerived: false,
            hasRival: false,
            replica: "pod-1",
            transitions: 0
        )
        change(&claim)
        return HeldClaim(claim: claim, version: LeaseVersion(uid: "u-\(name)", resourceVersion: "17"))
    }

    static func writeSeeds(_ seeds: SeedFiles) throws {
        let claims = [
            claim("plain"),
            claim("scoped") { $0.key.scope = "agents" },
            claim("derived") { ($0.isDerived, $0.hasRival, $0.transitions) = (true, true, 9) },
            claim("early") { $0.acquiredAt = WallTime(milliseconds: -62_135_596_800_000) },
        ]
        for (index, held) in claims.enumerated() {
            let lease = LeaseObject.encode(held.claim, namespace: "system", replacing: held.version, gapSeconds: 45)
            try seeds.write(lease, as: "lease-\(index)")
            try seeds.write(lease + [0x0A] + lease, as: "leases-\(index)")
        }
    }

    func run(_ input: [UInt8]) {
        var claims: [HeldClaim] = []
        for line in input.split(separator: 0x0A) {
            guard let reading = try? LeaseObject.decode(Array(line)) else { continue }
            switch reading {
            case .foreign(let reason): requireVisible(reason)
            case .claim(let held):
                let written = LeaseObject.encode(held.claim, namespace: "n", replacing: held.version, gapSeconds: 45)
                let again = try? LeaseObject.decode(written)
                require(again == .claim(held), "\(held) becomes \(written.text)")
                claims.append(held)
            }
        }
        tend(claims)
    }

    /// The janitor gets to its end with them, whatever times and names they have: no run is there, so each is removed.
    private func tend(_ claims: [HeldClaim]) {
        var janitor = ClaimJanitor(.init(scope: .cluster, replica: "r", timing: ClaimTiming(), seed: 1))
        var now = ClaimMoment(wall: WallTime(milliseconds: 1_795_000_000_000), steady: 0)
        for held in claims { janitor.saw(held, known: NoRuns(), now: now) }
        janitor.replace(with: claims, known: NoRuns(), now: now)
        var calls = 0
        while calls < 20 * (claims.count + 1) {
            switch janitor.next(now: now) {
            case .idle: return require(janitor.claimCount == 0, "\(janitor.claimCount) claims of no run are left")
            case .wait(let until):
                now.wall.milliseconds += until - now.steady
                now.steady = until
            case .call(let call, let ticket):
                calls += 1
                let answer: ClaimAnswer =
                    switch call {
                    case .delete: .deleted
                    case .listJobs: .jobs(active: nil)
                    default: .absent
                    }
                janitor.received(answer, for: ticket, now: now)
            }
        }
        fatalError("\(calls) calls for \(claims.count) claims")
    }
}

/// A replica that has seen no run.
private struct NoRuns: KnownRuns {
    func run(of holder: ClaimHolder) -> HolderRun? { nil }
    func claimants(of branch: BranchKey) -> [HolderRun] { [] }
    func forEachHolder(_ body: (HolderRun) -> Void) {}
    func activeJob(of run: ObjectKey) -> ExactString? { nil }
}
