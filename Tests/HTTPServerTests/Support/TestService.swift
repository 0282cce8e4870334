import HTTPServer
import NIOCore
import Synchronization

/// An answer that is there, or one that will be.
enum HTTPAnswer {
    case now(HTTPResponse)
    /// On any event loop; if it fails, there will be none.
    case later(EventLoopFuture<HTTPResponse>)
}

/// Answers what the test says, and remembers what it was asked.
final class TestService: HTTPService {
    typealias Refusal = @Sendable (HTTPRequestHead) -> HTTPResponse?
    typealias Answer = @Sendable (HTTPRequest, any EventLoop) -> HTTPAnswer

    private let refusal: Refusal
    private let answer: Answer
    private let asked = Mutex<[HTTPRequest]>([])

    init(
        answer: @escaping Answer = { request, _ in .now(TestService.echo(request)) },
        refusal: @escaping Refusal = { _ in nil }
    ) {
        self.refusal = refusal
        self.answer = answer
    }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        refusal(head)
    }

    func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? {
        // Without what it takes of the budget, which is given back once it is answered.
        asked.withLock { $0.append(HTTPRequest(head: request.head, body: request.body)) }
        switch answer(request, eventLoop) {
        case .now(let response): return response
        case .later(let future):
            let receiver = NIOLoopBound(later, eventLoop: eventLoop)
            future.hop(to: eventLoop).whenComplete { receiver.value(try? $0.get()) }
            return nil
        }
    }

    func answer(to error: HTTPRequestError) -> HTTPResponse {
        HTTPResponse(status: 0, contentType: "text/plain", body: ByteBuffer(string: error.message))
    }

    /// `POST /path 5`: method, path, body length.
    static func echo(_ request: HTTPRequest) -> HTTPResponse {
        text("\(request.method.name) \(request.path) \(request.body.readableBytes)")
    }

    static func text(_ text: String, status: Int = 200, closesConnection: Bool = false) -> HTTPResponse {
        HTTPResponse(
            status: status,
            contentType: "text/plain",
            body: ByteBuffer(string: text),
            closesConnection: closesConnection
        )
    }
}
