package import TLS

/// An authority as the Secret keeps it.
struct KeptAuthority: Sendable {
    let certificate: AuthorityCertificate
    /// Empty when it is not there or does not belong to the certificate.
    ///
    /// Secret.
    let privateKeyPEM: String

    var canSign: Bool { !privateKeyPEM.isEmpty }
    var facts: AuthorityFacts { certificate.facts }

    init(_ authority: CertificateAuthority) throws(TLSError) {
        guard let certificate = try AuthorityCertificate.all(inPEM: authority.issued.certificatePEM).first else {
            preconditionFailure("an authority has a certificate")
        }
        self.certificate = certificate
        privateKeyPEM = authority.issued.privateKeyPEM
    }

    /// Nil when `certificatePEM` is no authority's certificate, or one that was not made here, by its life.
    init?(certificatePEM: String?, privateKeyPEM: String?) {
        guard let certificatePEM, let all = try? AuthorityCertificate.all(inPEM: certificatePEM), all.count == 1,
            let certificate = all.first, certificate.isAuthority, certificate.facts.validity.isOfOurs
        else { return nil }
        self.certificate = certificate
        let key = privateKeyPEM ?? ""
        let isUsable = (try? CertificateAuthority.load(certificatePEM: certificatePEM, privateKeyPEM: key)) != nil
        self.privateKeyPEM = isUsable ? key : ""
    }

    func signer() throws(TLSError) -> CertificateAuthority {
        try CertificateAuthority.load(certificatePEM: certificate.pem, privateKeyPEM: privateKeyPEM)
    }
}

/// A serving certificate as the Secret keeps it.
package struct KeptPair: Sendable {
    let certificatePEM: String
    /// Secret.
    let privateKeyPEM: String
    let authority: AuthorityFacts
    package let pair: CertificatePair

    var facts: PairFacts {
        PairFacts(id: pair.fingerprint, authority: authority, validity: pair.validity)
    }
}

/// What the Secret holds that can be used.
///
/// Each part is checked by itself, so that half of it, or text of somebody else's, costs that part alone.
struct KeptCertificates: Sendable {
    private enum Key {
        static let authority = "ca.crt"
        static let authorityKey = "ca.key"
        static let pair = "tls.crt"
        static let pairKey = "tls.key"
        static let next = "next-ca.crt"
        static let nextKey = "next-ca.key"
        static let made = "made-ca.sha256"
    }

    /// How many authorities are remembered: two or three live at a time.
    private static let maximumMade = 16

    /// The keys of the Secret that are ours.
    static let keys = [
        Key.authority, Key.authorityKey, Key.pair, Key.pairKey, Key.next, Key.nextKey, Key.made,
    ]

    var authority: KeptAuthority?
    var pair: KeptPair?
    var next: KeptAuthority?
    /// SHA-256 of the authorities made here, the newest first, in hexadecimal digits.
    private(set) var made: [String] = []
    /// Why something that is there is not used, in sentences.
    var problems: [String] = []

    init() {}

    /// Takes what of the Secret's data is good for the server of that name at that time.
    init(_ data: [String: String], name: SubjectAlternativeName, time: UnixTime) {
        authority = KeptAuthority(certificatePEM: data[Key.authority], privateKeyPEM: data[Key.authorityKey])
        next = KeptAuthority(certificatePEM: data[Key.next], privateKeyPEM: data[Key.nextKey])
        if next?.canSign == false { next = nil }
        made = Self.fingerprints(data[Key.made] ?? "")
        let outside = next.flatMap { Self.problem(Key.next, $0.facts.validity, at: time) }
        if outside != nil { next = nil }
        note(authority == nil && data[Key.authority] != nil, "\(Key.authority) is no authority's certificate of ours")
        note(authority?.canSign == false, "\(Key.authorityKey) is not the key of \(Key.authority)")
        note(
            next == nil && data[Key.next] != nil,
            outside ?? "\(Key.next) and \(Key.nextKey) are no authority of ours"
        )
        guard let certificatePEM = data[Key.pair], let privateKeyPEM = data[Key.pairKey] else {
            note(data[Key.pair] != nil || data[Key.pairKey] != nil, "\(Key.pair) or \(Key.pairKey) is missing")
            return
        }
        do {
            let pair = try CertificatePair(certificateChainPEM: certificatePEM, privateKeyPEM: privateKeyPEM, now: time)
            try pair.check(coversAll: [name])
            self.pair = authority.flatMap { authority in
                guard authority.certificate.hasIssued(pair) else { return nil }
                return KeptPair(
                    certificatePEM: certificatePEM,
                    privateKeyPEM: privateKeyPEM,
                    authority: authority.facts,
                    pair: pair
                )
            }
            note(self.pair == nil, "\(Key.authority) did not sign \(Key.pair)")
        } catch {
            note(true, Self.problem(error))
        }
    }

    private static func fingerprints(_ text: String) -> [String] {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: maximumMade).prefix(maximumMade)
        return lines.map { String(Substring($0)) }.filter { line in
            line.utf8.count == 64
                && line.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                }
        }
    }

    /// Keeps in mind what is in the Secret now, and what the Secret had when `served` was taken from it.
    mutating func remember(_ served: KeptCertificates?) {
        made = Self.unique(ids + made + (served.map { $0.ids + $0.made } ?? []))
    }

    /// Of the authorities that are here with their certificates.
    private var ids: [String] { [next?.facts.id, authority?.facts.id].compactMap { $0 } }

    private static func unique(_ ids: [String]) -> [String] {
        var seen: Set<String> = []
        return Array(ids.filter { seen.insert($0).inserted }.prefix(maximumMade))
    }

    /// Why a certificate cannot be used at that time; the sentence is the same as long as the reason is.
    private static func problem(_ key: String, _ validity: Validity, at time: UnixTime) -> String? {
        validity.problem(at: time).map { "\(key) \($0)" }
    }

    /// The error, without the time it was found at.
    private static func problem(_ error: any Error) -> String {
        guard case .certificate(let problem)? = error as? TLSError else { return "\(error)" }
        switch problem.reason {
        case .expired(let notAfter, _): return "\(Key.pair) expired at \(notAfter)"
        case .notYetValid(let notBefore, _): return "\(Key.pair) is not valid before \(notBefore)"
        default: return "\(error)"
        }
    }

    private mutating func note(_ isSo: Bool, _ problem: String) {
        if isSo { problems.append(problem) }
    }

    var facts: SecretFacts {
        SecretFacts(
            authority: authority?.facts,
            canSign: authority?.canSign ?? false,
            pair: pair?.facts,
            next: next?.facts,
            made: Set(Self.unique(ids + made))
        )
    }

    /// As the Secret's data is to hold it.
    var data: [(key: String, text: String)] {
        let all: [(String, String?)] = [
            (Key.authority, authority?.certificate.pem), (Key.authorityKey, authority?.privateKeyPEM),
            (Key.pair, pair?.certificatePEM), (Key.pairKey, pair?.privateKeyPEM),
            (Key.next, next?.certificate.pem), (Key.nextKey, next?.privateKeyPEM),
            (Key.made, Self.unique(ids + made).map { "\($0)\n" }.joined()),
        ]
        return all.compactMap { key, text in text.flatMap { $0.isEmpty ? nil : (key, $0) } }
    }
}

extension AuthorityCertificate {
    var facts: AuthorityFacts {
        AuthorityFacts(id: fingerprint, validity: validity)
    }
}
