internal import Logging
internal import NIOCore

/// Puts the handlers of a protocol at the end of a connection's pipeline and registers the connection.
struct ProtocolInstaller {
    let service: any HTTPService
    let limits: HTTPServerLimits
    let budget: BodyBudget
    let logger: Logger
    let registry: ConnectionRegistry

    /// On the channel's event loop.
    func install(_ httpProtocol: HTTPProtocol, on channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        switch httpProtocol {
        case .http1:
            let handler = try HTTP1ConnectionHandler.add(
                to: pipeline,
                service: service,
                limits: limits,
                budget: budget
            )
            registry.serve(handler, on: channel)
        case .http2:
            let handler = try HTTP2ConnectionHandler(
                service: service,
                limits: limits,
                budget: budget,
                allocator: channel.allocator
            )
            try pipeline.addHandler(handler)
            registry.serve(handler, on: channel)
        }
    }
}
