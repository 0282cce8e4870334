import Foundation
import Subprocess
import Testing

@testable import TLS

@Suite struct `Certificate authority` {
    /// What `openssl verify` says of a leaf under an authority.
    private func verify(
        _ leaf: String,
        under authority: String,
        at now: UnixTime,
        host: [String]
    ) async throws -> String {
        let options = ["verify", "-x509_strict", "-purpose", "sslserver", "-attime", "\(now.secondsSinceEpoch)"]
        return try await run(options + host, files: [("-CAfile", authority), (nil, leaf)])
    }

    /// What `openssl` prints, with each text passed as a file after its option.
    private func run(_ arguments: [String], files: [(option: String?, text: String)]) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ca-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var arguments = arguments
        for (index, file) in files.enumerated() {
            let path = folder.appending(path: "\(index).pem")
            try Data(file.text.utf8).write(to: path)
            arguments += [file.option, path.path].compactMap(\.self)
        }
        let result = try await Subprocess.run(
            .name("openssl"),
            arguments: Arguments(arguments),
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        return result.standardOutput
    }

    @Test(arguments: CertificateAuthority.KeyType.allCases, CertificateAuthority.KeyType.allCases)
    func `issues what a strict verifier accepts`(
        authorityType: CertificateAuthority.KeyType,
        leafType: CertificateAuthority.KeyType
    ) async throws {
        let now = Credentials.noon
        let authority = try CertificateAuthority.make(commonName: "CA", keyType: authorityType, now: now)
        let names = [
            try SubjectAlternativeName(parsing: "hook.ns.svc"), try SubjectAlternativeName(parsing: "10.1.2.3"),
        ]
        let issued = try authority.issueServerCertificate(names: names, keyType: leafType, now: now)
        let root = authority.issued.certificatePEM
        for host in [["-verify_hostname", "hook.ns.svc"], ["-verify_ip", "10.1.2.3"]] {
            let verdict = try await verify(issued.certificatePEM, under: root, at: now, host: host)
            #expect(verdict.hasSuffix(".pem: OK\n"), "\(verdict)")
        }
        let wrong = try await verify(
            issued.certificatePEM,
            under: root,
            at: now,
            host: ["-verify_hostname", "other.ns.svc"]
        )
        #expect(wrong.contains("hostname mismatch"))
        let late = try await verify(issued.certificatePEM, under: root, at: now.adding(days: 366), host: [])
        #expect(late.contains("certificate has expired"))
    }

    @Test func `writes the extensions clients look for`() async throws {
        let authority = try CertificateAuthority.make(commonName: "CA", now: Credentials.noon)
        let issued = try authority.issueServerCertificate(names: [.dns("a"), .ipAddress("::1")], now: Credentials.noon)
        let text = try await run(["x509", "-noout", "-text"], files: [("-in", issued.certificatePEM)])
        for expected in [
            "Version: 3", "Signature Algorithm: ecdsa-with-SHA256", "Subject: CN = agentrun-admission",
            "Issuer: CN = CA",
            "CA:FALSE", "Digital Signature", "TLS Web Server Authentication", "DNS:a, IP Address:0:0:0:0:0:0:0:1",
            "Subject Key Identifier", "Authority Key Identifier", "Not Before: Nov 12 22:13:20 2023 GMT",
        ] {
            #expect(text.contains(expected), "\(expected) is missing in\n\(text)")
        }
        let pair = try CertificatePair(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM,
            now: Credentials.noon
        )
        let digest = try await run(
            ["x509", "-noout", "-fingerprint", "-sha256"],
            files: [("-in", issued.certificatePEM)]
        )
        #expect(digest.replacing(":", with: "").lowercased().hasSuffix("=\(pair.fingerprint)\n"))
        let root = try await run(["x509", "-noout", "-text"], files: [("-in", authority.issued.certificatePEM)])
        for expected in ["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "Not After : Nov 11 22:13:20 2033 GMT"] {
            #expect(root.contains(expected), "\(expected) is missing in\n\(root)")
        }
        #expect(issued.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        #expect(!"\(issued)".contains("PRIVATE KEY"))
    }

