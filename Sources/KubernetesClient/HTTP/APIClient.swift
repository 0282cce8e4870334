package import NIOCore

/// What credentials read of the machine.
package struct CredentialFiles: Sendable {
    package var read: @Sendable (_ path: String) throws -> [UInt8]
    package var monotonicMilliseconds: @Sendable () -> Int64
    /// Since 1970.
    package var wallSeconds: @Sendable () -> Int64

    package init(
        read: @escaping @Sendable (_ path: String) throws -> [UInt8],
        monotonicMilliseconds: @escaping @Sendable () -> Int64,
        wallSeconds: @escaping @Sendable () -> Int64
    ) {
        self.read = read
        self.monotonicMilliseconds = monotonicMilliseconds
        self.wallSeconds = wallSeconds
    }
}

/// A client of one API server: HTTP/1.1 over connections it keeps, one set a client.
///
/// Requests may be made from anywhere; everything happens on one event loop, which should not be one that serves
/// reviews. Errors are ``RequestError``.
package final class APIClient: Sendable {
    package let eventLoop: any EventLoop
    private let connections: NIOLoopBoundBox<APIConnections>

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - eventLoop: where everything happens.
    ///   - files: what the machine has.
    ///   - source: makes the access, now and whenever the server refused it.
    /// - Throws: `AccessError` of the first call of `source`.
    package init(
        on eventLoop: any EventLoop,
        files: CredentialFiles,
        source: @escaping @Sendable () throws(AccessError) -> ClusterAccess
    ) throws(AccessError) {
        self.eventLoop = eventLoop
        let access = try source()
        let credentials = Credentials(eventLoop: eventLoop, access: access, source: source, files: files)
        connections = .makeBoxSendingValue(
            APIConnections(eventLoop: eventLoop, credentials: credentials),
            eventLoop: eventLoop
        )
    }

    /// Sends a request and collects the answer.
    ///
    /// - Returns: the answer of a success; all else is a ``RequestError``.
    package func send(_ request: APIRequest) -> EventLoopFuture<APIAnswer> {
        let promise = eventLoop.makePromise(of: APIAnswer.self)
        eventLoop.execute { [connections] in
            let collector = AnswerCollector(limit: request.maximumAnswerBytes, promise: promise)
            connections.value.perform(Exchange(request, collector))
        }
        return promise.futureResult
    }

    /// Sends a request whose answer `receiver` gets as it comes; on the event loop only.
    func stream(_ request: APIRequest, to receiver: any AnswerReceiver) -> Exchange {
        let exchange = Exchange(request, receiver)
        connections.value.perform(exchange)
        return exchange
    }

    /// Closes idle connections and fails requests that wait for one; those under way end by themselves.
    package func close() {
        eventLoop.execute { [connections] in connections.value.close() }
    }
}
