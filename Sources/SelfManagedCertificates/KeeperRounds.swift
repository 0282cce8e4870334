internal import KubernetesClient
internal import NIOCore
internal import TLS

/// The rounds of one keeper: reads, writes and waits as the state machine says.
struct KeeperRounds {
    private let keeper: CertificateKeeper
    private let issuer: CertificateIssuer
    private var machine: KeeperStateMachine
    /// The Secret as it was last read; nil when there was none.
    private var secret: SecretObject?
    private var kept = KeptCertificates()
    private var configuration: WebhookConfiguration?
    /// What this replica serves, as the Secret had it.
    private var served: KeptCertificates?
    private var time: UnixTime
    private var problems: [String] = []

    private var objects: KeptObjects { keeper.objects }
    private var now: Int64 { keeper.environment.monotonicMilliseconds() }

    init(_ keeper: CertificateKeeper) {
        self.keeper = keeper
        issuer = CertificateIssuer(name: keeper.objects.serverName, timing: keeper.timing)
        machine = KeeperStateMachine(timing: keeper.timing)
        time = keeper.environment.wallTime()
    }

    /// Goes on until the task is cancelled.
    mutating func run(isWatched: @Sendable () -> Bool) async {
        var action = machine.wake(now: now)
        while !Task.isCancelled {
            machine.isWatched = isWatched()
            action = await perform(action)
        }
    }

    private mutating func perform(_ action: KeeperStateMachine.Action) async -> KeeperStateMachine.Action {
        switch action {
        case .readSecret: return await readSecret()
        case .readConfiguration: return await readConfiguration()
        case .write(let change): return await write(change)
        case .trust(let authorities): return await trust(authorities)
        case .wait(let until):
            await keeper.waker.wait(milliseconds: until - now)
            return machine.wake(now: now)
        }
    }

    // MARK: Reading

    private mutating func readSecret() async -> KeeperStateMachine.Action {
        let request = APIRequest(.get, objects.secrets.path(of: objects.secret))
        do throws(RequestError) {
            secret = nil
            if let answer = try await find(request) {
                secret = try Self.decode(answer, SecretObject.decode)
            }
            kept = KeptCertificates(secret?.texts ?? [:], name: objects.serverName, time: time)
            tell(kept.problems)
            keeper.note(kept.facts)
            return machine.received(secret: secret == nil ? nil : kept.facts)
        } catch {
            return fail(.get, objects.secrets, error)
        }
    }

    private mutating func readConfiguration() async -> KeeperStateMachine.Action {
        let request = APIRequest(.get, objects.configurations.path(of: objects.configuration))
        let service = WebhookConfiguration.Service(namespace: objects.namespace, name: objects.service)
        do throws(RequestError) {
            configuration = nil
            if let answer = try await find(request) {
                configuration = try Self.decode(answer) { body throws(AnswerProblem) in
                    try WebhookConfiguration.decode(body, service: service)
                }
            }
        } catch {
            return fail(.get, objects.configurations, error)
        }
        let before = machine.served
        let decision = machine.received(configuration: configuration?.facts, time: time, now: now)
        if decision.adopts, let problem = adopt() {
            machine.adoptionFailed(keeping: before)
            return fail(problem, FailureCause("serve"))
        }
        keeper.note(machine.condition)
        if decision.isDone { note(overdueEnd: decision.overdueEnd) }
        return decision.action
    }

    private func note(overdueEnd end: UnixTime?) {
        guard let end else { return keeper.noteSuccess() }
        keeper.note(failure: overdue(end), FailureCause(kept.next == nil ? "no next authority" : "unsettled authority"))
    }

    /// Why the authority has no successor, as far as that can be told.
    private func overdue(_ end: UnixTime) -> String {
        let next =
            kept.next == nil
            ? "there is no next one yet"
            : "the next one has to be in caBundle of every webhook of \(objects.configuration), unchanged for the settle "
                + "time: see who keeps writing it"
        return "the certificate authority ends at \(end), and \(next)"
    }

    /// The answer, or nil when there is no such object; the API server's clock is noted.
    private mutating func find(_ request: APIRequest) async throws(RequestError) -> APIAnswer? {
        do throws(RequestError) {
            let answer = try await send(request)
            time = answer.date ?? keeper.environment.wallTime()
            return answer
        } catch .status(let status) where status.code == 404 && status.reason == "NotFound" {
            return nil
        }
    }

