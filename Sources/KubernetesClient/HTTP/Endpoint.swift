internal import TLS

/// Where connections go and who they are there: one belongs to the endpoint it was made for, whatever is renewed later.
///
/// Two are the same only when they are the same object.
final class Endpoint {
    let server: ServerAddress
    /// Through which it is reached; nil for directly.
    let proxy: ServerAddress?
    /// The name the server's certificate must have.
    let serverName: String
    /// Nil without TLS.
    let context: TLSClientContext?
    /// What it was made of.
    private let verification: ClusterAccess.Verification
    let identity: ClusterAccess.Identity?

    /// Makes the TLS context, too.
    ///
    /// - Parameters:
    ///   - access: where, and whom to trust.
    ///   - identity: the client certificate to show; not that of `access` where a plugin made one.
    /// - Throws: `AccessError` when a certificate cannot be used.
    init(_ access: ClusterAccess, identity: ClusterAccess.Identity?) throws(AccessError) {
        (server, proxy) = (access.server, access.proxy)
        serverName = access.serverName ?? access.server.host
        (verification, self.identity) = (access.verification, identity)
        do throws(TLSError) {
            context = server.isTLS ? try Self.context(access.verification, identity) : nil
        } catch {
            throw AccessError(place: access.server.description, reason: error.description)
        }
    }

    /// Whether one made of this would be the same.
    func isMade(of access: ClusterAccess, identity: ClusterAccess.Identity?) -> Bool {
        server == access.server && proxy == access.proxy && serverName == access.serverName ?? access.server.host
            && verification == access.verification && self.identity == identity
    }

    private static func context(
        _ verification: ClusterAccess.Verification,
        _ identity: ClusterAccess.Identity?
    ) throws(TLSError) -> TLSClientContext {
        var configuration = TLSClientContext.Configuration(trust: .system)
        switch verification {
        case .skipped: configuration.trust = .anybody
        case .authorities(nil): configuration.trust = .system
        case .authorities(let pem?): configuration.trust = .authoritiesPEM(String(decoding: pem, as: UTF8.self))
        }
        if let identity {
            configuration.identity = try CertificatePair(
                clientCertificatePEM: String(decoding: identity.certificatePEM, as: UTF8.self),
                privateKeyPEM: String(decoding: identity.privateKeyPEM, as: UTF8.self)
            )
        }
        return try TLSClientContext.make(configuration: configuration)
    }
}
