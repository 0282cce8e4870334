/// Why a certificate chain or its private key cannot serve, with where it came from and what to do about it.
package struct CertificateProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where PEM text came from.
    package enum Source: Sendable, Hashable, CustomStringConvertible {
        case file(path: String)
        case memory

        package var description: String {
            switch self {
            case .file(let path): path
            case .memory: "the given PEM text"
            }
        }
    }

    /// What the text was to be.
    package enum Part: Sendable, Hashable {
        case certificateChain
        case privateKey
        /// Whose clients a server takes.
        case clientAuthorities
        /// Whom a client trusts.
        case authorities
        /// Who a client is.
        case clientCertificate
        case clientKey
        /// What an authority signs with.
        case authorityKey
    }

    /// What is wrong with it.
    package enum Reason: Sendable, Hashable {
        /// The operating system would not let us read it.
        case unreadable(String)
        /// More bytes than any certificate file has.
        case tooLarge(limit: Int)
        /// No PEM block of the wanted kind; `found` names the first block there is.
        case noPEMBlock(byteCount: Int, found: String?)
        /// There is a block, but OpenSSL cannot read it.
        case malformed(String)
        /// The key is protected by a passphrase.
        case encrypted
        /// The key does not belong to the first certificate of the chain in `certificate`.
        case doesNotMatch(certificate: Source)
        /// The leaf's validity is over.
        case expired(notAfter: UnixTime, now: UnixTime)
        /// The leaf's validity has not begun.
        case notYetValid(notBefore: UnixTime, now: UnixTime)
        /// Neither RSA nor ECDSA.
        case unsupportedKeyType(String)
        /// An RSA key that is too short, or an elliptic curve that is too small.
        case weakKey(bits: Int, minimum: Int)
    }

    package var part: Part
    package var source: Source
    package var reason: Reason

    package init(part: Part, source: Source, reason: Reason) {
        self.part = part
        self.source = source
        self.reason = reason
    }

    package var description: String {
        "cannot load the \(what): \(explanation); \(remedy)"
    }

    private var what: String {
        switch part {
        case .certificateChain: "serving certificate"
        case .privateKey: "serving certificate's private key"
        case .clientAuthorities: "authorities of clients"
        case .authorities: "certificate authorities"
        case .clientCertificate: "client certificate"
        case .clientKey: "client certificate's private key"
        case .authorityKey: "certificate authority's private key"
        }
    }

    private var explanation: String {
        switch reason {
        case .unreadable(let cause):
            return "cannot read \(source): \(cause)"
        case .tooLarge(let limit):
            return "\(source) has more than \(limit) bytes"
        case .noPEMBlock(let byteCount, let found):
            let hint = found.map { ", only \"\($0)\"" } ?? ""
            return "no PEM block of a \(blockName) in \(source) (\(byteCount) bytes\(hint))"
        case .malformed(let cause):
            return "the PEM block in \(source) is damaged: \(cause)"
        case .encrypted:
            return "the key in \(source) is encrypted with a passphrase"
        case .doesNotMatch(let certificate):
            return "the key in \(source) does not belong to the first certificate in \(certificate)"
        // Without the time it was found at: the sentence is the same as long as the reason is, and told once.
        case .expired(let notAfter, _):
            return "the certificate in \(source) expired at \(notAfter)"
        case .notYetValid(let notBefore, _):
            return "the certificate in \(source) is valid from \(notBefore) only"
        case .unsupportedKeyType(let name):
            return "the key in \(source) is of type \(name)"
        case .weakKey(let bits, let minimum):
            return "the key in \(source) has \(bits) bits, fewer than \(minimum)"
        }
    }

    private var blockName: String {
        switch part {
        case .certificateChain, .clientAuthorities, .authorities, .clientCertificate: "certificate"
        case .privateKey, .clientKey, .authorityKey: "private key"
        }
    }

    private var remedy: String {
        switch part {
        case .clientAuthorities: "give the PEM text of the authority that issued the clients' certificates"
        case .authorities: "give the PEM text of the authority that issued the server's certificate"
        case .authorityKey: "give the key the authority's certificate was made for, in PEM and without passphrase"
        case .clientCertificate, .clientKey:
            "give client certificate and key in PEM, valid now, without passphrase and for one another"
        case .certificateChain, .privateKey: servingRemedy
        }
    }

    private var servingRemedy: String {
        let key = "tls.key"
        let item = part == .privateKey ? key : "tls.crt"
        return switch reason {
        case .unreadable, .tooLarge, .noPEMBlock:
            "mount the Secret's \(item) there or name another file"
        case .malformed:
            "replace it with the \(item) that was issued, PEM-encoded and complete"
        case .encrypted:
            "remove the passphrase with `openssl pkey -in <encrypted> -out <plain>`"
        case .doesNotMatch:
            "pass the key the certificate was issued for, and put the server's own certificate first in its file"
        case .expired:
            "renew the certificate, or correct this machine's clock"
        case .notYetValid:
            "correct this machine's clock, or wait"
        case .unsupportedKeyType:
            "issue a certificate for an ECDSA P-256 or an RSA key"
        case .weakKey:
            "issue a certificate for an ECDSA P-256 key or an RSA key of at least 2048 bits"
        }
    }
}
