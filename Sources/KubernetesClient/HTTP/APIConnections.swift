internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS

/// Connections of one client, and the requests that wait for one; belongs to one event loop.
///
/// Who waits longest is served first; who waited too long is passed over, and nothing of it is sent. A connection whose
/// endpoint is no longer the one to use gets no further request.
final class APIConnections {
    /// Opens a connection: adds it to a channel's pipeline; it says itself when it is ready.
    typealias Dial = @Sendable (APIConnection, any EventLoop) -> EventLoopFuture<Void>

    static let connectTimeout = TimeAmount.seconds(5)
    /// Between the end of a connection that is to be kept warm and the next one: a server that closes each at once is not
    /// asked again and again.
    private static let warmingDelay = TimeAmount.seconds(1)
    /// The same after one that could not be made.
    private static let warmingRetryDelay = TimeAmount.seconds(5)

    /// Kept connections and requests under way; a stream has a connection beyond these.
    private let limit: Int
    private let eventLoop: any EventLoop
    private let credentials: Credentials
    private let clock: ServerClock?
    private let dial: Dial
    /// Used from the end, so that what is not needed stays idle until it closes.
    private var idle: [APIConnection] = []
    private var open: [ObjectIdentifier: APIConnection] = [:]
    /// Those of ``open`` that a stream has, or waits for.
    private var streams: Set<ObjectIdentifier> = []
    /// What connections are made for now.
    private var endpoint: Endpoint?
    private var waiting = WaitingLine()
    /// Requests for which a connection is being made, by connection.
    private var opening: [ObjectIdentifier: Exchange] = [:]
    private var warmCount = 0
    private var warming: Scheduled<Void>?
    private var isClosed = false

    init(
        eventLoop: any EventLoop,
        credentials: Credentials,
        limit: Int,
        clock: ServerClock?,
        dial: @escaping Dial
    ) {
        (self.eventLoop, self.credentials, self.limit, self.clock) = (eventLoop, credentials, max(1, limit), clock)
        self.dial = dial
    }

    /// None outside of tests.
    var flaws: ClientFlaws { credentials.flaws }

    /// Connections there are, of any kind.
    var openCount: Int { open.count }

    /// All it has in mind: connections, and requests that wait for one.
    var heldCount: Int { open.count + idle.count + streams.count + opening.count + waiting.count }

    /// Sends a request as soon as there is a connection.
    func perform(_ exchange: Exchange) {
        guard !isClosed else { return exchange.fail(.cancelled) }
        exchange.start(on: eventLoop)
        assign(exchange)
    }

    /// Closes what is idle and fails what waits; a request under way ends by itself, and its connection with it.
    func close() {
        isClosed = true
        warming?.cancel()
        for connection in idle { connection.abandon() }
        var exchanges = Array(opening.values)
        opening = [:]
        while let exchange = waiting.popFirst() { exchanges.append(exchange) }
        for exchange in exchanges { exchange.fail(.cancelled) }
    }

    private func assign(_ exchange: Exchange) {
        credentials.current { [self] result in
            switch result {
            case .failure(let error): exchange.fail(error)
            case .success(let credential): assign(exchange, credential)
            }
        }
    }

    private func assign(_ exchange: Exchange, _ credential: Credential) {
        guard !exchange.isOver else { return }
        guard !isClosed else { return exchange.fail(.cancelled) }
        retire(allBut: credential.endpoint)
        if let connection = idle.popLast() {
            if exchange.receiver.isStream { streams.insert(ObjectIdentifier(connection)) }
            connection.begin(exchange, credential)
        } else if exchange.receiver.isStream || requestConnections < limit {
            connect(for: exchange, credential)
        } else {
            waiting.append(exchange)
        }
    }

    /// Closes what is idle of another endpoint; what is busy follows when it is released.
    private func retire(allBut endpoint: Endpoint) {
        guard self.endpoint !== endpoint, !flaws.contains(.keepsRefusedConnections) else { return }
        self.endpoint = endpoint
        // Nobody may take one of them while the others are closed.
        let strangers = idle
        idle = []
        for connection in strangers { connection.abandon() }
    }

    /// Connections that are not a stream's.
    private var requestConnections: Int { open.count - streams.count }

    // MARK: Connecting

    /// Opens a connection, to be kept for whoever comes where there is no `exchange`.
    private func connect(for exchange: Exchange?, _ credential: Credential) {
        retire(allBut: credential.endpoint)
        let connection = APIConnection(credential, clock: clock, owner: self)
        open[ObjectIdentifier(connection)] = connection
        opening[ObjectIdentifier(connection)] = exchange
        if exchange?.receiver.isStream ?? false { streams.insert(ObjectIdentifier(connection)) }
        dial(connection, eventLoop).assumeIsolated().whenFailure { [self] error in failedToOpen(connection, error) }
    }

