import Foundation
package import NIOCore
import NIOHTTP1
package import NIOPosix
import Synchronization
package import TLS

/// An API server for tests: any resource, lists with pages, watches, conditional writes, and faults on demand.
///
/// It keeps its objects in memory, knows no schema, no discovery, and of selectors only equal labels and `metadata.name`,
/// and listens on 127.0.0.1. Answers have
/// the form a kube-apiserver gives them. All methods may be called from anywhere; everything happens on one event loop.
package final class FakeAPIServer: Sendable {
    package struct Configuration: Sendable {
        /// 0 lets the system choose.
        package var port = 0
        /// Nil to speak plain HTTP.
        package var certificate: Certificate?
        /// Nil to ask no client who it is.
        package var clientCertificates: ClientCertificates?
        /// What every request must bear; ``FakeAPIServer/require(bearerToken:)`` changes it.
        package var bearerToken: String?
        /// How many events a resource remembers; a watch from before them is too old.
        package var historyLimit = 10_000
        package var watches = WatchSettings()
        /// For `creationTimestamp`.
        package var now: @Sendable () -> UnixTime = { UnixTime.now() }

        package init() {}
    }

    /// What the server shows its clients.
    package struct Certificate: Sendable {
        package var certificatePEM: String
        package var privateKeyPEM: String
        /// What kubeconfigs tell clients to trust.
        package var authorityPEM: String

        package init(certificatePEM: String, privateKeyPEM: String, authorityPEM: String) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
            self.authorityPEM = authorityPEM
        }

        /// Made on the spot by an authority of its own, for 127.0.0.1 and localhost.
        package static func generate() throws(TLSError) -> Certificate {
            let authority = try CertificateAuthority.make(commonName: "Test API server authority")
            let issued = try authority.issueServerCertificate(names: [.ipAddress("127.0.0.1"), .dns("localhost")])
            return Certificate(
                certificatePEM: issued.certificatePEM,
                privateKeyPEM: issued.privateKeyPEM,
                authorityPEM: authority.issued.certificatePEM
            )
        }
    }

    /// What is asked of clients over TLS.
    package struct ClientCertificates: Sendable {
        package var authorityPEM: String
        /// The handshake fails without a good one, as some proxies have it.
        ///
        /// A kube-apiserver lets everybody in, looks at each request's time whether the certificate is valid, and
        /// answers 401 if neither that nor a token tells who it is.
        package var isDemanded: Bool

        package init(authorityPEM: String, isDemanded: Bool = false) {
            (self.authorityPEM, self.isDemanded) = (authorityPEM, isDemanded)
        }
    }

    private struct Listener {
        var channel: (any Channel)?
        var port = 0
    }

    private let configuration: Configuration
    private let tls: TLSServerContext?
    private let listener = Mutex(Listener())
    private let token: Mutex<String?>
    private let nextWaiter = Atomic(0)
    let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<ServerCore>

    /// Where servers run if nothing else is said: more threads than cores, so that one server's hard work does not hold up
    /// the others'.
    package static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 8)

    /// Makes a server that does not listen yet, on one event loop of `group`.
    package init(
        _ configuration: Configuration = Configuration(),
        group: any EventLoopGroup = FakeAPIServer.threads
    ) throws(TLSError) {
        self.configuration = configuration
        eventLoop = group.next()
        token = Mutex(configuration.bearerToken)
        if let certificate = configuration.certificate {
            tls = try TLSServerContext.make(
                pair: CertificatePair(
                    certificateChainPEM: certificate.certificatePEM,
                    privateKeyPEM: certificate.privateKeyPEM
                ),
                configuration: .init(applicationProtocols: ["http/1.1"]),
                clientTrust: try configuration.clientCertificates.map { clients throws(TLSError) in
                    try ClientTrust(
                        authoritiesPEM: clients.authorityPEM,
                        allowedNames: [],
                        isDemanded: clients.isDemanded
                    )
                }
            )
        } else {
            tls = nil
        }
        let core = ServerCore(
            eventLoop: eventLoop,
            store: ObjectStore(historyLimit: configuration.historyLimit, now: configuration.now),
            watchSettings: configuration.watches,
            bearerToken: configuration.bearerToken
        )
        core.asksForCertificates = configuration.clientCertificates != nil
        self.core = .makeBoxSendingValue(core, eventLoop: eventLoop)
    }

    /// A started server for the time of `body`.
    package static func run<Result>(
        _ configuration: Configuration = Configuration(),
        _ body: (FakeAPIServer) async throws -> Result
    ) async throws -> Result {
        let server = try FakeAPIServer(configuration)
        try await server.start()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    // MARK: Listening

    /// Listens; after ``stop()`` again on the same port.
    package func start() async throws {
        let port = listener.withLock { $0.port }
        let channel = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [tls, core] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let handler = tls.map { TLSHandler(context: $0) }
                    if let handler { try pipeline.addHandler(handler) }
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Connection(core: core.value, tls: handler))
                }
            }
            .bind(host: "127.0.0.1", port: port == 0 ? configuration.port : port).get()
        listener.withLock { $0 = Listener(channel: channel, port: channel.localAddress?.port ?? 0) }
    }

    /// Stops listening and closes all connections; the objects stay.
    package func stop() async {
        let channel = listener.withLock { listener in
            defer { listener.channel = nil }
            return listener.channel
        }
        // Both fail only when there is nothing left to close.
        try? await channel?.close()
        try? await onLoop { $0.stop() }
    }

    /// Valid once it has started.
    package var port: Int { listener.withLock { $0.port } }

    package var url: String { "\(tls == nil ? "http" : "https")://127.0.0.1:\(port)" }

    /// A kubeconfig for this server as it is now, in YAML.
    package var kubeconfig: String {
        let authority = configuration.certificate.map { Data($0.authorityPEM.utf8).base64EncodedString() }
        let authorityLine = authority.map { "\n    certificate-authority-data: \($0)" } ?? ""
        let user = token.withLock { $0 }.map { "{token: \"\($0)\"}" } ?? "{}"
        return """
            apiVersion: v1
            kind: Config
            current-context: fake
            clusters:
            - name: fake
              cluster:
                server: \(url)\(authorityLine)
            users:
            - name: fake
              user: \(user)
            contexts:
            - name: fake
              context: {cluster: fake, user: fake, namespace: agents}

            """
    }

    /// Requests that bear another token get 401 from now on; nil takes all.
    package func require(bearerToken: String?) async throws {
        token.withLock { $0 = bearerToken }
        try await onLoop { $0.require(bearerToken: bearerToken) }
    }

    // MARK: Waiting

    package var observations: Observations {
        get async throws { try await onLoop { $0.observations } }
    }

    /// Waits, without looking again and again, until `condition` is true of what the server has seen.
    package func waitUntil(_ condition: @escaping @Sendable (Observations) -> Bool) async throws {
        let number = nextWaiter.add(1, ordering: .relaxed).newValue
        try await withTaskCancellationHandler {
            try await eventLoop.flatSubmit { [core] in core.value.wait(number, for: condition) }.get()
        } onCancel: {
            eventLoop.execute { [core] in core.value.stopWaiting(number, because: CancellationError()) }
        }
    }

    package func waitUntil(watchCount: Int, of resource: FakeResource? = nil) async throws {
        try await waitUntil { observations in
            (resource.map { observations.watches[$0] ?? 0 } ?? observations.watchCount) == watchCount
        }
    }

    /// Does something with the server's inside.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (ServerCore) throws -> Result) async throws -> Result {
        try await eventLoop.submit { [core] in try body(core.value) }.get()
    }
}
