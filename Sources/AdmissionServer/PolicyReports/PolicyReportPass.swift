internal import KubernetesClient
internal import NIOCore
internal import Prometheus

/// One pass over the reports of the cluster after the other: what is there, which is listed anew each time, what has to change, and
/// when each result was first found.
struct PolicyReportPass {
    /// Why a pass came to nothing, or to less than all.
    struct Failure {
        var message: String
        var cause: FailureCause
        /// The API server does not know such reports.
        var isMissing = false
        var retryAfterMilliseconds: Int64 = 0
    }

    private let client: APIClient
    private let api: PolicyReportAPI
    private let counters: CounterMetrics<PolicyReportCount>
    /// Seconds since 1970, by the identity of a result.
    private var foundAt: [String: Int64] = [:]

    init(client: APIClient, api: PolicyReportAPI, counters: CounterMetrics<PolicyReportCount>) {
        (self.client, self.api, self.counters) = (client, api, counters)
    }

    /// Makes the cluster's reports those, and no others.
    ///
    /// - Parameters:
    ///   - reports: none of them empty, in order.
    ///   - time: of results that are new, in seconds since 1970.
    /// - Returns: what went wrong; nil when all of it is done.
    mutating func write(_ reports: [PolicyReport], foundAt time: Int64) async -> Failure? {
        do throws(Failure.Signal) {
            let written = try await listed()
            note(reports, foundAt: time)
            var refused: Failure?
            for report in reports {
                if let failure = try await apply(report, over: written) { refused = refused ?? failure }
            }
            for namespace in written.superfluous(but: reports) { try await remove(from: namespace) }
            return refused
        } catch {
            return error.failure
        }
    }

    private mutating func note(_ reports: [PolicyReport], foundAt time: Int64) {
        var known: [String: Int64] = [:]
        for report in reports {
            for result in report.results {
                let identity = result.identity
                known[identity] = foundAt[identity] ?? time
            }
        }
        foundAt = known
    }

    private func listed() async throws(Failure.Signal) -> WrittenReports {
        var found = WrittenReports()
        do {
            try await ObjectLister(client: client).list(api.reports()) { event in
                switch event {
                case .begun: found = WrittenReports()
                case .page(let body, let items): try found.add(body, items)
                }
            }
            return found
        } catch let failure as ReflectorFailure {
            throw .init(failure, api)
        } catch let problem as AnswerProblem {
            throw .init(ReflectorFailure.request(.answer(problem)), api)
        } catch {
            throw .init(ReflectorFailure.request(.cancelled), api)
        }
    }

    /// Nil, or why the API server refuses this one report: the others may do.
    private mutating func apply(
        _ report: PolicyReport,
        over written: WrittenReports
    ) async throws(Failure.Signal) -> Failure? {
        let digest = report.digest(as: api)
        guard !written.says(digest, in: report.namespace) else { return nil }
        let body = report.json(as: api, digest: digest) { foundAt[$0] ?? 0 }
        var request = APIRequest(
            .patch,
            api.reports(in: report.namespace).path(of: PolicyReport.name),
            query: [("fieldManager", PolicyReport.name), ("force", "true")],
            body: body
        )
        // JSON is YAML.
        request.contentType = "application/apply-patch+yaml"
        do throws(RequestError) {
            try await send(request)
            counters[.written]?.increment()
            return nil
        } catch {
            let failure = Failure(error, "patch", api, report.namespace)
            guard case .status(let status) = error, [400, 404, 409, 413, 422].contains(status.code) else {
                throw Failure.Signal(failure: failure)
            }
            // The namespace is going, or gone.
            return status.code == 404 || status.code == 409 ? nil : failure
        }
    }

    private func remove(from namespace: String) async throws(Failure.Signal) {
        do throws(RequestError) {
            try await send(APIRequest(.delete, api.reports(in: namespace).path(of: PolicyReport.name)))
            counters[.removed]?.increment()
        } catch {
            guard case .status(let status) = error, status.code == 404 else {
                throw Failure.Signal(failure: Failure(error, "delete", api, namespace))
            }
        }
    }

    private func send(_ request: APIRequest) async throws(RequestError) {
        do {
            _ = try await client.send(request).get()
        } catch let error as RequestError {
            throw error
        } catch {
            throw .cancelled
        }
    }
}

extension PolicyReportPass.Failure {
    /// The pass cannot go on.
    struct Signal: Error {
        var failure: PolicyReportPass.Failure
    }

    fileprivate init(_ error: RequestError, _ verb: String, _ api: PolicyReportAPI, _ namespace: String) {
        let resource = "\(api.resource).\(api.rawValue)"
        var remedy = ""
        if case .status(let status) = error {
            retryAfterMilliseconds = Int64(status.retryAfterSeconds ?? 0) * 1000
            switch status.code {
            case 401: remedy = "; renew the token or client certificate"
            case 403: remedy = "; grant the verbs list, create, patch and delete on it to this identity"
            case 413: remedy = "; raise what the API server takes of one request, or look into who limits it"
            default: break
            }
        }
        message = "cannot \(verb) \(resource) in namespace \(namespace): \(error)\(remedy)"
        cause = error.cause.of(verb)
    }
}

extension PolicyReportPass.Failure.Signal {
    fileprivate init(_ failure: ReflectorFailure, _ api: PolicyReportAPI) {
        var found = PolicyReportPass.Failure(
            message: failure.message(
                resource: "\(api.resource).\(api.rawValue)",
                verbs: ["list"],
                // Whoever grants the one sees no sooner that the others are missing.
                andThen: ["create", "patch", "delete"]
            ),
            cause: failure.cause.of("list")
        )
        if case .status(let status) = failure {
            found.isMissing = status.code == 404
            found.retryAfterMilliseconds = Int64(status.retryAfterSeconds ?? 0) * 1000
        }
        self.failure = found
    }
}
