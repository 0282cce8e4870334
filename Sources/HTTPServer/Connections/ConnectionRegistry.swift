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
        /// Ticks of the handshake.
        var ticks = 0
        /// It was closed for another, and leaves in its own time.
        var isYielding = false

        /// How long it has been waiting for its client.
        var wait: ConnectionWait? {
            guard let connection else { return ConnectionWait(kind: .unused, ticks: ticks) }
            return connection.wait
        }
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

    /// Closes the connection that can best be spared, so that a new one has its place; false if all are at work.
    ///
    /// It looks at all of this event loop, and at those of no other: connections are dealt out to them in turn.
    func makeRoom() -> Bool {
        var spared: (key: ObjectIdentifier, wait: ConnectionWait)?
        for (key, entry) in entries where !entry.isYielding {
            guard let wait = entry.wait, wait.mayYield else { continue }
            if let spared, wait <= spared.wait { continue }
            spared = (key, wait)
        }
        guard let spared, let entry = entries[spared.key] else { return false }
        entries[spared.key]?.isYielding = true
        if let connection = entry.connection {
            connection.yield()
        } else {
            entry.channel.close(promise: nil)
        }
        return true
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
        for (key, entry) in entries {
            if let connection = entry.connection {
                connection.tick()
            } else {
                entries[key]?.ticks += 1
            }
        }
    }
}
