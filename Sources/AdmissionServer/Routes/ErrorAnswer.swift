internal import AdmissionAPI
internal import HTTPServer
internal import JSONPull
internal import NIOCore
internal import Policy

/// Answers to what cannot be answered with a review: HTTP errors with a `Status` as body, whose message a
/// kube-apiserver passes on to its log and its user.
enum ErrorAnswer {
    /// An answer of HTTP status `code`.
    static func make(
        _ code: Int,
        _ message: String,
        headers: [(name: String, value: String)] = [],
        closesConnection: Bool = false
    ) -> HTTPResponse {
        let status = Status(code: code, reason: reason(of: code), message: message)
        return HTTPResponse(
            status: code,
            contentType: MediaType.json,
            headers: headers,
            body: ByteBuffer(bytes: status.encoded()),
            closesConnection: closesConnection
        )
    }

    /// Nothing is at the path of `head`.
    static func notFound(_ head: HTTPRequestHead) -> HTTPResponse {
        // Where a webhook configuration names no path, a kube-apiserver calls this one.
        guard head.path != "/" else {
            return make(
                404,
                """
                reviews are answered at /validate, not at /; set clientConfig.service.path (or the path of \
                clientConfig.url) of the webhook configuration to /validate
                """
            )
        }
        return make(404, "nothing is at \(VisibleText.quoted(ExactString(head.path))); there are \(Route.summary)")
    }

    static func methodNotAllowed(_ head: HTTPRequestHead, _ route: Route) -> HTTPResponse {
        let method = VisibleText.quoted(ExactString(head.method.name))
        return make(
            405,
            "method \(method) is not allowed at \(route.path); use \(route.allow)",
            headers: [("allow", route.allow)]
        )
    }

    static func unsupportedMediaType(_ contentType: String?) -> HTTPResponse {
        let found = contentType.map { "is \(VisibleText.quoted(ExactString($0)))" } ?? "is missing"
        return make(415, "Content-Type \(found); send an AdmissionReview as \(MediaType.json)")
    }

    /// RFC 9110 section 8.4: an answer to a coding that is not taken names those that are (section 12.5.3).
    static func unsupportedEncoding(_ encoding: String) -> HTTPResponse {
        make(
            415,
            "Content-Encoding is \(VisibleText.quoted(ExactString(encoding))); send the AdmissionReview as it is, without",
            headers: [("accept-encoding", "identity")]
        )
    }

    /// The request was not complete or not good.
    static func make(_ error: HTTPRequestError) -> HTTPResponse {
        let message = remedy(of: error).map { "\(error.message); \($0)" } ?? error.message
        return switch error {
        case .tooManyBodyBytes, .tooManyConnections: overloaded(message)
        default: make(error.status, message)
        }
    }

    /// There are as many reviews as there may be at once.
    static let busy = overloaded("the server is judging as many reviews as it may at once; try again")

    /// The review came too late for its own time-out.
    static let expired = make(
        503,
        """
        the review was complete only when its time-out had passed; raise timeoutSeconds of the webhook configuration, or see \
        what slows the way here
        """
    )

    /// A kube-apiserver calls again after a second, and over a new connection perhaps another replica; without the field it
    /// gives up at once.
    private static func overloaded(_ message: String) -> HTTPResponse {
        make(503, message, headers: [("retry-after", "1")], closesConnection: true)
    }

    private static func remedy(of error: HTTPRequestError) -> String? {
        switch error {
        case .malformed, .versionNotSupported, .tooManyBodyBytes, .tooManyConnections, .answerFailed: nil
        case .headTimedOut, .bodyTimedOut: "send it faster, or raise the server's time-out"
        case .bodyTooLarge: "no review of a kube-apiserver is; if this one is needed, raise --max-body-bytes"
        case .headTooLarge: "send fewer or shorter header fields, or raise --max-header-bytes"
        case .tooManyHeaderFields: "send fewer"
        case .headTooLargeOrTooManyFields: "send fewer or shorter ones, or raise --max-header-bytes"
        }
    }

    /// The words of `metav1.StatusReason` where it has one.
    private static func reason(of code: Int) -> String {
        switch code {
        case 404: "NotFound"
        case 405: "MethodNotAllowed"
        case 408: "Timeout"
        case 413: "RequestEntityTooLarge"
        case 415: "UnsupportedMediaType"
        case 431: "RequestHeaderFieldsTooLarge"
        case 500: "InternalError"
        case 503: "ServiceUnavailable"
        default: "BadRequest"
        }
    }
}
