internal import HTTPServer
internal import NIOCore
internal import TLS

/// Answers by the path: at once or later, or not at all; and counts its answers.
// Unchecked: used on one embedded event loop.
final class FuzzService: HTTPService, @unchecked Sendable {
    private(set) var answerCount = 0

    func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        guard head.path.utf8.starts(with: "/refused".utf8) else { return nil }
        return response(404, head, "refused")
    }

    func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        let response = response(200, request.head, "\(request.method.name) \(request.body.readableBytes)")
        switch request.path.utf8.dropFirst().first {
        case UInt8(ascii: "l"): eventLoop.assumeIsolated().execute { later(response) }
        case UInt8(ascii: "n"): eventLoop.assumeIsolated().execute { later(nil) }
        case UInt8(ascii: "c"): return response.closing
        default: return response
        }
        return nil
    }

    func answer(to error: HTTPRequestError) -> HTTPResponse {
        answerCount += 1
        return HTTPResponse(status: error.status, contentType: "text/plain", body: ByteBuffer(string: error.message))
    }

    /// Has the path in a field, which it must not leave, whatever is in it.
    private func response(_ status: Int, _ head: HTTPRequestHead, _ text: String) -> HTTPResponse {
        answerCount += 1
        return HTTPResponse(
            status: status,
            contentType: "text/plain",
            headers: [("x-path", head.path)],
            body: ByteBuffer(string: text)
        )
    }
}

extension HTTPResponse {
    fileprivate var closing: HTTPResponse {
        HTTPResponse(status: status, contentType: contentType, headers: headers, body: body, closesConnection: true)
    }
}

/// Limits that an input of a few kilobytes reaches.
extension HTTPServerLimits {
    static var small: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maximumBodyBytes = 3000
        limits.maximumHeaderBytes = 1024
        limits.maximumHeaderFields = 10
        limits.maximumConcurrentStreams = 10
        limits.maximumResetsPerSecond = 20
        limits.maximumControlFramesPerSecond = 50
        limits.maximumBufferedBytesPerConnection = 8000
        limits.maximumBufferedBytes = 10_000
        (limits.headerTimeout, limits.bodyTimeout, limits.idleTimeout) = (.seconds(2), .seconds(3), .seconds(4))
        return limits
    }
}

/// Remembers that more requests came one behind the other than may wait, which depends on how they come.
// Unchecked: used on one embedded event loop.
final class FuzzObserver: HTTPServerObserver, @unchecked Sendable {
    private(set) var hasCut = false

    func opened(_ httpProtocol: HTTPProtocol) {}
    func closed(_ httpProtocol: HTTPProtocol) {}
    func refusedConnection() {}
    func handshakeFailed(_ failure: HandshakeFailure) {}
    func timedOut(_ phase: HTTPTimeout) {}
    func ended(_ reason: HTTPConnectionEnd) {
        if reason == .pipelined { hasCut = true }
    }
    func couldNotAccept() {}
    func refused(_ error: HTTPRequestError) {}
}
