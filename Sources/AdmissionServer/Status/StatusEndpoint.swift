package import HTTPServer
internal import JSONPull
package import NIOCore

/// Answers `GET /` and `GET /status.json` on a port of its own: a page for a person, and the same for a program.
package struct StatusEndpoint: HTTPService {
    /// What is answered, made anew for each request.
    package struct Document: Sendable {
        package var html: [UInt8]
        package var json: [UInt8]
        /// For the page alone (Content Security Policy, level 3).
        package var contentSecurityPolicy: String

        package init(html: [UInt8], json: [UInt8], contentSecurityPolicy: String) {
            (self.html, self.json, self.contentSecurityPolicy) = (html, json, contentSecurityPolicy)
        }
    }

    /// A person, and a program or two.
    package static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maximumConnections = 8
        limits.maximumBodyBytes = 1024
        limits.maximumBufferedBytes = 8 << 20
        limits.maximumHeaderBytes = 16 * 1024
        limits.headerTimeout = .seconds(5)
        limits.bodyTimeout = .seconds(5)
        limits.writeTimeout = .seconds(10)
        limits.idleTimeout = .seconds(60)
        return limits
    }

    private enum Path {
        static let page = "/"
        static let json = "/status.json"
    }

    /// Whether only this machine can ask, so that a name it is asked by is `localhost` or somebody's trick.
    private let isLoopback: Bool
    private let document: @Sendable (any EventLoop) -> EventLoopFuture<Document>

    /// - Parameters:
    ///   - isLoopback: whether the address that is listened on is one of this machine alone.
    ///   - document: what there is to show; its future belongs to the loop it is given, and never fails.
    package init(
        isLoopback: Bool,
        document: @escaping @Sendable (any EventLoop) -> EventLoopFuture<Document>
    ) {
        (self.isLoopback, self.document) = (isLoopback, document)
    }

    package func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard [Path.page, Path.json].contains(head.path) else {
            return ErrorAnswer.make(404, "the status is at / and /status.json; reviews have another port")
        }
        guard head.method == .get else {
            return ErrorAnswer.make(405, "use GET", headers: [("allow", "GET")])
        }
        // A page of elsewhere whose name has come to lead here (DNS rebinding) must not read this.
        guard !isLoopback || Self.isOfThisMachine(head.host ?? "") else {
            return ErrorAnswer.make(421, "ask for localhost, 127.0.0.1 or [::1]")
        }
        return nil
    }

    /// Whether a host, with or without a port, is an address or `localhost`: neither can be led elsewhere.
    static func isOfThisMachine(_ host: String) -> Bool {
        let bytes = Array(host.utf8)
        if bytes.first == UInt8(ascii: "[") { return true }
        let name = bytes.prefix { $0 != UInt8(ascii: ":") }
        if name.map({ $0 | 0x20 }) == Array("localhost".utf8) { return true }
        let isAddress = name.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return !name.isEmpty && isAddress
    }

    package func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        let isPage = request.path == Path.page
        let receiver = NIOLoopBound(later, eventLoop: eventLoop)
        document(eventLoop).whenComplete { result in
            receiver.value((try? result.get()).map { Self.response($0, isPage: isPage) })
        }
        return nil
    }

    private static func response(_ document: Document, isPage: Bool) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            contentType: isPage ? "text/html; charset=utf-8" : MediaType.json,
            headers: [
                (
                    "content-security-policy",
                    isPage ? document.contentSecurityPolicy : "default-src 'none'; frame-ancestors 'none'"
                ),
                ("cache-control", "no-store"), ("referrer-policy", "no-referrer"),
                ("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin"),
            ],
            body: ByteBuffer(bytes: isPage ? document.html : document.json)
        )
    }

    package func answer(to error: HTTPRequestError) -> HTTPResponse { ErrorAnswer.make(error) }
}
