import Digest
import Foundation
import NIOCore
import NIOHTTP1
package import TLS

/// A request as the server got it.
package struct ReceivedRequest: Sendable {
    package enum Verb: Sendable, Hashable {
        case get, list, watch, create, update, patch, delete
        /// No verb of the API.
        case other
    }

    /// Counted from 1 in the order of arrival.
    package var number = 0
    /// The connection it came on, counted from 1.
    package var connection: Int
    package var method: String
    /// Without the query.
    package var path: String
    package var query: [String: String]
    package var verb: Verb
    /// Nil for a path that names no resource.
    package var resource: FakeResource?
    package var namespace: String?
    package var name: String?
    package var subresource: String?
    /// SHA-256 of the bearer token in hexadecimal digits; nil when there is none.
    package var tokenDigest: String?
    /// What the client had shown on the connection.
    package var clientCertificate: ClientCertificate?
    package var headers: [String: String]
    package var body: [UInt8]

    init(head: HTTPRequestHead, body: ByteBuffer, connection: Int) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].removingPercentEncoding ?? String(parts[0])
        let query = Self.parseQuery(parts.count > 1 ? parts[1] : "")
        let named = APIPath(path)
        self.connection = connection
        method = head.method.rawValue
        self.path = path
        self.query = query
        verb = Self.verb(head.method, hasName: named?.name != nil, query: query)
        resource = named?.resource
        namespace = named?.namespace
        name = named?.name
        subresource = named?.subresource
        let authorization = head.headers.first(name: "authorization")
        if let authorization, authorization.hasPrefix("Bearer ") {
            tokenDigest = SHA256.hexDigest(of: String(authorization.dropFirst("Bearer ".count)))
        }
        headers = [:]
        for (name, value) in head.headers where name.lowercased() != "authorization" {
            headers[name.lowercased()] = value
        }
        self.body = Array(body.readableBytesView)
    }

    /// `Accept` and the like; names in lower case, `authorization` left out.
    package func header(_ name: String) -> String? { headers[name] }

    /// The one object that `fieldSelector` lets through, the only selector this server knows; nil without one.
    func selectedName() throws(StatusError) -> String? {
        guard let selector = query["fieldSelector"], !selector.isEmpty else { return nil }
        guard selector.hasPrefix("metadata.name=") else {
            throw .badRequest("this server does not know the fieldSelector \(selector)")
        }
        return String(selector.dropFirst("metadata.name=".count))
    }

    private static func parseQuery(_ text: Substring) -> [String: String] {
        var query: [String: String] = [:]
        for item in text.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? String(pair[1]) : ""
            query[String(pair[0])] = value.removingPercentEncoding ?? value
        }
        return query
    }

    private static func verb(_ method: HTTPMethod, hasName: Bool, query: [String: String]) -> Verb {
        switch method {
        case .GET:
            if let watch = query["watch"], watch == "1" || watch == "true" { return .watch }
            return hasName ? .get : .list
        case .POST: return .create
        case .PUT: return .update
        case .PATCH: return .patch
        case .DELETE: return .delete
        default: return .other
        }
    }
}
