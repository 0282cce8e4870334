internal import NIOCore

/// Puts the handlers of a protocol at the end of a connection's pipeline and registers the connection.
struct ProtocolInstaller {
    let surroundings: ConnectionSurroundings
    let registry: ConnectionRegistry

    /// On the channel's event loop.
    func install(_ httpProtocol: HTTPProtocol, on channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let connection: any ServedConnection
        switch httpProtocol {
        case .http1:
            connection = try HTTP1ConnectionHandler.add(to: pipeline, in: surroundings)
        case .http2:
            let handler = try HTTP2ConnectionHandler(in: surroundings, allocator: channel.allocator)
            try pipeline.addHandler(handler)
            connection = handler
        }
        let observer = surroundings.observer
        observer.opened(httpProtocol)
        channel.closeFuture.assumeIsolated().whenComplete { _ in observer.closed(httpProtocol) }
        registry.serve(connection, on: channel)
    }
}
