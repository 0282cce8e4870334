internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import TLS

/// The connections of one client, and the requests that wait for one; belongs to one event loop.
final class APIConnections {
    /// Kept connections and requests under way; a stream has a connection beyond these, as it may last for ever.
    ///
    /// Eight requests at once are more than a replica needs, and few enough that hundreds of replicas do no harm.
    static let maximumConnections = 8
    static let connectTimeout = TimeAmount.seconds(5)

    private let eventLoop: any EventLoop
    private let credentials: Credentials
    private var idle: [APIConnection] = []
    private var open: [ObjectIdentifier: APIConnection] = [:]
    private var waiting: [Exchange] = []
    /// Requests for which a connection is being made, by connection.
    private var opening: [ObjectIdentifier: Exchange] = [:]
    private var isClosed = false

    init(eventLoop: any EventLoop, credentials: Credentials) {
        self.eventLoop = eventLoop
        self.credentials = credentials
    }

    /// Sends a request as soon as there is a connection.
    func perform(_ exchange: Exchange) {
        guard !isClosed else { return exchange.fail(.cancelled) }
        exchange.start(on: eventLoop)
        assign(exchange)
    }

    /// Closes what is idle and fails what waits; a request under way ends by itself, and its connection with it.
    func close() {
        isClosed = true
        for connection in idle { connection.abandon() }
        let exchanges = waiting + opening.values
        waiting = []
        opening = [:]
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
        if let connection = idle.popLast() {
            connection.begin(exchange, token: credential.token, server: credential.server)
        } else if exchange.receiver.isStream || requestConnections < Self.maximumConnections {
            connect(for: exchange, credential)
        } else {
            waiting.append(exchange)
        }
    }

    /// Connections that are not a stream's.
    private var requestConnections: Int {
        let streams = opening.values.count { $0.receiver.isStream } + open.values.count { $0.isStreaming }
        return open.count - streams
    }

    // MARK: Connecting

    private func connect(for exchange: Exchange, _ credential: Credential) {
        let server = credential.server
        let connection = APIConnection(isTLS: server.isTLS, owner: self)
        let bound = NIOLoopBound((self, connection, credential), eventLoop: eventLoop)
        open[ObjectIdentifier(connection)] = connection
        opening[ObjectIdentifier(connection)] = exchange
        ClientBootstrap(group: eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (_, connection, credential) = bound.value
                    try Self.addHandlers(connection, credential, to: channel)
                }
            }
            .connect(host: server.host, port: server.port)
            .assumeIsolated()
            .whenFailure { [self] error in failedToOpen(connection, error) }
    }

    private static func addHandlers(
        _ connection: APIConnection,
        _ credential: Credential,
        to channel: any Channel
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let context = credential.context {
            let name = credential.serverName
            try pipeline.addHandler(TLSHandler(context: context, serverName: name))
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
        credentials.current { result in
            switch result {
            case .failure(let error):
                connection.abandon()
                exchange.fail(error)
            case .success(let credential):
                connection.begin(exchange, token: credential.token, server: credential.server)
            }
        }
    }

    func failedToOpen(_ connection: APIConnection, _ error: (any Error)?) {
        closed(connection)
        guard let exchange = opening.removeValue(forKey: ObjectIdentifier(connection)) else { return }
        if case .handshake? = error as? TLSError { credentials.expire() }
        exchange.fail(.unreachable(server: credentials.server.description, reason: Self.reason(error)))
        next()
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
        if isClosed { return connection.abandon() }
        // Streams can leave more than are kept.
        if requestConnections > Self.maximumConnections { return connection.abandon() }
        idle.append(connection)
        next()
    }

    private func next() {
        while let exchange = waiting.first {
            guard exchange.isOver || !idle.isEmpty || requestConnections < Self.maximumConnections else { return }
            waiting.removeFirst()
            if !exchange.isOver { return assign(exchange) }
        }
    }

    func closed(_ connection: APIConnection) {
        idle.removeAll { $0 === connection }
        guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        next()
    }

    func broke(_ exchange: Exchange, reason: String, mayRepeat: Bool) {
        exchange.connection = nil
        guard mayRepeat, exchange.mayBeRepeated, !exchange.isOver else { return exchange.fail(.broken(reason: reason)) }
        exchange.mayBeRepeated = false
        assign(exchange)
    }

    /// The API answered with an error; a token that is no longer good is read or made again.
    func refused(_ exchange: Exchange, _ status: APIStatus) {
        if status.code == 401 { credentials.expire() }
        exchange.fail(.status(status))
    }
}
