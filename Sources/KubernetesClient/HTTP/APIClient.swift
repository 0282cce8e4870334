package import NIOCore

/// What credentials read of the machine.
package struct CredentialFiles: Sendable {
    package var read: @Sendable (_ path: String) throws -> [UInt8]
    package var monotonicMilliseconds: @Sendable () -> Int64
    /// Since 1970.
    package var wallSeconds: @Sendable () -> Int64
    /// None outside of tests.
    var flaws: ClientFlaws = []

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

/// A client of one API server: HTTP/1.1 over connections it keeps, one set for each ``APIRequest/Urgency``.
///
/// Requests may be made from anywhere; everything happens on one event loop, which should not be one that serves
/// reviews. Errors are ``RequestError``.
package final class APIClient: Sendable {
    /// Kept connections and requests under way of what is routine; a stream has a connection beyond these, as it may last
    /// for ever.
    ///
    /// Eight requests at once are more than a replica needs, and few enough that hundreds of replicas do no harm.
    package static let maximumRoutineConnections = 8
    /// The same of what is urgent, unless said otherwise.
    ///
    /// As many as there may be reviews in flight, and a review makes one call after the other: none ever waits for another
    /// one's connection, however slow the API server is. They are there only while as many reviews wait, and close when
    /// they have been idle for 45 s. Each is a file descriptor and some 25 KB: 13 MB for all.
    package static let maximumUrgentConnections = 512

    /// The connections by who waits.
    private struct Sets {
        var routine: APIConnections
        var urgent: APIConnections

        func connections(for request: APIRequest) -> APIConnections {
            switch request.urgency {
            case .routine: routine
            case .urgent: urgent
            }
        }
    }

    package let eventLoop: any EventLoop
    private let sets: NIOLoopBoundBox<Sets>

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - eventLoop: where everything happens.
    ///   - files: what the machine has.
    ///   - urgentConnections: how many there may be at once for what is urgent.
    ///   - clock: is told what time the server has, with each answer; nil where nobody wants to know.
    ///   - source: makes the access, now and whenever the server refused it.
    /// - Throws: `AccessError` of the first call of `source`.
    package convenience init(
        on eventLoop: any EventLoop,
        files: CredentialFiles,
        urgentConnections: Int = APIClient.maximumUrgentConnections,
        clock: ServerClock? = nil,
        source: @escaping @Sendable () throws(AccessError) -> ClusterAccess
    ) throws(AccessError) {
        try self.init(
            on: eventLoop,
            files: files,
            urgentConnections: urgentConnections,
            clock: clock,
            dial: APIConnections.dialTCP,
            source: source
        )
    }

    /// Another `dial` than TCP's is for tests.
    init(
        on eventLoop: any EventLoop,
        files: CredentialFiles,
        urgentConnections: Int,
        clock: ServerClock?,
        dial: @escaping APIConnections.Dial,
        source: @escaping @Sendable () throws(AccessError) -> ClusterAccess
    ) throws(AccessError) {
        self.eventLoop = eventLoop
        let access = try source()
        let credentials = Credentials(eventLoop: eventLoop, access: access, source: source, files: files)
        func connections(_ limit: Int) -> APIConnections {
            APIConnections(eventLoop: eventLoop, credentials: credentials, limit: limit, clock: clock, dial: dial)
        }
        sets = .makeBoxSendingValue(
            Sets(routine: connections(Self.maximumRoutineConnections), urgent: connections(urgentConnections)),
            eventLoop: eventLoop
        )
    }

    /// The connections it has, and the requests that wait for one; asked on its event loop.
    var heldCount: Int { sets.value.routine.heldCount + sets.value.urgent.heldCount }

    /// Keeps so many connections open for urgent requests though there are none, so that the next one need not wait for a
    /// TLS handshake.
    package func keepWarm(_ count: Int) {
        eventLoop.execute { [sets] in sets.value.urgent.keepWarm(count) }
    }

    /// Sends a request and collects the answer.
    ///
    /// - Returns: the answer of a success; all else is a ``RequestError``.
    package func send(_ request: APIRequest) -> EventLoopFuture<APIAnswer> {
        let promise = eventLoop.makePromise(of: APIAnswer.self)
        eventLoop.execute { [sets] in
            let collector = AnswerCollector(limit: request.maximumAnswerBytes, promise: promise)
            sets.value.connections(for: request).perform(Exchange(request, collector))
        }
        return promise.futureResult
    }

    /// Sends a request whose answer `receiver` gets as it comes; on the event loop only.
    func stream(_ request: APIRequest, to receiver: any AnswerReceiver) -> Exchange {
        let exchange = Exchange(request, receiver)
        sets.value.connections(for: request).perform(exchange)
        return exchange
    }

    /// Closes idle connections and fails requests that wait for one; those under way end by themselves.
    package func close() {
        eventLoop.execute { [sets] in
            sets.value.routine.close()
            sets.value.urgent.close()
        }
    }
}
