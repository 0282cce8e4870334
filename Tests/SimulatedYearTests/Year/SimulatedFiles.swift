import TLS

@testable import KubernetesClient

/// The credentials of one client as they lie in its files.
// Unchecked: they belong to the thread that lives through the year.
final class SimulatedFiles: @unchecked Sendable {
    /// Certificates of clients, made once: what is simulated is when they end.
    static let identities: [ClusterAccess.Identity] = {
        do {
            let authority = try CertificateAuthority.make(commonName: "Clients of a simulated API server")
            return try (0..<4).map { number in
                let made = try authority.issueClientCertificate(
                    commonName: "webhook \(number)",
                    until: .now().adding(days: 1000)
                )
                return ClusterAccess.Identity(
                    certificatePEM: Array(made.certificatePEM.utf8),
                    privateKeyPEM: Array(made.privateKeyPEM.utf8)
                )
            }
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private let hasCertificate: Bool
    /// Which credential, counted from the first.
    private(set) var number = -1
    /// Of that credential.
    private(set) var end: Int64 = 0
    /// Since when the files are good; nil while they are not.
    private(set) var goodSince: Int64?
    private var isHalf = false
    private var isPlain = false

    init(hasCertificate: Bool) {
        self.hasCertificate = hasCertificate
    }

    func renew(at now: Int64, until end: Int64) {
        number += 1
        self.end = end
        isHalf = false
        goodSince = isPlain ? nil : now
    }

    func halfRenew() {
        guard hasCertificate else { return }
        isHalf = true
        goodSince = nil
    }

    /// Somebody takes the s out of `https` in the kubeconfig, or puts it back.
    func set(isPlain: Bool, at now: Int64) {
        self.isPlain = isPlain
        goodSince = isPlain || isHalf ? nil : now
    }

    static func token(_ number: Int) -> String { "token-\(number)" }

    func readToken() throws -> [UInt8] { Array(Self.token(number).utf8) }

    func access(_ flaws: ClientFlaws) throws(AccessError) -> ClusterAccess {
        if isPlain { return try plainAccess(flaws) }
        guard let server = ServerAddress("https://api.example") else {
            throw AccessError(place: "test", reason: "no address")
        }
        guard hasCertificate else {
            return ClusterAccess(server: server, verification: .skipped, token: .file("/token"))
        }
        var identity = Self.identities[number % Self.identities.count]
        if isHalf { identity.certificatePEM = Self.identities[(number + 1) % Self.identities.count].certificatePEM }
        return ClusterAccess(server: server, verification: .skipped, token: .none, identity: identity)
    }

    private func plainAccess(_ flaws: ClientFlaws) throws(AccessError) -> ClusterAccess {
        let text = """
            apiVersion: v1
            kind: Config
            current-context: a
            clusters: [{name: a, cluster: {server: "http://api.example"}}]
            users: [{name: a, user: {token: \(Self.token(number))}}]
            contexts: [{name: a, context: {cluster: a, user: a}}]
            """
        return try Kubeconfig.decode(Array(text.utf8), file: "kubeconfig").access(flaws: flaws) { _ in [] }
    }
}