    private func send(_ request: APIRequest) async throws(RequestError) -> APIAnswer {
        do {
            return try await keeper.client.send(request).get()
        } catch let error as RequestError {
            throw error
        } catch {
            throw .cancelled
        }
    }

    private static func decode<Value>(
        _ answer: APIAnswer,
        _ body: ([UInt8]) throws(AnswerProblem) -> Value
    ) throws(RequestError) -> Value {
        do throws(AnswerProblem) {
            return try body(answer.body)
        } catch {
            throw .answer(error)
        }
    }

    /// Puts the Secret's pair to use; why it cannot, or nil.
    private mutating func adopt() -> String? {
        guard let pair = kept.pair?.pair else { return nil }
        do {
            try keeper.serve(pair)
        } catch {
            return "cannot serve the certificate of the Secret: \(error)"
        }
        served = kept
        keeper.onEvent(.serving(pair))
        return nil
    }

    // MARK: Writing

    private mutating func write(_ change: SecretChange) async -> KeeperStateMachine.Action {
        let kind = secret == nil ? KeptRequest.create : .update
        do {
            let data = try issuer.apply(change, to: kept, served: served, time: time).data
            _ = try await send(request(data))
            keeper.onEvent(.wrote(change))
            return machine.acted()
        } catch let error as RequestError {
            return settle(error, kind, objects.secrets)
        } catch {
            return fail("cannot make a certificate: \(error)", FailureCause("make"))
        }
    }

    private func request(_ data: [(key: String, text: String)]) -> APIRequest {
        guard let secret else {
            let body = SecretObject.create(name: objects.secret, namespace: objects.namespace, data)
            return APIRequest(.post, objects.secrets.path, body: body)
        }
        return APIRequest(.put, objects.secrets.path(of: objects.secret), body: secret.update(data))
    }

    private mutating func trust(_ authorities: [AuthorityFacts]) async -> KeeperStateMachine.Action {
        guard let configuration else { return machine.acted() }
        let own = [kept.authority, kept.next, served?.authority].compactMap { $0?.certificate }
        let all = own + configuration.bundles.flatMap(\.certificates)
        let known = Dictionary(all.map { ($0.fingerprint, $0) }) { first, _ in first }
        let wanted = authorities.compactMap { known[$0.id] }
        let (made, time) = (kept.facts.own(served: machine.served), time)
        var request = APIRequest(
            .patch,
            objects.configurations.path(of: objects.configuration),
            body: configuration.patch(wanted) { $0.isLeaving(made, at: time) }
        )
        request.contentType = "application/strategic-merge-patch+json"
        do throws(RequestError) {
            _ = try await send(request)
            keeper.onEvent(.trusted(authorities: wanted.count))
            return machine.acted()
        } catch {
            return settle(error, .patch, objects.configurations)
        }
    }

    /// Somebody else was faster, or the write failed.
    private mutating func settle(
        _ error: RequestError,
        _ kind: KeptRequest,
        _ resource: WatchedResource
    ) -> KeeperStateMachine.Action {
        if case .status(let status) = error {
            let isGone = status.code == 404 && kind != .create
            if status.code == 409 || isGone { return machine.acted() }
        }
        return fail(kind, resource, error)
    }

    // MARK: Telling

    private mutating func fail(
        _ kind: KeptRequest,
        _ resource: WatchedResource,
        _ error: RequestError
    ) -> KeeperStateMachine.Action {
        fail(kind.message(resource, error), error.cause.of("\(kind.rawValue) \(resource.resource)"))
    }

    private mutating func fail(_ reason: String, _ cause: FailureCause) -> KeeperStateMachine.Action {
        // What was under way when the task was cancelled is nobody's failure.
        if !Task.isCancelled { keeper.note(failure: reason, cause) }
        keeper.note(machine.condition)
        return machine.failed(now: now, jitter: keeper.environment.jitter())
    }

    private mutating func tell(_ found: [String]) {
        for problem in found where !problems.contains(problem) { keeper.onEvent(.unusable(problem)) }
        problems = found
    }
}
