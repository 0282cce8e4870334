internal import NIOCore

/// Answers a connection that is one too many: it is told so in HTTP, once, and closed.
///
/// A connection closed without an answer fails the review it was opened for; this answer makes an API server try again.
struct SurplusService: HTTPService {
    let service: any HTTPService
    let observer: any HTTPServerObserver

    func refusal(of head: HTTPRequestHead) -> HTTPResponse? { refuse() }

    func answer(
        _ request: HTTPRequest,
        on eventLoop: any EventLoop,
        later: @escaping HTTPAnswerReceiver
    ) -> HTTPResponse? { refuse() }

    func answer(to error: HTTPRequestError) -> HTTPResponse { service.answer(to: error) }

    private func refuse() -> HTTPResponse {
        observer.refused(.tooManyConnections)
        return service.answer(to: .tooManyConnections)
            .with(status: HTTPRequestError.tooManyConnections.status, closesConnection: true)
    }
}
