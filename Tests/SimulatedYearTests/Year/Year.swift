import TLS
import TestRandomness

@testable import KubernetesClient
@testable import SelfManagedCertificates

/// One year of 400 days: what happens is drawn from the seed, and each kind of long-lived part lives through it.
struct Year {
    struct Figures: Equatable {
        var events = 0
        var changes: [SecretChange: Int] = [:]
        var requests = 0
        var refusals = 0
        var claims = 0
    }

    let seed: UInt64
    var keeperFlaws: KeeperFlaws = []
    var clientFlaws: ClientFlaws = []
    var headStart = CertificateAuthority.clockSkewSeconds
    var believesJumps = false
    var tellsByText = false

    func run() throws(Violation) -> Figures {
        var figures = Figures()
        let keeper = try certificates()
        (figures.events, figures.changes) = (keeper.events, keeper.changes)
        // What costs most is lived through by every second year, in turn.
        if seed.isMultiple(of: 2) {
            let connections = try connections()
            (figures.requests, figures.refusals) = (connections.requests, connections.refusals)
        } else {
            figures.claims = try claims().claims
        }
        try programs()
        let (plan, random) = draw(4)
        var watches = WatchYear(plan, random)
        try watches.run()
        var files = FileYear(plan: plan, random: random)
        try files.run()
        return figures
    }

    @discardableResult
    func certificates() throws(Violation) -> KeeperYear {
        let (plan, random) = draw(1)
        var year = KeeperYear(plan, random, flaws: keeperFlaws, headStart: headStart)
        try year.run()
        return year
    }

    @discardableResult
    func connections() throws(Violation) -> ConnectionYear {
        let (plan, random) = draw(2)
        let year = ConnectionYear(plan, random, flaws: clientFlaws)
        try year.run()
        return year
    }

    func programs() throws(Violation) {
        let (plan, random) = draw(3)
        var year = ChildYear(plan: plan, random: random, flaws: clientFlaws)
        try year.run()
    }

    @discardableResult
    func claims() throws(Violation) -> ClaimYear {
        let (plan, random) = draw(5)
        let year = ClaimYear(plan, random, believesJumps: believesJumps, tellsByText: tellsByText)
        try year.run()
        return year
    }

    /// What happens is the same for all parts; what each draws for itself is not.
    private func draw(_ part: UInt64) -> (YearPlan, SplitMix) {
        var random = SplitMix(seed: seed)
        let plan = YearPlan(&random)
        return (plan, SplitMix(seed: seed &* 31 &+ part))
    }
}