    @Test func `draws a new serial number and key each time`() async throws {
        let authority = try CertificateAuthority.make(commonName: "CA", now: Credentials.noon)
        var serials = Set<String>()
        var keys = Set<String>()
        for _ in 0..<5 {
            let issued = try authority.issueServerCertificate(names: [.dns("a")], now: Credentials.noon)
            serials.insert(try await run(["x509", "-noout", "-serial"], files: [("-in", issued.certificatePEM)]))
            keys.insert(issued.privateKeyPEM)
        }
        #expect(serials.count == 5)
        #expect(keys.count == 5)
        #expect(serials.allSatisfy { $0.utf8.count > 24 })
    }

    @Test func `an authority that was kept issues again, and only with its own key`() throws {
        let made = try CertificateAuthority.make(commonName: "kept")
        let other = try CertificateAuthority.make(commonName: "kept")
        let loaded = try CertificateAuthority.load(
            certificatePEM: made.issued.certificatePEM,
            privateKeyPEM: made.issued.privateKeyPEM
        )
        let issued = try loaded.issueServerCertificate(names: [.dns("a.b.svc")])
        let pair = try CertificatePair(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM
        )
        let bundle = made.issued.certificatePEM + other.issued.certificatePEM
        let authorities = try AuthorityCertificate.all(inPEM: bundle)
        #expect(authorities.map { $0.hasIssued(pair) } == [true, false])
        #expect(authorities.allSatisfy { $0.isAuthority && $0.commonName == "kept" })
        #expect(authorities.map(\.pem).joined() == bundle)
        #expect(try !AuthorityCertificate.all(inPEM: issued.certificatePEM)[0].isAuthority)
        #expect {
            try CertificateAuthority.load(
                certificatePEM: made.issued.certificatePEM,
                privateKeyPEM: other.issued.privateKeyPEM
            )
        } throws: {
            "\($0)".contains("does not belong to the first certificate")
        }
    }

    @Test func `a server certificate ends with its authority at the latest`() throws {
        let authority = try CertificateAuthority.make(commonName: "CA", days: 10, now: Credentials.noon)
        let issued = try authority.issueServerCertificate(names: [.dns("a")], days: 365, now: Credentials.noon)
        let pair = try CertificatePair(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM,
            now: Credentials.noon
        )
        #expect(pair.notAfter == Credentials.noon.adding(days: 10))
    }

    @Test(
        arguments: [
            ("localhost", .dns("localhost")), ("*.ns.svc", .dns("*.ns.svc")), ("127.0.0.1", .ipAddress("127.0.0.1")),
            ("fd00::1", .ipAddress("fd00::1")),
        ] as [(String, SubjectAlternativeName)]
    )
    func `reads names and addresses`(text: String, expected: SubjectAlternativeName) throws {
        #expect(try SubjectAlternativeName(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "a..b", "-a", "a-", "a b", "a,IP:1.2.3.4", "é.org", "*", "a.*.b", String(repeating: "a", count: 64),
    ])
    func `refuses what is no name`(text: String) {
        #expect(throws: TLSError.invalidName(text)) { try SubjectAlternativeName(parsing: text) }
    }

    @Test(arguments: [("my_host", "underscore"), ("api.example.", "dot at the end"), (".", "correct the name")])
    func `a name that is nearly one is told what is wrong with it`(text: String, words: String) {
        #expect {
            try SubjectAlternativeName(parsing: text)
        } throws: {
            "\($0)".contains(words)
        }
    }

    @Test func `a common name that is too long is an error`() {
        #expect(throws: TLSError.self) {
            try CertificateAuthority.make(commonName: String(repeating: "x", count: 65), now: Credentials.noon)
        }
    }
}

@Suite struct `Unix time` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"), (4_102_444_799, "2099-12-31T23:59:59Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func `is written in RFC 3339`(seconds: Int64, text: String) {
        #expect(UnixTime(secondsSinceEpoch: seconds).description == text)
    }
}
