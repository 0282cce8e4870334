internal import NIOCore
internal import NIOPosix

/// Where to send a request and as whom.
struct Credential {
    var endpoint: Endpoint
    var token: String?
    /// Another one for each change of what is above.
    var number: Int
}

/// What a client authenticates with, read again when it has been refused; belongs to one event loop.
///
/// The files of a pod or a kubeconfig change under a running process: tokens and client certificates are renewed, a
/// cluster's authority is rotated. So whenever the server refuses us, or we refuse the server, all is read again; while
/// what is read cannot be used, the last that could be is used on. The files are small and the event loop serves no
/// reviews, so they are read on it; a plugin runs on a thread of its own.
final class Credentials {
    typealias Completion = (Result<Credential, RequestError>) -> Void

    private let eventLoop: any EventLoop
    private let source: @Sendable () throws(AccessError) -> ClusterAccess
    private let files: CredentialFiles
    var flaws: ClientFlaws { files.flaws }
    private var access: ClusterAccess
    private var tokenFile: TokenFile?
    private var isExpired = false
    /// Why what is there now cannot be used, while it cannot.
    private var problem: AccessError?
    /// What was given last.
    private(set) var latest: Credential?
    /// What the plugin gave, and when it is asked again, by the steady clock.
    private var plugged: (credential: ExecCredential, until: Int64)?
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

    /// Reads everything again before the next request, unless that was done since `credential` was given.
    func refuse(_ credential: Credential) {
        if credential.number == latest?.number { isExpired = true }
    }

    /// What to tell of a refusal: why there is nothing newer, where that is known.
    func explanation(of status: APIStatus) -> RequestError { problem.map { .access($0) } ?? .status(status) }

    /// Calls `completion` with what to send now, at once unless a plugin has to be asked.
    func current(_ completion: @escaping Completion) {
        let isFresh = isExpired
        if isExpired { readAgain() }
        guard case .plugin(let plugin) = access.token, files.monotonicMilliseconds() >= plugged?.until ?? .min else {
            let outcome = make()
            // What was read long ago may have been half of a renewal; what is there now may be the whole.
            if case .failure = outcome, !isFresh { return current(completion) }
            return completion(outcome)
        }
        waiting.append(completion)
        if waiting.count == 1 { run(plugin) }
    }

    private func readAgain() {
        tokenFile?.expire()
        plugged = nil
        do throws(AccessError) {
            let fresh = try source()
            // Half of a renewal is none.
            if case .plugin = fresh.token {} else { _ = try endpoint(fresh, fresh.identity) }
            if fresh.token != access.token { tokenFile = fresh.token.file }
            access = fresh
            (isExpired, problem) = (false, nil)
        } catch {
            problem = error
        }
    }

    // MARK: Plugins

    private func run(_ plugin: ExecPlugin) {
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            Result { () throws(AccessError) in try plugin.run() }
        }
        .assumeIsolated()
        .whenComplete { [self] result in finish(plugin, result.flatMap { $0.mapError { $0 } }) }
    }

    private func finish(_ plugin: ExecPlugin, _ result: Result<ExecCredential, any Error>) {
        let completions = waiting
        waiting = []
        // Another one has taken its place.
        guard access.token == .plugin(plugin) else { return completions.forEach(current) }
        let outcome: Result<Credential, RequestError>
        switch result {
        case .failure(let error):
            isExpired = true
            outcome = .failure((error as? AccessError).map { .access($0) } ?? .cancelled)
        case .success(let credential):
            let (until, isForEver) = files.monotonicMilliseconds()
                .addingReportingOverflow(credential.milliseconds(at: files.wallSeconds()))
            plugged = (credential, isForEver ? .max : until)
            outcome = make()
        }
        for completion in completions { completion(outcome) }
    }

    // MARK: Making

    private func make() -> Result<Credential, RequestError> {
        do throws(AccessError) {
            let endpoint = try endpoint(access, plugged?.credential.identity ?? access.identity)
            let token = try token()
            if let latest, latest.endpoint === endpoint, latest.token == token { return .success(latest) }
            let credential = Credential(endpoint: endpoint, token: token, number: (latest?.number ?? 0) + 1)
            latest = credential
            return .success(credential)
        } catch {
            // It may be mended by the next time.
            isExpired = true
            return .failure(.access(error))
        }
    }

    private func token() throws(AccessError) -> String? {
        switch access.token {
        case .none: nil
        case .fixed(let fixed): fixed
        case .plugin: plugged?.credential.token
        case .file: try tokenFile?.current(now: files.monotonicMilliseconds(), readFile: files.read)
        }
    }

    /// The latest one, if it would be no other.
    private func endpoint(
        _ access: ClusterAccess,
        _ identity: ClusterAccess.Identity?
    ) throws(AccessError) -> Endpoint {
        if let endpoint = latest?.endpoint, endpoint.isMade(of: access, identity: identity) { return endpoint }
        return try Endpoint(access, identity: identity)
    }
}

extension ClusterAccess.Token {
    fileprivate var file: TokenFile? {
        if case .file(let path) = self { TokenFile(path: path) } else { nil }
    }
}
