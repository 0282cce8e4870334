internal import NIOCore
internal import NIOPosix

/// The connections of one event loop: ticks them, retires them, drains them, and closes what is left.
///
/// One timer a loop serves every time-out of every connection. Everything here happens on that loop.
final class ConnectionRegistry {
    private struct Entry {
        let channel: any Channel
        /// Nil during the TLS handshake, which has its own time-out.
        var connection: (any ServedConnection)?
    }

    private let eventLoop: any EventLoop
    private var entries: [ObjectIdentifier: Entry] = [:]
    private var timer: RepeatedTask?
    private var isRetiring = false
    private var isDraining = false
    private var emptied: EventLoopPromise<Void>?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    var count: Int { entries.count }

    /// Adds a connection that was accepted.
    func add(_ channel: any Channel) {
        eventLoop.preconditionInEventLoop()
        entries[ObjectIdentifier(channel)] = Entry(channel: channel)
        startTicking()
    }

    /// The connection has its protocol.
    func serve(_ connection: any ServedConnection, on channel: any Channel) {
        entries[ObjectIdentifier(channel)]?.connection = connection
        if isRetiring { connection.retire() }
        if isDraining { connection.drain() }
    }

    func remove(_ channel: any Channel) {
        entries[ObjectIdentifier(channel)] = nil
        guard entries.isEmpty else { return }
        timer?.cancel()
        timer = nil
        emptied?.succeed()
        emptied = nil
    }

    /// Asks every connection, and every later one, to end with its next answer.
    func retire() {
        isRetiring = true
        for entry in Array(entries.values) {
            entry.connection?.retire()
        }
    }

    /// Asks every connection, and every later one, to finish; done when none is left.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        if let emptied { return emptied.futureResult }
        let promise = eventLoop.makePromise(of: Void.self)
        emptied = promise
        for entry in Array(entries.values) {
            entry.connection?.drain()
        }
        if entries.isEmpty {
            emptied?.succeed()
            emptied = nil
        }
        return promise.futureResult
    }

    /// Closes every connection whatever it is doing.
    func closeAll() {
        for entry in Array(entries.values) {
            entry.channel.close(promise: nil)
        }
    }

    private func startTicking() {
        guard timer == nil else { return }
        let registry = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleRepeatedTask(
            initialDelay: HTTPServerLimits.tick,
            delay: HTTPServerLimits.tick
        ) { _ in registry.value.tick() }
    }

    private func tick() {
        // A connection may close, and so leave the table, while it is ticked.
        for entry in Array(entries.values) {
            entry.connection?.tick()
        }
    }
}
