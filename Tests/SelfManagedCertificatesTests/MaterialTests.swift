import KubernetesClient
import TLS
import Testing

@testable import SelfManagedCertificates

/// What Secret and configuration hold, and what is written back.
@Suite struct `Objects that certificates are kept in` {
    private static let name = SubjectAlternativeName.dns("judge.hooks.svc")
    private static let time = UnixTime(secondsSinceEpoch: 1_800_000_000)
    private static let issuer = CertificateIssuer(name: name, timing: Facts.timing)

    private func begun() throws -> KeptCertificates {
        try Self.issuer.apply(.begin, to: KeptCertificates(), served: nil, time: Self.time)
    }

    private func data(_ kept: KeptCertificates) -> [String: String] {
        Dictionary(uniqueKeysWithValues: kept.data.map { ($0.key, $0.text) })
    }

    private func read(_ data: [String: String], at time: UnixTime = time) -> KeptCertificates {
        KeptCertificates(data, name: Self.name, time: time)
    }

    @Test func `what was written is read again`() throws {
        let begun = try begun()
        let prepared = try Self.issuer.apply(.prepare, to: begun, served: nil, time: Self.time)
        let again = read(data(prepared))
        #expect(again.facts == prepared.facts)
        #expect(again.problems.isEmpty)
        #expect(again.facts.pair?.authority == again.facts.authority)
        #expect(again.facts.next != nil && again.facts.next != again.facts.authority)
    }

    @Test func `a new authority takes the place of the old one, whose key is gone`() throws {
        let prepared = try Self.issuer.apply(.prepare, to: begun(), served: nil, time: Self.time)
        let promoted = try Self.issuer.apply(.promote, to: prepared, served: nil, time: Self.time)
        #expect(promoted.facts.authority == prepared.facts.next)
        #expect(promoted.facts.pair?.authority == prepared.facts.next)
        #expect(promoted.facts.next == nil)
        let old = try #require(prepared.authority).privateKeyPEM
        #expect(!promoted.data.contains { $0.text == old })
    }

    @Test func `every authority that was made is remembered, through loss and renewal`() throws {
        let begun = try begun()
        let prepared = try Self.issuer.apply(.prepare, to: begun, served: begun, time: Self.time)
        let promoted = try Self.issuer.apply(.promote, to: read(data(prepared)), served: begun, time: Self.time)
        let both = Set([begun, promoted].compactMap { $0.authority?.facts.id })
        #expect(read(data(promoted)).facts.made == both)
        let restored = try Self.issuer.apply(.restore, to: KeptCertificates(), served: promoted, time: Self.time)
        #expect(read(data(restored)).facts.made == both)
        // Whoever writes it: what is no fingerprint counts for nothing, and of many the first.
        let id = String(repeating: "a", count: 64)
        let lines =
            ["no fingerprint", id] + (0..<100_000).map { String(repeating: "b", count: 59) + "\(10_000 + $0 % 90_000)" }
        var data = data(begun)
        data["made-ca.sha256"] = lines.joined(separator: "\n")
        let made = read(data).facts.made
        #expect(made.contains(id) && made.count <= 16 && !made.contains("no fingerprint"))
    }

    @Test func `an authority of a century is not ours, whatever it is called`() throws {
        let made = try CertificateAuthority.make(
            commonName: CertificateIssuer.authorityName,
            days: 36_500,
            now: Self.time
        ).issued
        var data = data(try begun())
        for key in ["ca", "next-ca"] {
            data["\(key).crt"] = made.certificatePEM
            data["\(key).key"] = made.privateKeyPEM
        }
        let kept = read(data)
        #expect(kept.authority == nil && kept.next == nil && kept.pair == nil)
        let certificate = try #require(try AuthorityCertificate.all(inPEM: made.certificatePEM).first)
        #expect(!CertificateIssuer.resemblesOwn(certificate))
    }

    /// The release before counted five minutes on top of what may be asked for.
    @Test(arguments: [3650, 3649, 3648, 365] as [Int64])
    func `an authority lasts from its begin no longer than what every version takes for ours`(days: Int64) throws {
        var timing = Facts.timing
        timing.authoritySeconds = days * 86_400
        let issuer = CertificateIssuer(name: Self.name, timing: timing)
        let kept = try issuer.apply(.begin, to: KeptCertificates(), served: nil, time: Self.time)
        let validity = try #require(kept.facts.authority?.validity)
        let span = validity.notAfter.secondsSinceEpoch - validity.notBefore.secondsSinceEpoch
        #expect(span == min(days + 2, 3650) * 86_400)
        #expect(read(data(kept)).facts.authority == kept.facts.authority)
    }

    @Test func `a certificate ends with its authority`() throws {
        let late = Self.time.adding(seconds: 8000)
        let kept = try Self.issuer.apply(.issue, to: begun(), served: nil, time: late)
        #expect(kept.facts.pair?.validity.notAfter == kept.facts.authority?.validity.notAfter)
    }