    static let dialTCP: Dial = { connection, eventLoop in
        let endpoint = connection.credential.endpoint
        let first = endpoint.proxy ?? endpoint.server
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try addHandlers(bound.value, to: channel)
                }
            }
            .connect(host: first.host, port: first.port)
            .map { _ in }
    }

    private static func addHandlers(_ connection: APIConnection, to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let endpoint = connection.credential.endpoint
        if let proxy = endpoint.proxy {
            try pipeline.addHandler(ProxyTunnel(to: endpoint.server, by: proxy, timeout: connectTimeout))
        }
        if let context = endpoint.context {
            try pipeline.addHandler(TLSHandler(context: context, serverName: endpoint.serverName))
        }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(connection)
    }

    func opened(_ connection: APIConnection) {
        let exchange = opening.removeValue(forKey: ObjectIdentifier(connection))
        guard let exchange, !exchange.isOver, !isClosed else {
            idle.append(connection)
            return released(connection)
        }
        // We may have become somebody else meanwhile.
        guard let credential = credentials.latest, credential.endpoint === connection.credential.endpoint else {
            connection.abandon()
            return assign(exchange)
        }
        connection.begin(exchange, credential)
    }

    func failedToOpen(_ connection: APIConnection, _ error: (any Error)?) {
        let exchange = opening.removeValue(forKey: ObjectIdentifier(connection))
        let server = connection.credential.endpoint.server
        exchange?.fail(.unreachable(server: server.description, reason: Self.reason(error)))
        warm(in: Self.warmingRetryDelay)
        closed(connection)
    }

    /// Keeps so many connections open though nothing is asked.
    func keepWarm(_ count: Int) {
        warmCount = min(count, limit)
        warm(in: .zero)
    }

    private func warm(in delay: TimeAmount) {
        guard !isClosed, warming == nil, open.count < warmCount else { return }
        warming = eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            warming = nil
            guard !isClosed, open.count < warmCount else { return }
            credentials.current { [self] result in
                switch result {
                case .failure: warm(in: Self.warmingRetryDelay)
                case .success(let credential): while open.count < warmCount { connect(for: nil, credential) }
                }
            }
        }
    }

    /// NIO's connection error holds one error an address; the first says enough.
    private static func reason(_ error: (any Error)?) -> String {
        switch error {
        case nil: return "it closed the connection at once; check the address and the port"
        case let error as NIOConnectionError:
            if let cause = error.dnsAError ?? error.dnsAAAAError {
                return "\(cause); check the host name"
            }
            guard let cause = error.connectionErrors.first?.error else { return "no address; check the host name" }
            return "\(cause); check the address, and that the API server runs"
        case let error as ChannelError:
            guard case .connectTimeout(let limit) = error else { return "\(error)" }
            let seconds = limit.nanoseconds / 1_000_000_000
            return "no connection within \(seconds) s; check the address and what may drop packets on the way"
        case .some(let error): return "\(error)"
        }
    }

    // MARK: Released and broken

    /// The connection is free: the longest waiting request gets it.
    func released(_ connection: APIConnection) {
        idle.removeAll { $0 === connection }
        streams.remove(ObjectIdentifier(connection))
        if isClosed { return connection.abandon() }
        // Streams can leave more than are kept.
        let isStranger = connection.credential.endpoint !== endpoint && !flaws.contains(.keepsRefusedConnections)
        if requestConnections > limit || isStranger { return connection.abandon() }
        idle.append(connection)
        next()
    }

    private func next() {
        while !idle.isEmpty || requestConnections < limit, let exchange = waiting.popFirst() { assign(exchange) }
    }

    func closed(_ connection: APIConnection) {
        idle.removeAll { $0 === connection }
        streams.remove(ObjectIdentifier(connection))
        guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        next()
        warm(in: Self.warmingDelay)
    }

    func broke(_ exchange: Exchange, reason: String, mayRepeat: Bool) {
        exchange.connection = nil
        guard mayRepeat, exchange.mayBeRepeated, !exchange.isOver else { return exchange.fail(.broken(reason: reason)) }
        exchange.mayBeRepeated = false
        assign(exchange)
    }

    // MARK: Refused

    /// The server does not take who we are, or we do not take the server.
    func refuse(_ credential: Credential) {
        credentials.refuse(credential)
    }

    /// The API answered with an error; what it refused for who we were is sent once more if we are somebody else now.
    func refused(_ exchange: Exchange, _ credential: Credential, _ status: APIStatus) {
        guard status.code == 401 else { return exchange.fail(.status(status)) }
        sendAgain(exchange, unlike: credential) { [credentials] in credentials.explanation(of: status) }
    }

    /// TLS failed before there was an answer on the connection; only reading is harmless a second time.
    func turnedAway(_ exchange: Exchange, _ credential: Credential, reason: String) {
        exchange.connection = nil
        guard exchange.mayBeRepeated else { return exchange.fail(.broken(reason: reason)) }
        sendAgain(exchange, unlike: credential) { .broken(reason: reason) }
    }

    /// Sends it with newer credentials than `credential`, or fails it with `error` where there are none.
    private func sendAgain(_ exchange: Exchange, unlike credential: Credential, _ error: @escaping () -> RequestError) {
        guard !exchange.isOver, !exchange.isSecondTry, !isClosed else { return exchange.fail(error()) }
        exchange.isSecondTry = true
        credentials.current { [self] result in
            switch result {
            case .failure(let error): exchange.fail(error)
            case .success(let fresh) where fresh.number == credential.number: exchange.fail(error())
            case .success(let fresh): assign(exchange, fresh)
            }
        }
    }
}
