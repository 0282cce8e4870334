package import NIOCore
internal import NIOHTTP1
package import TLS

/// One request to an API server.
package struct APIRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Who waits for the answer; each has connections of its own, so that neither waits for the other's.
    package enum Urgency: Sendable {
        /// Lists, watches, and whatever nobody waits for.
        case routine
        /// A review waits, and the API server for the review.
        case urgent
    }

    /// A list of 500 AgentRuns is 2 MB; the largest objects etcd keeps would make it 750, and are asked for in smaller
    /// pages.
    package static let defaultMaximumAnswerBytes = 64 << 20
    /// What an API server gives a request by default is a minute; half of it is a server in trouble.
    package static let defaultTimeout = TimeAmount.seconds(30)

    package var method: Method
    /// Absolute, its segments already escaped.
    package var path: String
    /// Names and values, not yet escaped.
    package var query: [(name: String, value: String)] = []
    package var body: [UInt8]?
    /// Of the body.
    package var contentType = "application/json"
    /// What form the answer is to have.
    package var accept = "application/json"
    /// From the call to the end of the answer, waiting for a connection included; of a stream to its head.
    package var timeout = Self.defaultTimeout
    package var maximumAnswerBytes = Self.defaultMaximumAnswerBytes
    package var urgency = Urgency.routine

    package init(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// The request target (RFC 9112 section 3.2.1), behind the path of the server's address.
    func target(behind prefix: String) -> String {
        let items = query.map { "\(Self.escape($0.name))=\(Self.escape($0.value))" }
        return prefix + path + (items.isEmpty ? "" : "?" + items.joined(separator: "&"))
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3.
    package static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// The head as it is sent; a token goes over TLS or not at all, but for a bug that is planted.
    func head(for server: ServerAddress, token: String?, evenInTheClear: Bool = false) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "host", value: server.authority)
        headers.add(name: "user-agent", value: "agentrun-admission")
        headers.add(name: "accept", value: accept)
        headers.add(name: "accept-encoding", value: "identity")
        if let token, server.isTLS || evenInTheClear { headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            headers.add(name: "content-type", value: contentType)
            headers.add(name: "content-length", value: String(body.count))
        }
        return HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: method.rawValue),
            uri: target(behind: server.path),
            headers: headers
        )
    }
}

/// The successful answer to an ``APIRequest``.
package struct APIAnswer: Sendable {
    /// 200 to 299.
    package var code: Int
    package var body: [UInt8]
    /// What the server's clock said; nil when it did not tell.
    package var date: UnixTime?
}