    /// What somebody did to one key, and what of the rest still counts.
    @Test(arguments: [
        ("ca.crt", "no PEM", false, false), ("ca.key", nil, true, true), ("tls.crt", nil, true, false),
        ("tls.key", "half", true, false), ("tls.key", nil, true, false),
    ])
    func `a part that is damaged costs that part alone`(
        key: String,
        text: String?,
        hasAuthority: Bool,
        hasPair: Bool
    ) throws {
        var data = data(try begun())
        data[key] = text
        let kept = read(data)
        #expect((kept.authority != nil) == hasAuthority)
        #expect((kept.pair != nil) == hasPair)
        #expect(!kept.problems.isEmpty)
        #expect(!kept.problems.contains { $0.contains("PRIVATE") })
    }

    @Test func `a pair of another authority, another name or another time is not used`() throws {
        let kept = try begun()
        var mixed = data(kept)
        mixed["tls.crt"] = data(try begun())["tls.crt"]
        #expect(read(mixed).pair == nil)
        let other = data(try begun())
        mixed["tls.crt"] = other["tls.crt"]
        mixed["tls.key"] = other["tls.key"]
        #expect(read(mixed).problems == ["ca.crt did not sign tls.crt"])
        #expect(KeptCertificates(data(kept), name: .dns("else.hooks.svc"), time: Self.time).pair == nil)
        #expect(read(data(kept), at: Self.time.adding(seconds: 3001)).pair == nil)
        #expect(read(data(kept), at: Self.time.adding(seconds: -CertificateAuthority.clockSkewSeconds - 1)).pair == nil)
        #expect(read(data(kept), at: Self.time.adding(seconds: -299)).pair != nil)
    }

    @Test func `a next authority whose time is over is none, and is told in one sentence`() throws {
        let prepared = try Self.issuer.apply(.prepare, to: begun(), served: nil, time: Self.time)
        let data = data(prepared)
        #expect(read(data, at: Self.time.adding(seconds: 8999)).next != nil)
        let over = [9001, 9002, 90_000].map { read(data, at: Self.time.adding(seconds: $0)) }
        #expect(over.allSatisfy { $0.next == nil })
        #expect(Set(over.map(\.problems)).count == 1, "\(over.map(\.problems))")
        #expect(over[0].problems.contains { $0.hasPrefix("next-ca.crt expired at ") })
        #expect(read(data, at: Self.time.adding(seconds: -CertificateAuthority.clockSkewSeconds - 1)).next == nil)
    }

    @Test func `an update keeps what others wrote`() throws {
        let body =
            #"{"metadata":{"name":"certs","annotations":{"a":"\u0062"},"resourceVersion":"7"},"type":"x/y","#
            + #""data":{"note":"aGVsbG8=","tls.crt":"AAAA"},"kind":"Secret"}"#
        let secret = try SecretObject.decode(Array(body.utf8))
        #expect(secret.resourceVersion == "7")
        #expect(secret.texts["note"] == "hello")
        let update = String(decoding: secret.update([("ca.crt", "A")]), as: UTF8.self)
        let expected =
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"certs","annotations":{"a":"\u0062"},"#
            + #""resourceVersion":"7"},"type":"x/y","data":{"ca.crt":"QQ==","note":"aGVsbG8="}}"#
        #expect(update == expected)
    }

    @Test(arguments: ["", "[]", #"{"metadata":{}}"#, #"{"metadata":{"resourceVersion":"7"}"#, "<html>"])
    func `what is no object is refused`(body: String) {
        let service = WebhookConfiguration.Service(namespace: "hooks", name: "judge")
        #expect(throws: AnswerProblem.self) { try SecretObject.decode(Array(body.utf8)) }
        #expect(throws: AnswerProblem.self) { try WebhookConfiguration.decode(Array(body.utf8), service: service) }
    }

    @Test func `only webhooks that call the service are patched, if nothing has changed`() throws {
        let authority = try #require(try begun().authority?.certificate)
        let body =
            #"{"metadata":{"resourceVersion":"7","generation":3},"webhooks":["#
            + #"{"name":"a","clientConfig":{"service":{"namespace":"hooks","name":"judge"},"caBundle":"eA=="}},"#
            + #"{"name":"b","clientConfig":{"service":{"namespace":"else","name":"judge"}}},"#
            + #"{"name":"c","clientConfig":{"url":"https://x","service":null}},{"name":"d"}]}"#
        let service = WebhookConfiguration.Service(namespace: "hooks", name: "judge")
        let configuration = try WebhookConfiguration.decode(Array(body.utf8), service: service)
        #expect(
            configuration.facts
                == ConfigurationFacts(
                    version: "generation 3",
                    bundles: [.init(authorities: [], isDamaged: true)]
                )
        )
        let patch = String(decoding: configuration.patch([authority]) { _ in false }, as: UTF8.self)
        let head = #"{"metadata":{"resourceVersion":"7"},"webhooks":[{"name":"a","clientConfig":{"caBundle":"LS0t"#
        #expect(patch.hasPrefix(head))
        #expect(patch.matches(of: /"name"/).count == 1)
    }
}
