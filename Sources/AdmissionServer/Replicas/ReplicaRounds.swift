internal import ClusterState
internal import JSONPull
internal import KubernetesClient
internal import NIOCore

/// The rounds of one keeper: each writes the own Lease, lists those of all, and removes what nobody renews any more.
struct ReplicaRounds {
    /// A hundred Leases as replicas write them are some 100 KB, with managed fields; room for much larger ones of others.
    private static let maximumAnswerBytes = 4 << 20
    private static let timeout = TimeAmount.seconds(10)
    /// Of the removal at the end, for which nobody shall wait.
    private static let leavingTimeout = TimeAmount.seconds(2)
    /// Of one round: whoever has left hundreds behind has time.
    private static let maximumRemovals = 5

    private let keeper: ReplicaKeeper
    private let leases: WatchedResource
    private let name: String
    /// Of the own Lease as it was last written; nil when it is not known.
    private var version: LeaseVersion?

    init(_ keeper: ReplicaKeeper) {
        self.keeper = keeper
        leases = WatchedResource(
            group: LeaseObject.group,
            version: "v1",
            resource: "leases",
            namespace: keeper.configuration.namespace,
            labelSelector: ReplicaLease.labelSelector
        )
        name = ReplicaLease.name(host: keeper.configuration.host)
    }

    mutating func round() async {
        do throws(RequestError) {
            try await write()
            let abandoned = try await list()
            for replica in abandoned.prefix(Self.maximumRemovals) { try await remove(replica) }
            keeper.succeeded()
        } catch {
            // What was under way when the task was cancelled is nobody's failure.
            if !Task.isCancelled { keeper.failed(message(error), error.cause) }
        }
        await readPolicyMap()
    }

    /// Removes the own Lease, though the task is cancelled.
    mutating func leave() async {
        guard let uid = version?.uid else { return }
        version = nil
        var request = APIRequest(.delete, leases.path(of: name), body: LeaseObject.deleteOptions(uid: uid))
        request.timeout = Self.leavingTimeout
        // Whatever comes of it: others remove it in an hour.
        _ = try? await keeper.client.send(request).get()
    }

    // MARK: Requests

    /// Renews the own Lease; makes it where there is none, and takes over one that a former process of this host has left.
    private mutating func write() async throws(RequestError) {
        if version != nil, try await renew() { return }
        do throws(RequestError) {
            version = try await seen(send(APIRequest(.get, leases.path(of: name))))
        } catch .status(let status) where status.code == 404 && status.reason == "NotFound" {
            version = nil
            let body = ReplicaLease.encode(keeper.note, namespace: namespace, durationSeconds: Self.durationSeconds)
            version = try await seen(send(APIRequest(.post, leases.path, body: body)))
            return
        }
        // What changes it in between is a process of the same name, whose word is as good.
        _ = try await renew()
    }

    /// Whether it was as it had been.
    private mutating func renew() async throws(RequestError) -> Bool {
        let body = ReplicaLease.encode(
            keeper.note,
            namespace: namespace,
            replacing: version,
            durationSeconds: Self.durationSeconds
        )
        do throws(RequestError) {
            version = try await seen(send(APIRequest(.put, leases.path(of: name), body: body)))
            return true
        } catch .status(let status) where status.code == 404 || status.code == 409 {
            version = nil
            return false
        }
    }

    /// Reads a page of them, so many and no more; those that are to be removed.
    private func list() async throws(RequestError) -> [SeenReplica] {
        let answer = try await send(
            APIRequest(
                .get,
                leases.path,
                query: [
                    ("limit", String(ReplicaRoll.maximumCount)), ("labelSelector", ReplicaLease.labelSelector),
                ]
            )
        )
        do throws(AnswerProblem) {
            let page = try ListPage.decode(answer.body)
            var replicas: [SeenReplica] = []
            for item in page.items.prefix(ReplicaRoll.maximumCount) {
                if let replica = try Self.decode(Array(answer.body[item])) { replicas.append(replica) }
            }
            return keeper.saw(replicas, hasMore: page.continueToken != nil)
        } catch {
            throw .answer(error)
        }
    }

    private func remove(_ replica: SeenReplica) async throws(RequestError) {
        let path = leases.path(of: replica.leaseName.string)
        do throws(RequestError) {
            _ = try await send(APIRequest(.delete, path, body: LeaseObject.deleteOptions(replica.version)))
        } catch .status(let status) where status.code == 404 || status.code == 409 {
            // Another replica was first, or it has come back.
        }
    }

    private func readPolicyMap() async {
        guard let map = keeper.configuration.policyMap else { return }
        let maps = WatchedResource(group: "", version: "v1", resource: "configmaps", namespace: map.namespace)
        var request = APIRequest(.get, maps.path(of: map.name))
        // What is in it is none of this one's business.
        request.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        do throws(RequestError) {
            let answer = try await send(request)
            do throws(AnswerProblem) {
                keeper.saw(try PolicyChange.decode(answer.body), problem: nil)
            } catch {
                throw RequestError.answer(error)
            }
        } catch {
            var remedy = ""
            if case .status(let status) = error {
                switch status.code {
                case 403: remedy = "; grant get on it to the webhook's service account"
                case 404: remedy = "; correct --policy-configmap"
                default: break
                }
            }
            let what = "cannot read ConfigMap \(map.namespace)/\(map.name): \(error)\(remedy)"
            keeper.saw(nil, problem: VisibleText.line(what))
        }
    }

    // MARK: Answers

    private static let durationSeconds = Int(ReplicaRoll.durationMilliseconds / 1000)

    private var namespace: String { keeper.configuration.namespace }

    /// The state of the own Lease that an answer has.
    private func seen(_ answer: APIAnswer) throws(RequestError) -> LeaseVersion {
        do throws(AnswerProblem) {
            guard let replica = try Self.decode(answer.body), replica.leaseName == ExactString(name) else {
                throw AnswerProblem.unexpected("another object than the Lease \(name) of a replica")
            }
            return replica.version
        } catch {
            throw .answer(error)
        }
    }

    private static func decode(_ body: [UInt8]) throws(AnswerProblem) -> SeenReplica? {
        do throws(JSONError) {
            return try ReplicaLease.decode(body)
        } catch {
            throw .malformed(reason: error.located(in: body).description)
        }
    }

    /// Sends a request, and does not wait for the answer once the task is cancelled.
    private func send(_ request: APIRequest) async throws(RequestError) -> APIAnswer {
        var request = request
        request.timeout = Self.timeout
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        let promise = keeper.client.eventLoop.makePromise(of: APIAnswer.self)
        keeper.client.send(request).cascade(to: promise)
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(RequestError.cancelled)
            }
        } catch {
            throw error as? RequestError ?? .cancelled
        }
    }

    private func message(_ error: RequestError) -> String {
        let remedy =
            if case .status(let status) = error, status.code == 403 {
                "; grant get, list, create, update and delete on it to the webhook's service account"
            } else {
                ""
            }
        return "\(leases.name): \(error)\(remedy)"
    }
}
