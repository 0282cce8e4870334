/// A `metav1.Status` that says what went wrong, in the words of a kube-apiserver.
package struct StatusError: Error, Sendable {
    package var code: Int
    package var reason: String
    package var message: String
    /// Of the object or resource it is about.
    var details: [String: String] = [:]
    package var retryAfterSeconds: Int?
    /// Where an expired list can go on, without consistency.
    var continueToken: String?

    package init(code: Int, reason: String, message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    private init(_ code: Int, _ reason: String, _ message: String, _ resource: FakeResource, _ name: String) {
        self.init(code: code, reason: reason, message: message)
        details = ["name": name, "kind": resource.resource]
        if !resource.group.isEmpty { details["group"] = resource.group }
    }

    static let unauthorized = StatusError(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static func badRequest(_ message: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: message)
    }

    static func methodNotAllowed() -> StatusError {
        StatusError(
            code: 405,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource"
        )
    }

    static func unsupportedMediaType() -> StatusError {
        StatusError(
            code: 415,
            reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + "application/merge-patch+json"
        )
    }

    static func notFound(_ resource: FakeResource, _ name: String) -> StatusError {
        StatusError(404, "NotFound", "\(resource) \"\(name)\" not found", resource, name)
    }

    static func alreadyExists(_ resource: FakeResource, _ name: String) -> StatusError {
        StatusError(409, "AlreadyExists", "\(resource) \"\(name)\" already exists", resource, name)
    }

    static func conflict(_ resource: FakeResource, _ name: String, _ explanation: String? = nil) -> StatusError {
        let explanation =
            explanation
            ?? "the object has been modified; please apply your changes to the latest version and try again"
        let message = "Operation cannot be fulfilled on \(resource) \"\(name)\": \(explanation)"
        return StatusError(409, "Conflict", message, resource, name)
    }

    /// The watch cache's answer to a version it no longer has.
    static func tooOld(requested: Int, oldest: Int) -> StatusError {
        StatusError(code: 410, reason: "Expired", message: "too old resource version: \(requested) (\(oldest))")
    }

    /// The answer to a list from the future.
    static func tooLarge(requested: Int, current: Int) -> StatusError {
        StatusError(
            code: 504,
            reason: "Timeout",
            message: "Too large resource version: \(requested), current: \(current)",
            retryAfterSeconds: 1
        )
    }

    /// etcd has compacted the version of a continue token.
    static func expiredToken(continueToken: String) -> StatusError {
        var error = StatusError(
            code: 410,
            reason: "Expired",
            message: "The provided continue parameter is too old to display a consistent list result. You can start a "
                + "new list without the continue parameter, or use the continue token in this response to retrieve the "
                + "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                + "objects that were created, modified, or deleted between the time the first chunk was returned and "
                + "now may show up in the list."
        )
        error.continueToken = continueToken
        return error
    }

    /// The Status object, its members in the order of a kube-apiserver.
    var bytes: [UInt8] {
        let metadata = continueToken.map { "{\"continue\":\"\($0)\"}" } ?? "{}"
        var text = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":\(metadata),\"status\":\"Failure\""
        text += ",\"message\":\(JSONObject.quote(message)),\"reason\":\(JSONObject.quote(reason))"
        var details: [String: Any] = details
        if let retryAfterSeconds { details["retryAfterSeconds"] = retryAfterSeconds }
        if !details.isEmpty { text += ",\"details\":" + String(decoding: JSONObject.encode(details), as: UTF8.self) }
        return Array("\(text),\"code\":\(code)}".utf8)
    }
}
