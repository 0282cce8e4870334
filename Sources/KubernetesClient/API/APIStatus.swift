internal import JSONPull

/// An error answer of the API: `metav1.Status` as it was received, or what stands in for it.
package struct APIStatus: Error, Equatable, Sendable, CustomStringConvertible {
    /// The longest message that is repeated, in characters; the rest is the server's affair.
    static let maximumMessageLength = 1024

    /// HTTP status code; in a watch's ERROR event the code of the Status object.
    package var code: Int
    /// CamelCase word, empty when the server gave none.
    package var reason = ""
    /// For a person, one line.
    package var message: String
    /// The `Retry-After` header or `details.retryAfterSeconds`, an hour at most: whoever waits as long may as well ask again.
    package private(set) var retryAfterSeconds: Int?

    private static let longestRetryAfterSeconds = 3600

    package init(code: Int, reason: String = "", message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = Self.oneLine(message)
        self.retryAfterSeconds = retryAfterSeconds.map { min($0, Self.longestRetryAfterSeconds) }
    }

    package var description: String {
        let head = reason.isEmpty ? "HTTP \(code)" : "HTTP \(code) (\(Self.oneLine(reason)))"
        return "\(head): \(message)"
    }

    /// The `resourceVersion` or continue token is older than what the server keeps: list again.
    ///
    /// The server says `Expired` or `Gone`, both with code 410.
    package var isGone: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// Reads an answer that is no success.
    ///
    /// A body that is no Status, such as a proxy's HTML page, is never repeated: it may hold anything.
    ///
    /// - Parameters:
    ///   - code: the answer's HTTP status code.
    ///   - contentType: the answer's `Content-Type`.
    ///   - retryAfter: the answer's `Retry-After`; only seconds are understood, as Kubernetes writes them.
    ///   - body: the answer's body as far as it was kept.
    /// - Returns: the Status in the body, or one that says what came instead.
    package static func decode(code: Int, contentType: String?, retryAfter: String?, body: [UInt8]) -> APIStatus {
        let seconds = retryAfter.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        var fields = StatusFields()
        do throws(JSONError) {
            fields = try JSONReader.read(body) { reader throws(JSONError) in
                var fields = StatusFields()
                try reader.readMembers { reader, key throws(JSONError) in try fields.read(key, from: &reader) }
                return fields
            }
        } catch {
            fields = StatusFields()
        }
        guard fields.isStatus else {
            return APIStatus(code: code, message: words(code, contentType), retryAfterSeconds: seconds)
        }
        var status = fields.status(code: code)
        if let seconds { status.retryAfterSeconds = min(seconds, longestRetryAfterSeconds) }
        return status
    }

    /// What an answer that is no Status means.
    ///
    /// An API server answers plain text for a path it does not serve and when it has no place for the request; all else is
    /// hardly an API server's.
    private static func words(_ code: Int, _ contentType: String?) -> String {
        if contentType.map({ ExactString($0).starts(with: "text/plain") }) == true {
            switch code {
            case 404: return "the server does not serve this resource"
            case 429: return "the server has no place for the request now"
            default: break
            }
        }
        let type = contentType.map { VisibleText.quoted(ExactString($0)) } ?? "no content type"
        return
            "the server answered with \(type) in place of a Kubernetes Status; check that the address is an API server's "
            + "and that no proxy or login page stands in between"
    }

    /// `text` on one line, cut.
    static func oneLine(_ text: String) -> String { VisibleText.part(ExactString(text), upTo: maximumMessageLength) }
}

/// The members of a Status object, collected in whatever order they come.
struct StatusFields {
    private var kind = ""
    private var code: Int?
    private var reason = ""
    private var message = ""
    private var retryAfterSeconds: Int?

    var isStatus: Bool { kind == "Status" }

    /// Reads the value of one member, or passes over it.
    mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws(JSONError) {
        switch key {
        case "kind": kind = try reader.readString() ?? ""
        case "code": code = try reader.readNumber().flatMap { Int($0) }
        case "reason": reason = try reader.readString() ?? ""
        case "message": message = try reader.readString() ?? ""
        case "details":
            var seconds: Int?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "retryAfterSeconds": seconds = try reader.readNumber().flatMap { Int($0) }
                default: try reader.skipValue()
                }
            }
            retryAfterSeconds = seconds.flatMap { $0 > 0 ? $0 : nil }
        default: try reader.skipValue()
        }
    }

    /// The collected Status; `fallback` is its code when it has none.
    func status(code fallback: Int) -> APIStatus {
        APIStatus(
            code: code ?? fallback,
            reason: reason,
            message: message.isEmpty ? "the server gave no message" : message,
            retryAfterSeconds: retryAfterSeconds
        )
    }
}
