internal import JSONPull

/// How to reach an API server and who to be there: what a kubeconfig's context or a pod's files say.
///
/// It holds secrets; ``description`` leaves them out.
package struct ClusterAccess: Equatable, Sendable, CustomStringConvertible {
    /// How the server's certificate is checked.
    package enum Verification: Equatable, Sendable {
        /// Against these authorities; nil means the system's.
        case authorities([UInt8]?)
        /// `insecure-skip-tls-verify`.
        case skipped
    }

    /// Where the bearer token comes from.
    package enum Token: Equatable, Sendable {
        case none
        case fixed(String)
        /// Read again while the process runs: see ``TokenFile``.
        case file(String)
        /// Made by a program, which may make a client certificate in its place.
        case plugin(ExecPlugin)
    }

    /// A client certificate chain and its key, both PEM.
    package struct Identity: Equatable, Sendable {
        package var certificatePEM: [UInt8]
        package var privateKeyPEM: [UInt8]

        package init(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
        }
    }

    package var server: ServerAddress
    /// Through which it is reached; nil for directly.
    package var proxy: ServerAddress?
    package var verification: Verification
    /// `tls-server-name`: the name to expect in place of the address's host.
    package var serverName: String?
    package var token: Token
    package var identity: Identity?
    /// The context's namespace, or `default`.
    package var namespace: String
    /// To be logged at start, one line each.
    package var warnings: [String] = []

    package init(
        server: ServerAddress,
        verification: Verification,
        serverName: String? = nil,
        token: Token,
        identity: Identity? = nil,
        namespace: String = "default"
    ) {
        self.server = server
        self.verification = verification
        self.serverName = serverName
        self.token = token
        self.identity = identity
        self.namespace = namespace
    }

    package var description: String {
        "\(server)\(proxy.map { " by \($0)" } ?? ""), namespace \(VisibleText.part(ExactString(namespace)))"
    }
}
