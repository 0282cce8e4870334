internal import JSONPull
internal import KubernetesClient
internal import NIOCore

/// Writes Events (`events.k8s.io/v1`), and says what came of it.
struct APIEventClient: Sendable {
    /// The Event itself, with managed fields.
    private static let maximumAnswerBytes = 64 << 10
    /// Two requests at once are enough only while none takes long.
    private static let timeout = TimeAmount.seconds(5)

    let client: APIClient
    /// This replica.
    let instance: String

    /// The future never fails and belongs to the client's event loop.
    func perform(_ write: EventWrite) -> EventLoopFuture<EventAnswer> {
        client.send(request(for: write)).map { _ in
            .written
        }.flatMapErrorThrowing { error in
            Self.answer(to: error as? RequestError ?? .cancelled, write)
        }
    }

    private func request(for write: EventWrite) -> APIRequest {
        let namespace = APIRequest.escape(write.draft.regarding.namespace)
        let events = "/apis/\(EventWrite.group)/\(EventWrite.version)/namespaces/\(namespace)/\(EventWrite.resource)"
        let body = write.body(instance: instance)
        var request =
            write.isCreation
            ? APIRequest(.post, events, body: body)
            : APIRequest(.patch, "\(events)/\(APIRequest.escape(write.name))", body: body)
        if !write.isCreation { request.contentType = "application/merge-patch+json" }
        request.timeout = Self.timeout
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        return request
    }

    private static func answer(to error: RequestError, _ write: EventWrite) -> EventAnswer {
        guard case .status(let status) = error else {
            return .failed(
                EventFailure(message: error.description, cause: error.cause.words, isTransient: error.isTransient)
            )
        }
        switch status.code {
        case 404: return .absent
        // An answer was lost: no other Event has the name.
        case 409 where write.isCreation && status.reason == "AlreadyExists": return .written
        case 403 where ExactString(status.message).contains("because it is being terminated"): return .terminating
        default: return answer(to: status, write)
        }
    }

    private static func answer(to status: APIStatus, _ write: EventWrite) -> EventAnswer {
        let deed = "\(EventWrite.resource).\(EventWrite.group) \(write.isCreation ? "create" : "patch")"
        let place = "\(deed) in namespace \"\(write.draft.regarding.namespace)\""
        let cause = "\(deed): \(status.code)"
        switch status.code {
        case 403:
            let message =
                "\(place) is forbidden: grant it to the webhook's service account, or serve --events off (\(status))"
            return .forbidden(EventFailure(message: message, cause: cause, isTransient: false))
        case 401:
            let message = "\(place): \(status); renew the token or client certificate"
            return .failed(EventFailure(message: message, cause: cause, isTransient: true))
        case 409, 429, 500...599:
            return .failed(
                EventFailure(
                    message: "\(place): \(status)",
                    cause: cause,
                    isTransient: true,
                    retryAfterMilliseconds: status.retryAfterSeconds.map { Int64($0) * 1000 }
                )
            )
        default: return .failed(EventFailure(message: "\(place): \(status)", cause: cause, isTransient: false))
        }
    }
}

extension RequestError {
    /// Whether the same request may do better later.
    fileprivate var isTransient: Bool {
        switch self {
        case .status, .unreachable, .broken, .timedOut, .cancelled, .access: true
        case .tooLarge, .answer: false
        }
    }
}
