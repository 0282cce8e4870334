/// The method of a request (RFC 9110, section 9): those a webhook server meets have a case of their own.
package enum HTTPRequestMethod: Hashable, Sendable {
    case get
    case head
    case post
    case put
    case delete
    case options
    /// Any other token, spelled as the client spelled it; methods are case-sensitive.
    case other(String)

    init(_ token: String) {
        switch token {
        case "GET": self = .get
        case "HEAD": self = .head
        case "POST": self = .post
        case "PUT": self = .put
        case "DELETE": self = .delete
        case "OPTIONS": self = .options
        default: self = .other(token)
        }
    }

    /// The token on the wire.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let token): token
        }
    }
}
