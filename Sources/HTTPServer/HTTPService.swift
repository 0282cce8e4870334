package import NIOCore

/// An answer that is there, or one that will be.
package enum HTTPAnswer {
    case now(HTTPResponse)

    /// The future may belong to any event loop.
    ///
    /// If it fails, the service is asked for the answer to ``HTTPRequestError/answerFailed``. The server sets no
    /// deadline here: the service must finish every future.
    case later(EventLoopFuture<HTTPResponse>)
}

/// Who answers the requests.
///
/// Every method is called on the event loop of the connection and must not block it.
package protocol HTTPService: Sendable {
    /// Asked when the head is complete and before the body is read: a response refuses the request (404, 405, 413, 415).
    ///
    /// The body of a refused request is thrown away unread where it is small, otherwise the connection or stream ends.
    func refusal(of head: HTTPRequestHead) -> HTTPResponse?

    /// Answers a complete request.
    func answer(_ request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPAnswer

    /// The answer to an error the server itself found.
    ///
    /// Its status is ``HTTPRequestError/status``, whatever comes back.
    func answer(to error: HTTPRequestError) -> HTTPResponse
}
