internal import TLS

extension KeeperStateMachine {
    /// The most authorities in a bundle; in ordinary life there are one to three.
    private static let maximumAuthorities = 8

    /// What is known at the end of a round.
    struct Round {
        var secret: SecretFacts
        var configuration: ConfigurationFacts
        var served: PairFacts?
        var time: UnixTime
        var now: Int64

        /// The Secret's pair if it is valid now.
        var pair: PairFacts? { secret.pair.flatMap { $0.validity.contains(time) ? $0 : nil } }
        /// What this replica serves if it is valid now.
        var servedNow: PairFacts? { served.flatMap { $0.validity.contains(time) ? $0 : nil } }

        /// The API server trusts no authority of ours but perhaps this one, so that nothing can be broken by it.
        func isBare(otherThan authority: AuthorityFacts? = nil) -> Bool {
            configuration.known.allSatisfy { $0 == authority || $0.validity.notAfter < time }
        }
    }

    /// Whether the Secret's pair takes the place of what is served.
    ///
    /// One of the same authority does at once. One of another authority has to wait until this replica, too, has seen that
    /// authority settled: the Secret may have been put back from a backup.
    func adopts(_ round: Round) -> Bool {
        guard let pair = round.pair, pair != round.served else { return false }
        guard let served = round.servedNow else { return true }
        return pair.authority == served.authority || isSettled(pair.authority, round)
    }

    func isSettled(_ authority: AuthorityFacts, _ round: Round) -> Bool {
        sightings.settling(authority, for: timing.settleMilliseconds).map { $0 <= round.now } ?? false
    }

    // MARK: The bundles

    /// What of ours the bundles are to hold, newest authority first; nil when they do already, or there is nothing to put in.
    ///
    /// Authorities of ours that are there stay until they have expired: another replica may serve what they signed. What
    /// others put there stays where it is, and goes nowhere else.
    func bundle(_ round: Round) -> [AuthorityFacts]? {
        guard !round.configuration.bundles.isEmpty else { return nil }
        let made = self.made(round)
        let own = [round.secret.authority, round.secret.next, round.served?.authority].compactMap { $0 }
        let alive = { (authority: AuthorityFacts) in authority.validity.notAfter >= round.time }
        let needed = Set(own.filter(alive))
        let others = round.configuration.known.filter { alive($0) && made.contains($0.id) }.subtracting(needed)
            .sorted(by: Self.isNewer)
        let wanted = needed.union(others.prefix(Self.maximumAuthorities - needed.count))
        guard !wanted.isEmpty else { return nil }
        let isDone = round.configuration.bundles.allSatisfy { bundle in
            !bundle.isDamaged
                && bundle.authorities.filter { $0.isLeaving(made, at: round.time) || wanted.contains($0) } == wanted
        }
        return isDone ? nil : wanted.sorted(by: Self.isNewer)
    }

    /// Whose authorities are ours.
    func made(_ round: Round) -> Set<String> {
        let made = round.secret.own(served: round.served)
        guard timing.flaws.contains(.goesByTheName) else { return made }
        return made.union(round.configuration.known.map(\.id))
    }

    private static func isNewer(_ left: AuthorityFacts, _ right: AuthorityFacts) -> Bool {
        (left.validity.notAfter, left.id) > (right.validity.notAfter, right.id)
    }

    // MARK: The Secret

    /// How the Secret is to change; nil when it is as it should be, or has to wait.
    func change(_ round: Round) -> SecretChange? {
        guard let pair = round.pair else { return round.servedNow == nil ? beginning(round) : .restore }
        if let next = round.secret.next {
            if isSettled(next, round) { return .promote }
        } else if isDue(round.secret.authority, round) || !round.secret.canSign {
            return .prepare
        }
        return isIssueOfUse(pair, round) ? .issue : nil
    }

    /// There is nothing to serve, here or in the Secret.
    private func beginning(_ round: Round) -> SecretChange? {
        if let authority = signer(round) {
            if isUsable(authority, round) { return .issue }
        } else if round.secret.next == nil {
            return round.isBare() ? .begin : .prepare
        }
        if let next = round.secret.next, isSettled(next, round) || round.isBare(otherThan: next) { return .promote }
        return nil
    }

    /// The Secret's authority if it can still sign something.
    private func signer(_ round: Round) -> AuthorityFacts? {
        guard round.secret.canSign, let authority = round.secret.authority else { return nil }
        return authority.validity.contains(round.time) ? authority : nil
    }

    /// Whether every API server trusts it, or none trusts anything else of ours.
    ///
    /// A replica that has just started does not know since when the bundles are as they are.
    private func isUsable(_ authority: AuthorityFacts, _ round: Round) -> Bool {
        isSettled(authority, round) || round.isBare(otherThan: authority)
    }

    /// When the authority ends, once half of the time to replace it is over.
    func overdueEnd(_ round: Round) -> UnixTime? {
        guard let validity = round.secret.authority?.validity else { return nil }
        let left = validity.notAfter.secondsSinceEpoch - validity.renewal.secondsSinceEpoch
        return round.time < validity.renewal.adding(seconds: left / 2) ? nil : validity.notAfter
    }

    private func isDue(_ authority: AuthorityFacts?, _ round: Round) -> Bool {
        authority.map { $0.validity.renewal <= round.time } ?? true
    }

    /// Whether the pair is due and a new one would last longer.
    private func isIssueOfUse(_ pair: PairFacts, _ round: Round) -> Bool {
        guard pair.validity.renewal <= round.time, let authority = signer(round) else { return false }
        let end = min(round.time.adding(seconds: timing.pairSeconds), authority.validity.notAfter)
        return end > pair.validity.notAfter
    }

    // MARK: Waiting

    /// When to look again though nothing is known to have changed.
    func nextRound(_ round: Round) -> Int64 {
        let poll = round.now + (isWatched ? timing.watchedMilliseconds : timing.unwatchedMilliseconds)
        let settling = [round.secret.next, round.secret.pair?.authority].compactMap { $0 }
            .compactMap { sightings.settling($0, for: timing.settleMilliseconds) }
        let renewals = [round.secret.authority?.validity, round.secret.pair?.validity].compactMap { $0?.renewal }
            .map { round.now + 1000 * ($0.secondsSinceEpoch - round.time.secondsSinceEpoch) }
        let others = [writePace.next, trustPace.next] + [proof.due(timing.settleMilliseconds)].compactMap { $0 }
        return (settling + renewals + others).filter { $0 > round.now }.reduce(poll, min)
    }
}

extension AuthorityFacts {
    /// Whether it is for us to take out of a bundle where it is not wanted: one of `made`, or one that nobody can use.
    func isLeaving(_ made: Set<String>, at time: UnixTime) -> Bool {
        made.contains(id) || validity.notAfter < time
    }
}
