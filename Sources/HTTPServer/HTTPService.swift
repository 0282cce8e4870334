package import NIOCore

/// Takes an answer that was not there at once; nil when there is none and will be none.
///
/// A closure: a future costs 1.6% of the instructions of a request.
package typealias HTTPAnswerReceiver = (HTTPResponse?) -> Void

/// Who answers the requests.
///
/// Every method is called on the event loop of the connection and must not block it.
package protocol HTTPService: Sendable {
    /// Asked when the head is complete and before the body is read: a response refuses the request (404, 405, 413, 415).
    ///
    /// The body of a refused request is thrown away unread where it is small, otherwise the connection or stream ends.
    func refusal(of head: HTTPRequestHead) -> HTTPResponse?

    /// Answers a complete request: with what it returns or, if that is nil, by calling `later`.
    ///
    /// It calls it once, on `eventLoop`; the server sets no deadline here. Called with nil, the server asks for the answer to
    /// ``HTTPRequestError/answerFailed``.
    func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse?

    /// The answer to an error the server itself found.
    ///
    /// Its status is ``HTTPRequestError/status``, whatever comes back.
    func answer(to error: HTTPRequestError) -> HTTPResponse
}
