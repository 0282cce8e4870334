internal import NIOCore

/// What every connection of a server has in common.
struct ConnectionSurroundings: Sendable {
    let service: any HTTPService
    let limits: HTTPServerLimits
    let budget: BodyBudget
    let observer: any HTTPServerObserver

    /// The answer to an error the server itself found.
    func response(to error: HTTPRequestError) -> HTTPResponse {
        observer.refused(error)
        return service.answer(to: error).with(status: error.status)
    }
}
