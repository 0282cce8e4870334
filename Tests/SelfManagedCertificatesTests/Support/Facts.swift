import TLS

@testable import SelfManagedCertificates

/// Certificates without bytes, on a clock that begins at nought.
enum Facts {
    static let timing: KeeperTiming = {
        var timing = KeeperTiming()
        timing.pairSeconds = 3000
        timing.authoritySeconds = 9000
        timing.settleMilliseconds = 120_000
        return timing
    }()

    static func at(_ seconds: Int64) -> UnixTime { UnixTime(secondsSinceEpoch: seconds) }

    static func validity(from start: Int64, _ seconds: Int64, atMost end: Int64 = .max) -> Validity {
        Validity(
            notBefore: at(start - CertificateAuthority.clockSkewSeconds),
            notAfter: at(min(start + seconds, end))
        )
    }

    static func authority(_ id: String, from start: Int64 = 0) -> AuthorityFacts {
        AuthorityFacts(id: id, validity: validity(from: start, timing.authoritySeconds))
    }

    static func pair(_ id: String, of authority: AuthorityFacts, from start: Int64 = 0) -> PairFacts {
        let end = authority.validity.notAfter.secondsSinceEpoch
        return PairFacts(
            id: id,
            authority: authority,
            validity: validity(from: start, timing.pairSeconds, atMost: end)
        )
    }
}
