internal import NIOCore
internal import TLS

/// What every connection of a server has in common.
struct ConnectionSurroundings: Sendable {
    let service: any HTTPService
    let limits: HTTPServerLimits
    let budget: BodyBudget
    let observer: any HTTPServerObserver

    /// Counts an error of the layers below, after which the connection cannot be used.
    func note(_ error: any Error) {
        if case .tooManyKeyUpdates = error as? TLSError { observer.ended(.keyUpdates) }
    }

    /// The answer to an error the server itself found.
    func response(to error: HTTPRequestError) -> HTTPResponse {
        observer.refused(error)
        return service.answer(to: error).with(status: error.status)
    }
}
