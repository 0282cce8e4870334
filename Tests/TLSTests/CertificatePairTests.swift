import COpenSSL
import Foundation
import Testing

@testable import TLS

@Suite struct `Certificate pair` {
    private static func reason(_ body: () throws -> CertificatePair) -> CertificateProblem? {
        do {
            _ = try body()
            return nil
        } catch TLSError.certificate(let problem) {
            return problem
        } catch {
            Issue.record("unexpected \(error)")
            return nil
        }
    }

    private static func pair(
        _ chain: String,
        _ key: String,
        at now: UnixTime = Credentials.noon
    ) throws -> CertificatePair {
        try CertificatePair(certificateChainPEM: chain, privateKeyPEM: key, now: now)
    }

    @Test(arguments: CertificateAuthority.KeyType.allCases)
    func `a good pair shows what it is`(keyType: CertificateAuthority.KeyType) throws {
        let names: [SubjectAlternativeName] = [
            .dns("a.b.svc"), .dns("*.example.org"), .ipAddress("10.0.0.1"), .ipAddress("::1"),
        ]
        let issued = try Credentials.make(names: names, keyType: keyType)
        let pair = try Self.pair(issued.certificatePEM, issued.privateKeyPEM)
        #expect(pair.subjectAlternativeNames == names)
        #expect(pair.notBefore == Credentials.noon.adding(seconds: -CertificateAuthority.clockSkewSeconds))
        #expect(pair.notAfter == Credentials.noon.adding(days: 365))
        #expect(pair.fingerprint.count == 64)
        #expect(pair.warnings.isEmpty)
        _ = try TLSServerContext.make(pair: pair)
    }

    @Test func `tells why it is not valid at a time, its ends included`() throws {
        let issued = try Credentials.make(days: 30)
        let validity = try Self.pair(issued.certificatePEM, issued.privateKeyPEM).validity
        let first = Credentials.noon.adding(seconds: -CertificateAuthority.clockSkewSeconds)
        let last = Credentials.noon.adding(days: 30)
        #expect(validity.problem(at: first.adding(seconds: -1)) == "is not valid before \(first)")
        #expect(validity.problem(at: first) == nil)
        #expect(validity.problem(at: last) == nil)
        #expect(validity.problem(at: last.adding(seconds: 1)) == "expired at \(last)")
        for time in [first.adding(seconds: -1), first, last, last.adding(seconds: 1)] {
            #expect(validity.contains(time) == (validity.problem(at: time) == nil))
        }
    }

