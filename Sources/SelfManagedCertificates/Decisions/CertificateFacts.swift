package import TLS

extension Validity {
    /// No longer than what this program ever gives: what lasts longer is somebody else's, whatever it is called.
    var isOfOurs: Bool {
        let (life, isTooLong) = notAfter.secondsSinceEpoch.subtractingReportingOverflow(notBefore.secondsSinceEpoch)
        return !isTooLong && life <= KeeperTiming.longestAuthoritySeconds + CertificateAuthority.clockSkewSeconds
    }

    /// When a third of its time is left: what went wrong until the end has a third of the time to be seen and mended.
    ///
    /// The part before the certificate was made, which is for clocks that are behind, does not count.
    package var renewal: UnixTime {
        let begin = notBefore.adding(seconds: CertificateAuthority.clockSkewSeconds)
        // One of somebody who begins later has no such part.
        let made = begin < notAfter ? begin : notBefore
        return notAfter.adding(seconds: -(notAfter.secondsSinceEpoch - made.secondsSinceEpoch) / 3)
    }
}

/// An authority, as far as decisions depend on it.
package struct AuthorityFacts: Hashable, Sendable {
    /// SHA-256 of its certificate in hexadecimal digits.
    package var id: String
    package var validity: Validity

    package init(id: String, validity: Validity) {
        (self.id, self.validity) = (id, validity)
    }
}

/// A serving certificate with its key, as far as decisions depend on it.
package struct PairFacts: Hashable, Sendable {
    /// SHA-256 of the certificate in hexadecimal digits.
    package var id: String
    /// Who signed it.
    package var authority: AuthorityFacts
    package var validity: Validity

    package init(id: String, authority: AuthorityFacts, validity: Validity) {
        (self.id, self.authority, self.validity) = (id, authority, validity)
    }
}

/// What the Secret holds that can be used; the rest is as if it were not there.
package struct SecretFacts: Hashable, Sendable {
    /// The one that signs.
    package var authority: AuthorityFacts?
    /// Its key is there.
    package var canSign = false
    /// What all replicas serve: signed by `authority`, and for the right name.
    package var pair: PairFacts?
    /// The authority that is to follow, with its key: trusted first, used later.
    package var next: AuthorityFacts?
    /// Every authority that replicas have made, as far back as is remembered, by its ``AuthorityFacts/id``.
    package var made: Set<String>

    package init(
        authority: AuthorityFacts? = nil,
        canSign: Bool = false,
        pair: PairFacts? = nil,
        next: AuthorityFacts? = nil,
        made: Set<String> = []
    ) {
        (self.authority, self.canSign, self.pair, self.next) = (authority, canSign, pair, next)
        self.made = made
    }

    /// Without a next authority that cannot follow: its time is over, or has not begun.
    func usable(at time: UnixTime, _ flaws: KeeperFlaws = []) -> SecretFacts {
        guard let next, !next.validity.contains(time), !flaws.contains(.countsTheExpired) else { return self }
        var usable = self
        usable.next = nil
        return usable
    }

    /// The authorities that are ours beyond doubt, for a replica that serves `served`.
    func own(served: PairFacts?) -> Set<String> {
        made.union([authority?.id, next?.id, served?.authority.id].compactMap { $0 })
    }
}

/// Whom the API server is told to trust.
package struct ConfigurationFacts: Hashable, Sendable {
    /// The bundle of one webhook that calls our service.
    package struct Bundle: Hashable, Sendable {
        /// Authorities that bear our name and last no longer than ours do; who made them is another question.
        package var authorities: Set<AuthorityFacts>
        /// It cannot be read.
        package var isDamaged: Bool

        package init(authorities: Set<AuthorityFacts>, isDamaged: Bool = false) {
            (self.authorities, self.isDamaged) = (authorities, isDamaged)
        }
    }

    /// Changes with every change of the webhooks.
    package var version: String
    /// Of every webhook that calls our service.
    package var bundles: [Bundle]
    /// When anybody has changed anything in it last, by the API server's clock; nil when it does not tell.
    package var changed: UnixTime?

    package init(version: String, bundles: [Bundle], changed: UnixTime? = nil) {
        (self.version, self.bundles, self.changed) = (version, bundles, changed)
    }

    /// In every bundle: what a certificate must be signed by.
    var trusted: Set<AuthorityFacts> {
        guard let first = bundles.first else { return [] }
        return bundles.dropFirst().reduce(first.authorities) { $0.intersection($1.authorities) }
    }

    /// In any bundle.
    var known: Set<AuthorityFacts> { bundles.reduce(into: []) { $0.formUnion($1.authorities) } }
}

/// How the Secret is to change.
package enum SecretChange: Hashable, Sendable, CaseIterable {
    /// A new authority and a certificate of it.
    case begin
    /// A new certificate of the authority that is there.
    case issue
    /// A new authority beside the one that signs.
    case prepare
    /// The authority that was prepared signs from now on, and makes the certificate.
    case promote
    /// What this replica serves is put back.
    case restore
}
