internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import KubernetesClient
internal import NIOCore

/// Makes the calls of the claim protocol, and says in its words what came of them.
struct APILeaseClient: LeaseClient, Sendable {
    /// An AgentRun as large as etcd keeps them, with managed fields.
    static let maximumAnswerBytes = 16 << 20

    let client: APIClient
    /// Where the Leases are.
    let namespace: String
    let timing: ClaimTiming
    /// What is known of runs and their Jobs, and how runs are read.
    let runs: ClusterStore

    var eventLoop: any EventLoop { client.eventLoop }

    /// What was asked for, as RBAC names it.
    private struct Permission {
        var verb: String
        var resource: String
        var namespace: String

        var description: String { "\(resource) \(verb) in namespace \"\(namespace)\"" }
    }

    func perform(
        _ call: ClaimCall,
        timeout: TimeAmount,
        _ urgency: APIRequest.Urgency
    ) -> EventLoopFuture<ClaimAnswer> {
        if case .listJobs(let run) = call { return listJobs(of: run, timeout: timeout, urgency) }
        var request = request(for: call)
        request.timeout = timeout
        request.urgency = urgency
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        return client.send(request).map { answer in
            read(answer, to: call)
        }.flatMapErrorThrowing { error in
            self.answer(to: error as? RequestError ?? .cancelled, call)
        }
    }

    private func request(for call: ClaimCall) -> APIRequest {
        let gapSeconds = Int(timing.gapMilliseconds / 1000)
        switch call {
        case .create(let claim):
            return APIRequest(
                .post,
                leases,
                body: LeaseObject.encode(claim, namespace: namespace, gapSeconds: gapSeconds)
            )
        case .readLease(let key): return APIRequest(.get, path(of: key))
        case .listJobs(let run): return jobsRequest(run, continueToken: nil)
        case .readRun(let run):
            let (namespace, name) = (APIRequest.escape(run.namespace.string), APIRequest.escape(run.name.string))
            return APIRequest(.get, "\(Self.runs)/namespaces/\(namespace)/\(ClusterKind.agentRun.resource)/\(name)")
        case .replace(let version, let claim):
            let body = LeaseObject.encode(claim, namespace: namespace, replacing: version, gapSeconds: gapSeconds)
            return APIRequest(.put, path(of: claim.key), body: body)
        case .delete(let key, let version):
            return APIRequest(.delete, path(of: key), body: LeaseObject.deleteOptions(version))
        }
    }

    private static let runs = "/apis/\(ClusterKind.agentRun.group)/\(ClusterKind.agentRun.version)"

    private var leases: String {
        "/apis/\(LeaseObject.group)/v1/namespaces/\(APIRequest.escape(namespace))/leases"
    }

    private func path(of key: ClaimKey) -> String { "\(leases)/\(key.leaseName)" }

    // MARK: Answers

    private func read(_ answer: APIAnswer, to call: ClaimCall) -> ClaimAnswer {
        do throws(JSONError) {
            switch call {
            case .create, .readLease, .replace: return .lease(try LeaseObject.decode(answer.body))
            case .delete: return .deleted
            case .listJobs: return .failed(Self.notAList)
            case .readRun(let key):
                let run = try HolderRun(answer.body, projection: runs.projection)
                guard run.key == key else { return .failed(Self.notARun(key)) }
                return .run(run)
            }
        } catch {
            let message =
                "the API server's answer is not JSON: \(error.located(in: answer.body)); check what stands in between"
            return .failed(ClaimFailure(message: message, cause: "answer", isTransient: false))
        }
    }

    private static func notARun(_ key: ObjectKey) -> ClaimFailure {
        ClaimFailure(
            message:
                "the API server answered with another object than AgentRun \(key.namespace.visible)/"
                + "\(key.name.visible); check what stands in between",
            cause: "answer",
            isTransient: false
        )
    }

    func answer(to error: RequestError, _ call: ClaimCall) -> ClaimAnswer {
        guard case .status(let status) = error else {
            return .failed(
                ClaimFailure(message: error.description, cause: error.cause.words, isTransient: error.isTransient)
            )
        }
        switch (status.code, call) {
        case (404, .readLease), (404, .readRun), (404, .replace), (404, .delete): return .absent
        case (409, .create) where status.reason == "AlreadyExists": return .exists
        case (409, .replace), (409, .delete): return .changed
        default: return .failed(failure(status, permission(for: call)))
        }
    }

    private func permission(for call: ClaimCall) -> Permission {
        let leases = "leases.\(LeaseObject.group)"
        switch call {
        case .create: return Permission(verb: "create", resource: leases, namespace: namespace)
        case .readLease: return Permission(verb: "get", resource: leases, namespace: namespace)
        case .replace: return Permission(verb: "update", resource: leases, namespace: namespace)
        case .delete: return Permission(verb: "delete", resource: leases, namespace: namespace)
        case .listJobs(let run):
            return Permission(verb: "list", resource: Self.jobs.name, namespace: run.namespace.string)
        case .readRun(let run):
            let resource = "\(ClusterKind.agentRun.resource).\(ClusterKind.agentRun.group)"
            return Permission(verb: "get", resource: resource, namespace: run.namespace.string)
        }
    }

    private func failure(_ status: APIStatus, _ permission: Permission) -> ClaimFailure {
        let retryAfter = status.retryAfterSeconds.map { Int64($0) * 1000 }
        let cause = "\(permission.description): \(status.code) \(status.reason)"
        switch status.code {
        case 401:
            let message = "\(permission.description): \(status); renew the token or client certificate"
            return ClaimFailure(message: message, cause: cause, isTransient: true)
        case 403:
            let message =
                "\(permission.description) is forbidden: grant it to the webhook's service account (\(status))"
            return ClaimFailure(message: message, cause: cause, isTransient: false)
        case 404:
            let message =
                "\(permission.description): \(status); check that the namespace exists and --claims-namespace names it"
            return ClaimFailure(message: message, cause: cause, isTransient: false)
        case 429, 500...599:
            return ClaimFailure(
                message: "\(permission.description): \(status)",
                cause: cause,
                isTransient: true,
                retryAfterMilliseconds: retryAfter
            )
        default:
            return ClaimFailure(message: "\(permission.description): \(status)", cause: cause, isTransient: false)
        }
    }
}

extension RequestError {
    /// Whether the same request may do better at once.
    fileprivate var isTransient: Bool {
        switch self {
        case .status, .unreachable, .broken, .timedOut, .cancelled: true
        case .tooLarge, .access, .answer: false
        }
    }
}
