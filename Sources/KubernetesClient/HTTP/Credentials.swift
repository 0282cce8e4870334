internal import NIOCore
internal import NIOPosix
internal import TLS

/// Where to send a request and as whom.
struct Credential {
    var server: ServerAddress
    /// The name the server's certificate must have.
    var serverName: String
    var token: String?
    /// Nil without TLS.
    var context: TLSClientContext?
}

/// What a client authenticates with, read again when it has been refused; belongs to one event loop.
///
/// The files of a pod or a kubeconfig change under a running process: tokens and client certificates are renewed, a
/// cluster's authority is rotated. So whenever the server refuses us, or we refuse the server, all is read again. The
/// files are small and the event loop serves no reviews, so they are read on it; a plugin runs on a thread of its own.
final class Credentials {
    typealias Completion = (Result<Credential, RequestError>) -> Void

    private let eventLoop: any EventLoop
    private let source: @Sendable () throws(AccessError) -> ClusterAccess
    private let files: CredentialFiles
    private var access: ClusterAccess
    private var tokenFile: TokenFile?
    private var isExpired = false
    /// A context and what it was made of.
    private var made: (context: TLSClientContext, access: ClusterAccess, identity: ClusterAccess.Identity?)?
    /// What the plugin gave.
    private var plugged: ExecCredential?
    /// Who waits for the plugin that is running.
    private var waiting: [Completion] = []

    init(
        eventLoop: any EventLoop,
        access: ClusterAccess,
        source: @escaping @Sendable () throws(AccessError) -> ClusterAccess,
        files: CredentialFiles
    ) {
        self.eventLoop = eventLoop
        self.access = access
        self.source = source
        self.files = files
        tokenFile = access.token.file
    }

    var server: ServerAddress { access.server }

    /// Reads everything again before the next request.
    func expire() {
        isExpired = true
    }

    /// Calls `completion` with what to send now, at once unless a plugin has to be asked.
    func current(_ completion: @escaping Completion) {
        do throws(RequestError) {
            if isExpired { try readAgain() }
            guard case .plugin(let plugin) = access.token, plugged?.isValid(at: files.wallSeconds()) != true else {
                return completion(.success(try make()))
            }
            waiting.append(completion)
            if waiting.count == 1 { run(plugin) }
        } catch {
            completion(.failure(error))
        }
    }

    private func readAgain() throws(RequestError) {
        do throws(AccessError) {
            access = try source()
        } catch {
            throw .access(error)
        }
        isExpired = false
        plugged = nil
        tokenFile = access.token.file
    }

    private func run(_ plugin: ExecPlugin) {
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            Result { () throws(AccessError) in try plugin.run() }
        }
        .assumeIsolated()
        .whenComplete { [self] result in finish(result.flatMap { $0.mapError { $0 } }) }
    }

    private func finish(_ result: Result<ExecCredential, any Error>) {
        let completions = waiting
        waiting = []
        let outcome: Result<Credential, RequestError>
        switch result {
        case .failure(let error as AccessError): outcome = .failure(.access(error))
        case .failure: outcome = .failure(.cancelled)
        case .success(let credential):
            plugged = credential
            outcome = Result { () throws(RequestError) in try make() }
        }
        for completion in completions { completion(outcome) }
    }

    private func make() throws(RequestError) -> Credential {
        var token: String?
        do throws(AccessError) {
            switch access.token {
            case .none: break
            case .fixed(let fixed): token = fixed
            case .plugin: token = plugged?.token
            case .file: token = try tokenFile?.current(now: files.monotonicMilliseconds(), readFile: files.read)
            }
        } catch {
            throw .access(error)
        }
        return Credential(
            server: access.server,
            serverName: access.serverName ?? access.server.host,
            token: token,
            context: access.server.isTLS ? try tlsContext() : nil
        )
    }

    private func tlsContext() throws(RequestError) -> TLSClientContext {
        let identity = plugged?.identity ?? access.identity
        if let made, made.access == access, made.identity == identity { return made.context }
        do throws(TLSError) {
            let context = try Self.context(access, identity)
            made = (context, access, identity)
            return context
        } catch {
            throw .access(AccessError(place: access.server.description, reason: error.description))
        }
    }

    private static func context(
        _ access: ClusterAccess,
        _ identity: ClusterAccess.Identity?
    ) throws(TLSError) -> TLSClientContext {
        var configuration = TLSClientContext.Configuration(trust: .system)
        switch access.verification {
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

extension ClusterAccess.Token {
    fileprivate var file: TokenFile? {
        if case .file(let path) = self { TokenFile(path: path) } else { nil }
    }
}