    @Test func `the validity's ends belong to it`() throws {
        let issued = try Credentials.make(days: 30)
        let first = Credentials.noon.adding(seconds: -CertificateAuthority.clockSkewSeconds)
        let last = Credentials.noon.adding(days: 30)
        _ = try Self.pair(issued.certificatePEM, issued.privateKeyPEM, at: first)
        _ = try Self.pair(issued.certificatePEM, issued.privateKeyPEM, at: last)
        let early = Self.reason {
            try Self.pair(issued.certificatePEM, issued.privateKeyPEM, at: first.adding(seconds: -1))
        }
        #expect(early?.reason == .notYetValid(notBefore: first, now: first.adding(seconds: -1)))
        let late = Self.reason {
            try Self.pair(issued.certificatePEM, issued.privateKeyPEM, at: last.adding(seconds: 1))
        }
        #expect(late?.reason == .expired(notAfter: last, now: last.adding(seconds: 1)))
        #expect(
            late?.description
                == "cannot load the serving certificate: the certificate in the given PEM text expired at "
                + "2023-12-14T22:13:20Z; renew the certificate, or correct this machine's clock"
        )
    }

    @Test func `a key of another certificate is refused`() throws {
        let first = try Credentials.make()
        let second = try Credentials.make()
        let problem = Self.reason { try Self.pair(first.certificatePEM, second.privateKeyPEM) }
        #expect(problem?.reason == .doesNotMatch(certificate: .memory))
        #expect(problem?.part == .privateKey)
    }

    @Test func `a key of another type is refused`() throws {
        let first = try Credentials.make()
        let second = try Credentials.make(keyType: .rsa2048)
        let problem = Self.reason { try Self.pair(first.certificatePEM, second.privateKeyPEM) }
        #expect(problem?.reason == .doesNotMatch(certificate: .memory))
    }

    @Test func `text without a certificate names what it holds`() throws {
        let issued = try Credentials.make()
        let swapped = Self.reason { try Self.pair(issued.privateKeyPEM, issued.certificatePEM) }
        #expect(
            swapped?.reason == .noPEMBlock(byteCount: issued.privateKeyPEM.utf8.count, found: "PRIVATE KEY")
        )
        let empty = Self.reason { try Self.pair("", issued.privateKeyPEM) }
        #expect(empty?.reason == .noPEMBlock(byteCount: 0, found: nil))
        let noKey = Self.reason { try Self.pair(issued.certificatePEM, "") }
        #expect(noKey?.reason == .noPEMBlock(byteCount: 0, found: nil))
        #expect(noKey?.part == .privateKey)
        let certificateAsKey = Self.reason { try Self.pair(issued.certificatePEM, issued.certificatePEM) }
        #expect(
            certificateAsKey?.reason == .noPEMBlock(byteCount: issued.certificatePEM.utf8.count, found: "CERTIFICATE")
        )
    }

    @Test func `a damaged block is refused, also after a good one`() throws {
        let issued = try Credentials.make()
        let damaged = issued.certificatePEM.replacing("MII", with: "XXX", maxReplacements: 1)
            .replacing("MIIB", with: "!!!!", maxReplacements: 1)
        for chain in [damaged, issued.certificatePEM + damaged] {
            let problem = Self.reason { try Self.pair(chain, issued.privateKeyPEM) }
            guard case .malformed? = problem?.reason else {
                Issue.record("got \(String(describing: problem))")
                continue
            }
        }
        let cut = String(issued.privateKeyPEM.prefix(80)) + "\n-----END PRIVATE KEY-----\n"
        let problem = Self.reason { try Self.pair(issued.certificatePEM, cut) }
        guard case .malformed? = problem?.reason else {
            Issue.record("got \(String(describing: problem))")
            return
        }
    }

    @Test func `an encrypted key is an error and never a prompt`() throws {
        let issued = try Credentials.make()
        for isTraditional in [true, false] {
            let encrypted = try Self.encrypt(issued.privateKeyPEM, isTraditional: isTraditional)
            let problem = Self.reason { try Self.pair(issued.certificatePEM, encrypted) }
            #expect(problem?.reason == .encrypted)
            #expect(problem?.description.contains("openssl pkey") == true)
        }
    }

    @Test func `traditional key formats and parameters before the key are read`() throws {
        for keyType in CertificateAuthority.KeyType.allCases {
            let issued = try Credentials.make(keyType: keyType)
            let traditional = try Self.traditional(issued.privateKeyPEM)
            #expect(traditional.contains(keyType == .rsa2048 ? "BEGIN RSA PRIVATE KEY" : "BEGIN EC PRIVATE KEY"))
            // `openssl ecparam -genkey` writes such a block first.
            let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            _ = try Self.pair(issued.certificatePEM, parameters + traditional)
        }
    }

    @Test(arguments: [(1024, "weak"), (2047, "weak")])
    func `a short RSA key is refused`(bits: UInt32, label: String) throws {
        guard let key = unsafe COpenSSL_generate_RSA(bits) else {
            Issue.record("no key")
            return
        }
        let text = try unsafe PrivateKey(adopting: key).pem()
        let issued = try Credentials.make()
        let problem = Self.reason { try Self.pair(issued.certificatePEM, text) }
        #expect(problem?.reason == .weakKey(bits: Int(bits), minimum: 2048))
    }

    @Test func `an Ed25519 key is refused by name`() throws {
        let issued = try Credentials.make()
        let key =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
            + "-----END PRIVATE KEY-----\n"
        let problem = Self.reason { try Self.pair(issued.certificatePEM, key) }
        #expect(problem?.reason == .unsupportedKeyType("ED25519"))
    }

    @Test func `a key of a curve that no client offers is refused by name`() throws {
        let issued = try Credentials.make()
        let lines = [
            "-----BEGIN PRIVATE KEY-----",
            "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgVBNeVAkkn5kZK/CbwRL2",
            "4x1BEe6aCs190YPoTQYlWf+hRANCAARiTNdkjYfUsxAuNU5EqSOIDKjk4OIGpZP5",
            "Ti+lzUaiyWJ77t68b2QUMkfXtlamADatJ9QA2hxhZK8Nuhn7RNA9",
            "-----END PRIVATE KEY-----",
        ]
        let problem = Self.reason { try Self.pair(issued.certificatePEM, lines.joined(separator: "\n") + "\n") }
        #expect(problem?.reason == .unsupportedKeyType("EC secp256k1"))
        #expect(problem?.description.contains("ECDSA P-256") == true)
    }

    @Test func `what clients will stumble over is a warning`() throws {
        let nameless = try Credentials.make(names: [])
        let pair = try Self.pair(nameless.certificatePEM, nameless.privateKeyPEM)
        #expect(pair.warnings.count == 1)
        #expect(pair.warnings.first?.contains("subject alternative name") == true)

        let short = try Credentials.make(days: 3)
        let shortPair = try Self.pair(short.certificatePEM, short.privateKeyPEM)
        #expect(shortPair.warnings.map { $0.contains("within 7 days") } == [true])

        let authority = try CertificateAuthority.make(commonName: "not a server", now: Credentials.noon)
        let stray = try Credentials.make()
        let disordered = try Self.pair(stray.certificatePEM + authority.issued.certificatePEM, stray.privateKeyPEM)
        #expect(disordered.warnings.map { $0.contains("put them in order") } == [true])
    }

    @Test func `a chain in order is served whole`() throws {
        let authority = try CertificateAuthority.make(commonName: "CA", now: Credentials.noon)
        let issued = try authority.issueServerCertificate(names: [.dns("localhost")], now: Credentials.noon)
        let pair = try Self.pair(issued.certificatePEM + authority.issued.certificatePEM, issued.privateKeyPEM)
        #expect(pair.warnings.isEmpty)
        let conversation = try Conversation(context: try TLSServerContext.make(pair: pair))
        try conversation.exchange()
        #expect(conversation.client.peerChainCount == 2)
    }

    // MARK: Files

    @Test func `files are named in their errors`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let issued = try Credentials.make()
        let chain = folder.appending(path: "tls.crt").path
        let key = folder.appending(path: "tls.key").path
        func load() throws -> CertificatePair {
            try CertificatePair(certificateChainFile: chain, privateKeyFile: key, now: Credentials.noon)
        }

        let missing = Self.reason(load)
        #expect(
            missing?.description
                == "cannot load the serving certificate: cannot read \(chain): No such file or directory; "
                + "mount the Secret's tls.crt there or name another file"
        )
        try Data().write(to: URL(filePath: chain))
        try Data(issued.privateKeyPEM.utf8).write(to: URL(filePath: key))
        let empty = Self.reason(load)
        #expect(
            empty?.description
                == "cannot load the serving certificate: no PEM block of a certificate in \(chain) (0 bytes); "
                + "mount the Secret's tls.crt there or name another file"
        )
        try Data(repeating: 0x20, count: (1 << 20) + 1).write(to: URL(filePath: chain))
        #expect(Self.reason(load)?.reason == .tooLarge(limit: 1 << 20))
        try Data(issued.certificatePEM.utf8).write(to: URL(filePath: chain))
        let pair = try load()
        #expect(pair.subjectAlternativeNames == [.dns("localhost")])

        let directory = Self.reason {
            try CertificatePair(certificateChainFile: folder.path, privateKeyFile: key, now: Credentials.noon)
        }
        #expect(directory?.reason == .unreadable("Is a directory"))
    }

    // MARK: Keys in other clothes

    private static func write(_ keyPEM: String, _ body: (OpaquePointer, OpaquePointer) -> CInt) throws -> String {
        let key = try PrivateKey(PEMText(keyPEM, part: .privateKey))
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw TLSError.openSSL(doing: "create a BIO") }
        defer { unsafe BIO_free(bio) }
        guard unsafe key.withPointer({ unsafe body(bio, $0) }) == 1 else {
            throw TLSError.openSSL(doing: "write a key")
        }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe BIO_read(bio, &bytes, CInt(bytes.count))
        return String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
    }

    private static func traditional(_ keyPEM: String) throws -> String {
        unsafe try write(keyPEM) { bio, key in
            unsafe PEM_write_bio_PrivateKey_traditional(bio, key, nil, nil, 0, nil, nil)
        }
    }

    private static func encrypt(_ keyPEM: String, isTraditional: Bool) throws -> String {
        var passphrase = Array("secret".utf8)
        return unsafe try write(keyPEM) { bio, key in
            isTraditional
                ? unsafe PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_128_cbc(), &passphrase, 6, nil, nil)
                : unsafe PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(), &passphrase, 6, nil, nil)
        }
    }
}
