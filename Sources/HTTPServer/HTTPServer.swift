package import Logging
package import NIOCore
internal import NIOPosix
internal import Synchronization
internal import TLS

/// An HTTP server, with or without TLS: accepts connections, finds out their protocol, and hands requests to its service.
///
/// ``start()`` once, ``retire()`` at most once, ``shutdownGracefully(within:)`` once; all from anywhere. The event loop group is the owner's.
package final class HTTPServer: Sendable {
    package struct Configuration: Sendable {
        /// Addresses or names, tried in turn: the next only where this machine has no such address, or none of that kind.
        package var hosts: [String]

        /// 0 lets the system choose; ``HTTPServer/start()`` tells which.
        package var port: Int

        package var limits: HTTPServerLimits

        /// - Parameters:
        ///   - host: an address without brackets, or a name; nil for all addresses there are, of IPv6 and IPv4, or of IPv4
        ///     where the machine has no other.
        ///   - port: where.
        ///   - limits: what it takes.
        package init(host: String? = nil, port: Int = 8443, limits: HTTPServerLimits = HTTPServerLimits()) {
            hosts = host.map { [$0] } ?? ["::", "0.0.0.0"]
            self.port = port
            self.limits = limits
        }
    }

    private enum State {
        case new
        case starting
        case listening(any Channel)
        case stopped
    }

    /// Connections the kernel completes before we accept them: as many as an API server opens in one burst, and what Linux
    /// allows by default (`net.core.somaxconn` is 4096) is not exceeded.
    private static let backlog: Int32 = 1024

    /// An ordinary review with its head and TLS record fits the first read; a large one grows the buffer by itself.
    private static let readBufferBytes = (minimum: 2048, initial: 8192, maximum: 65536)

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let security: TransportSecurity
    private let surroundings: ConnectionSurroundings
    private let surplus: ConnectionSurroundings
    private let logger: Logger
    private let handshakeLog: HandshakeLog
    private let connections: ConnectionCount
    private let registries: [ObjectIdentifier: NIOLoopBoundBox<ConnectionRegistry>]
    private let state = Mutex(State.new)

    /// Makes a server that does nothing before ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: where it listens, and what it takes.
    ///   - group: what it runs on.
    ///   - security: what protects its connections.
    ///   - service: answers the requests.
    ///   - observer: is told of everything else.
    ///   - logger: for what an operator has to know.
    package init(
        configuration: Configuration,
        group: any EventLoopGroup,
        security: TransportSecurity,
        service: some HTTPService,
        observer: some HTTPServerObserver = NoObserver(),
        logger: Logger
    ) {
        let limits = configuration.limits
        let budget = BodyBudget(maximumBytes: limits.maximumBufferedBytes)
        self.configuration = configuration
        self.group = group
        self.security = security
        self.logger = logger
        handshakeLog = HandshakeLog(logger: logger)
        surroundings = ConnectionSurroundings(service: service, limits: limits, budget: budget, observer: observer)
        surplus = ConnectionSurroundings(
            service: SurplusService(service: service, observer: observer),
            limits: limits.forSurplus,
            budget: budget,
            observer: observer
        )
        connections = ConnectionCount(
            maximum: limits.maximumConnections,
            surplus: limits.maximumConnections / HTTPServerLimits.surplusConnectionsDivisor
        )
        registries = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { eventLoop in
                let registry = ConnectionRegistry(eventLoop: eventLoop)
                return (ObjectIdentifier(eventLoop), .makeBoxSendingValue(registry, eventLoop: eventLoop))
            }
        )
    }

    /// The connections open now, those in their handshake included.
    package var connectionCount: Int { connections.current }

    /// Listens.
    ///
    /// - Returns: the address with the port the system chose, if it was to choose.
    /// - Throws: ``HTTPServerError``.
    package func start() async throws(HTTPServerError) -> SocketAddress {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isNew else { throw .alreadyStarted }
        let (hosts, port) = (configuration.hosts, configuration.port)
        for host in hosts.dropLast() {
            do throws(HTTPServerError) {
                return try await listen(on: host, port)
            } catch {
                guard error.isOfAddress else { throw error }
            }
        }
        return try await listen(on: hosts.last ?? "", port)
    }

    private func listen(on host: String, _ port: Int) async throws(HTTPServerError) -> SocketAddress {
        do {
            // A socket of :: takes IPv4, too, whatever the system's default is: the library asks for that.
            let channel = try await bootstrap().bind(host: host, port: port).get()
            guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
            guard keep(channel) else {
                try await channel.close()
                throw HTTPServerError.alreadyStarted
            }
            return address
        } catch let error as HTTPServerError {
            throw error
        } catch {
            throw .cannotListen(onHost: host, port: port, because: error)
        }
    }

    /// Remembers the listening channel; false if the server was stopped meanwhile.
    private func keep(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard case .starting = state else { return false }
            state = .listening(channel)
            return true
        }
    }

    /// The server is about to stop: from now on every connection ends with its next answer, and says so, while new ones are
    /// still taken.
    ///
    /// Clients so go elsewhere by themselves, as soon as they know of an elsewhere.
    package func retire() async {
        await withDiscardingTaskGroup { tasks in
            for registry in registries.values {
                // An event loop that is shut down already has no connections.
                tasks.addTask { try? await registry.eventLoop.submit { registry.value.retire() }.get() }
            }
        }
    }

    /// Stops: accepts nothing more, lets the requests under way be answered, tells clients to go elsewhere, and closes.
    ///
    /// - Parameter limit: how long the connections have; those left then are cut.
    package func shutdownGracefully(within limit: TimeAmount) async {
        let listener = state.withLock { state -> (any Channel)? in
            defer { state = .stopped }
            guard case .listening(let channel) = state else { return nil }
            return channel
        }
        // Fails only when it is closed already.
        try? await listener?.close()
        await withDiscardingTaskGroup { tasks in
            for registry in registries.values {
                tasks.addTask { await Self.drain(registry, within: limit) }
            }
        }
    }

    private static func drain(_ registry: NIOLoopBoundBox<ConnectionRegistry>, within limit: TimeAmount) async {
        let eventLoop = registry.eventLoop
        let deadline = eventLoop.scheduleTask(in: limit) { registry.value.closeAll() }
        // An event loop that is shut down already has no connections.
        try? await eventLoop.flatSubmit { registry.value.drain() }.get()
        deadline.cancel()
    }

    // MARK: Accepting

    private func bootstrap() -> ServerBootstrap {
        let sizes = Self.readBufferBytes
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptPause(observer: self.surroundings.observer, logger: self.logger) { self.makeRoom() }
                    )
                }
            }
            // A restart must not wait for the old connections' TIME_WAIT.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // An answer leaves in one write; waiting for more of it would only delay it.
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: sizes.minimum,
                    initial: sizes.initial,
                    maximum: sizes.maximum
                )
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: HTTPServerLimits.writeBufferBytes.low, high: HTTPServerLimits.writeBufferBytes.high)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
            }
    }

    /// Sets a new connection up, on its event loop.
    ///
    /// An error closes it.
    private func accept(_ channel: any Channel) throws {
        guard let registry = registries[ObjectIdentifier(channel.eventLoop)]?.value else {
            throw ChannelError.ioOnClosedChannel
        }
        let place = try place(in: registry)
        registry.add(channel)
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            // Before the registry hears of it, whose last connection ends a drain.
            self.connections.giveBack()
            registry.remove(channel)
        }
        let surroundings = place == .served ? surroundings : surplus
        let installer = ProtocolInstaller(surroundings: surroundings, registry: registry)
        let pipeline = channel.pipeline.syncOperations
        // First, so that it sees the socket's writability and stops the socket's reads.
        try pipeline.addHandler(BackPressureHandler())
        switch security {
        case .tls(let context):
            try pipeline.addHandler(
                TLSHandler(
                    context: context(),
                    handshakeTimeout: surroundings.limits.handshakeTimeout,
                    maximumKeyUpdates: HTTPServerLimits.maximumKeyUpdates
                )
            )
            try pipeline.addHandler(ProtocolDispatchHandler(installer: installer, log: handshakeLog))
        case .plaintext(let httpProtocol):
            try installer.install(httpProtocol, on: channel)
        }
    }

    /// Counts a new connection, which gets the place of one that can be spared if there is no other.
    private func place(in registry: ConnectionRegistry) throws -> ConnectionCount.Place {
        let place = connections.take()
        guard place != .served else { return place }
        if registry.makeRoom() {
            surroundings.observer.ended(.yielded)
            if place == .none { connections.exchange() }
            return .served
        }
        guard place != .none else {
            surroundings.observer.refusedConnection()
            logger.debug("connection refused: there are as many as there may be")
            throw ChannelError.ioOnClosedChannel
        }
        return place
    }

    /// Descriptors have run out: each event loop closes a connection that can be spared.
    private func makeRoom() {
        for registry in registries.values {
            registry.eventLoop.execute {
                if registry.value.makeRoom() { self.surroundings.observer.ended(.yielded) }
            }
        }
    }
}
