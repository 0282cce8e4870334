/// Why a request to the API server has no usable answer.
package enum RequestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The API said no.
    case status(APIStatus)
    /// No connection to `server`: refused, not resolved, or its certificate is not trusted.
    case unreachable(server: String, reason: String)
    /// The connection broke; whether the server acted on the request is not known.
    case broken(reason: String)
    /// Nothing, or not all of the answer, came in time.
    case timedOut(seconds: Int)
    /// The answer is larger than is kept.
    case tooLarge(limit: Int)
    /// There is nothing to authenticate with.
    case access(AccessError)
    /// The answer cannot be used.
    case answer(AnswerProblem)
    /// The caller gave up, or the client is closed.
    case cancelled

    package var description: String {
        switch self {
        case .status(let status): status.description
        case .unreachable(let server, let reason): "cannot reach \(server): \(APIStatus.oneLine(reason))"
        case .broken(let reason): "the connection to the API server broke: \(APIStatus.oneLine(reason))"
        case .timedOut(let seconds):
            "the API server did not answer within \(seconds) s; check that it is not overloaded and that nothing in "
                + "between drops packets"
        case .tooLarge(let limit): "the API server's answer is larger than \(limit) bytes"
        case .access(let error): error.description
        case .answer(let problem): problem.description
        case .cancelled: "the request was given up"
        }
    }

    /// The same for the reflector.
    var failure: ReflectorFailure {
        if case .status(let status) = self { .status(status) } else { .request(self) }
    }
}
