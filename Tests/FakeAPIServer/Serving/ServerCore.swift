import Digest
import NIOCore
import TLS

/// All of the server behind its socket; lives on one event loop.
final class ServerCore {
    let eventLoop: any EventLoop
    let store: ObjectStore
    var watchSettings: WatchSettings
    var script = FaultScript()
    /// The SHA-256 of the token every request must bear.
    private var tokenDigest: String?
    /// A good certificate is worth as much as the token.
    var asksForCertificates = false
    private(set) var observations = Observations()

    private var connections: [Int: Connection] = [:]
    private var held: [() -> Void] = []
    private var waiters: [Int: Waiter] = [:]
    /// Given up before they began.
    private var abandonedWaits: Set<Int> = []

    private struct Waiter {
        var condition: (Observations) -> Bool
        var promise: EventLoopPromise<Void>
    }

    init(eventLoop: any EventLoop, store: ObjectStore, watchSettings: WatchSettings, bearerToken: String?) {
        self.eventLoop = eventLoop
        self.store = store
        self.watchSettings = watchSettings
        require(bearerToken: bearerToken)
    }

    func require(bearerToken: String?) {
        tokenDigest = bearerToken.map { SHA256.hexDigest(of: $0) }
    }

    // MARK: Connections

    /// Counts a connection that is there now, and numbers it.
    func add(_ connection: Connection) {
        observations.acceptedConnections += 1
        connection.number = observations.acceptedConnections
        connections[connection.number] = connection
        changed()
    }

    func remove(_ connection: Connection) {
        connections[connection.number] = nil
        changed()
    }

    func closeConnections() {
        for connection in connections.values { connection.abort() }
    }

    // MARK: Requests

    func receive(_ received: ReceivedRequest, on connection: Connection) {
        var received = received
        received.clientCertificate = connection.tls?.clientCertificate
        let request = observations.note(received)
        if let fault = script.take(request) {
            apply(fault, to: request, on: connection)
        } else {
            send(perform(request), to: request, on: connection)
        }
        changed()
    }

    func perform(_ request: ReceivedRequest) -> Answer {
        Responder(store: store, tokenDigest: tokenDigest, asksForCertificates: asksForCertificates).answer(request)
    }

    /// Sends an answer, or begins the watch that is one.
    func send(
        _ answer: Answer,
        to request: ReceivedRequest,
        on connection: Connection,
        watchOpening: [ByteBuffer] = [],
        isDoubled: Bool = false
    ) {
        guard answer.isWatch, let stream = stream(request, on: connection, isDoubled: isDoubled) else {
            return connection.send(answer)
        }
        do throws(StatusError) {
            stream.start(try stream.backlog(), opening: watchOpening)
        } catch {
            // A real server has begun its answer when the watch cache tells it that a version is too old.
            if error.code == 410, !watchSettings.answersTooOldWithStatus {
                stream.start([])
                stream.fail(error)
            } else {
                connection.send(.failure(error))
            }
        }
        changed()
    }

    func stream(_ request: ReceivedRequest, on connection: Connection, isDoubled: Bool = false) -> WatchStream? {
        guard let resource = request.resource else { return nil }
        return WatchStream(
            request,
            on: connection,
            of: store.collection(resource),
            in: store,
            settings: watchSettings,
            isDoubled: isDoubled
        )
    }

    /// The watches of `resource`, of all when there is none.
    func watches(of resource: FakeResource?) -> [WatchStream] {
        let collections = resource.map { [store.collection($0)] } ?? store.allCollections
        return collections.flatMap { $0.watches.values }
    }

    // MARK: Held requests

    func hold(_ action: @escaping () -> Void) {
        held.append(action)
    }

    func releaseHeld() {
        let actions = held
        held = []
        for action in actions { action() }
        changed()
    }

    // MARK: Waiting

    /// Looks whether what somebody waits for has come true.
    func changed() {
        observations.openConnections = connections.count
        observations.heldRequests = held.count
        let pairs = store.allCollections.map { ($0.resource, $0.watches.count) }.filter { $0.1 > 0 }
        observations.watches = Dictionary(uniqueKeysWithValues: pairs)
        for (number, waiter) in waiters where waiter.condition(observations) {
            waiters[number] = nil
            waiter.promise.succeed()
        }
    }

    /// Done when `condition` is true, at once if it is; ``stopWaiting(_:because:)`` of the same number gives up.
    func wait(_ number: Int, for condition: @escaping (Observations) -> Bool) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        guard abandonedWaits.remove(number) == nil else {
            promise.fail(CancellationError())
            return promise.futureResult
        }
        waiters[number] = Waiter(condition: condition, promise: promise)
        changed()
        return promise.futureResult
    }

    func stopWaiting(_ number: Int, because error: any Error) {
        if let waiter = waiters.removeValue(forKey: number) {
            waiter.promise.fail(error)
        } else {
            abandonedWaits.insert(number)
        }
    }

    /// Closes all connections, and fails whoever waits.
    func stop() {
        held = []
        closeConnections()
        for number in waiters.keys { stopWaiting(number, because: CancellationError()) }
    }
}
