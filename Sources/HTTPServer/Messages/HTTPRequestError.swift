/// Why the server itself turns a request away.
///
/// Only the answer's shape is the service's business.
package enum HTTPRequestError: Error, Hashable, Sendable {
    /// The request breaks the protocol; the text says how, in words fit for the client.
    case malformed(String)
    case headTimedOut
    case bodyTimedOut
    case bodyTooLarge(maximumBytes: Int)
    case headTooLarge(maximumBytes: Int)
    case tooManyHeaderFields(Int, maximum: Int)
    /// The codec gave the head up, and does not say which limit it met.
    case headTooLargeOrTooManyFields(maximumBytes: Int, maximumFields: Int)
    case versionNotSupported
    /// The server holds as many body bytes as it may.
    case tooManyBodyBytes
    /// The server has as many connections as it may.
    case tooManyConnections
    /// The service's future failed.
    case answerFailed

    package var status: Int {
        switch self {
        case .malformed: 400
        case .headTimedOut, .bodyTimedOut: 408
        case .bodyTooLarge: 413
        case .headTooLarge, .tooManyHeaderFields, .headTooLargeOrTooManyFields: 431
        case .answerFailed: 500
        case .tooManyBodyBytes, .tooManyConnections: 503
        case .versionNotSupported: 505
        }
    }

    /// One sentence for the client: what is wrong and what would be right.
    package var message: String {
        switch self {
        case .malformed(let reason):
            "malformed request: \(reason)"
        case .headTimedOut:
            "the request head did not arrive in time"
        case .bodyTimedOut:
            "the request body did not arrive in time"
        case .bodyTooLarge(let maximum):
            "the request body is larger than \(maximum) bytes"
        case .headTooLarge(let maximum):
            "the request head is larger than \(maximum) bytes"
        case .tooManyHeaderFields(let count, let maximum):
            "the request head has \(count) header fields, and may have \(maximum)"
        case .headTooLargeOrTooManyFields(let bytes, let fields):
            "the request head is larger than \(bytes) bytes or has more than \(fields) header fields"
        case .versionNotSupported:
            "the server speaks HTTP/1.0, HTTP/1.1 and HTTP/2"
        case .tooManyBodyBytes:
            "the server is holding as many request bodies as it may; try again"
        case .tooManyConnections:
            "the server has as many connections as it may; try again"
        case .answerFailed:
            "the request could not be answered"
        }
    }
}
