internal import TLS

/// Makes what a ``SecretChange`` asks for.
struct CertificateIssuer: Sendable {
    /// Of every authority made here; others may bear it as well.
    static let authorityName = "agentrun-admission self-managed authority"

    let name: SubjectAlternativeName
    let timing: KeeperTiming

    /// Whether it may be an authority made here.
    static func resemblesOwn(_ certificate: AuthorityCertificate) -> Bool {
        certificate.isAuthority && certificate.commonName == authorityName && certificate.facts.validity.isOfOurs
    }

    /// - Parameters:
    ///   - change: what is to happen.
    ///   - current: what is in the Secret.
    ///   - served: what this replica serves, as the Secret had it.
    ///   - time: when the new certificates begin.
    /// - Returns: what the Secret is to hold.
    /// - Throws: `TLSError` when OpenSSL cannot make it.
    func apply(
        _ change: SecretChange,
        to current: KeptCertificates,
        served: KeptCertificates?,
        time: UnixTime
    ) throws(TLSError) -> KeptCertificates {
        var result = current
        result.remember(served)
        switch change {
        case .begin:
            let authority = try KeptAuthority(makeAuthority(time))
            (result.authority, result.next) = (authority, nil)
            result.pair = try issue(by: authority, time)
        case .issue:
            result.pair = try current.authority.map { authority throws(TLSError) in try issue(by: authority, time) }
        case .prepare:
            result.next = try KeptAuthority(makeAuthority(time))
        case .promote:
            guard let next = current.next else { return current }
            (result.authority, result.next) = (next, nil)
            result.pair = try issue(by: next, time)
        case .restore:
            (result.authority, result.pair) = (served?.authority, served?.pair)
        }
        return result
    }

    private func makeAuthority(_ time: UnixTime) throws(TLSError) -> CertificateAuthority {
        // Begin and end may be no further apart than what replicas of an earlier version take for ours in a rolling upgrade.
        let start = time.adding(seconds: -CertificateAuthority.clockSkewSeconds)
        let end = min(
            time.adding(seconds: timing.authoritySeconds),
            start.adding(seconds: KeeperTiming.longestAuthoritySeconds)
        )
        return try CertificateAuthority.make(commonName: Self.authorityName, until: end, now: time)
    }

    private func issue(by authority: KeptAuthority, _ time: UnixTime) throws(TLSError) -> KeptPair {
        let end = time.adding(seconds: timing.pairSeconds)
        let issued = try authority.signer().issueServerCertificate(names: [name], until: end, now: time)
        return KeptPair(
            certificatePEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM,
            authority: authority.facts,
            pair: try CertificatePair(
                certificateChainPEM: issued.certificatePEM,
                privateKeyPEM: issued.privateKeyPEM,
                now: time
            )
        )
    }
}
