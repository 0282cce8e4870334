/// What goes wrong, at will and by script.
extension FakeAPIServer {
    /// Adds rules; of several that match a request the first given counts.
    package func script(_ rules: FaultRule...) async throws {
        try await onLoop { $0.script.rules += rules }
    }

    /// Nothing goes wrong any more, except for what already does.
    package func removeScript() async throws {
        try await onLoop { $0.script.rules = [] }
    }

    /// The `Date` of answers is so many seconds ahead of the clock from now on, or behind it, and clients' certificates
    /// end by it.
    package func moveDate(by seconds: Int) async throws {
        try await onLoop { $0.store.dateOffset = seconds }
    }

    /// The resource is unknown from now on, as one whose CRD is missing: its objects are gone, its watches end.
    package func remove(resource: FakeResource) async throws {
        try await onLoop { core in
            for watch in core.watches(of: resource) { watch.end() }
            core.store.collection(resource).remove(version: core.store.nextVersion())
        }
    }

    /// The resource is there again, empty.
    package func restore(resource: FakeResource) async throws {
        try await onLoop { $0.store.collection(resource).isRemoved = false }
    }

    /// Watches tell of nothing that happens from now on, as when the watch cache gets nothing from etcd, but are opened, sent
    /// bookmarks and ended in time; lists tell of everything.
    package func stallWatches() async throws {
        try await onLoop { core in core.store.stalledVersion = core.store.version }
    }

    /// Watches tell of what happened meanwhile, and go on.
    package func resumeWatches() async throws {
        try await onLoop { core in
            guard let version = core.store.stalledVersion else { return }
            core.store.stalledVersion = nil
            for watch in core.watches(of: nil) { watch.catchUp(after: version) }
        }
    }

    /// Every watch and continue token from before now is too old.
    ///
    /// Open watches go on: they know all so far.
    package func expireHistory() async throws {
        try await onLoop { $0.store.expireHistory() }
    }

    package enum WatchEnding: Sendable {
        /// As when the time is up; the connection stays open.
        case cleanly
        /// The connection is closed in the middle of the answer.
        case abruptly
    }

    /// Ends the open watches of `resource`, of all when there is none.
    package func closeWatches(of resource: FakeResource? = nil, _ ending: WatchEnding = .abruptly) async throws {
        try await onLoop { core in
            for watch in core.watches(of: resource) {
                switch ending {
                case .cleanly: watch.end()
                case .abruptly: watch.cut()
                }
            }
        }
    }

    /// Sends an ERROR event to the open watches and ends them.
    package func sendErrorEvent(
        _ error: StatusError = .tooOld(requested: 1, oldest: 2),
        to resource: FakeResource? = nil
    ) async throws {
        try await onLoop { core in
            for watch in core.watches(of: resource) { watch.fail(error) }
        }
    }

    /// Sends a bookmark now to the open watches that asked for bookmarks.
    package func sendBookmarks(to resource: FakeResource? = nil) async throws {
        try await onLoop { core in
            for watch in core.watches(of: resource) { watch.sendBookmark() }
        }
    }

    /// Sends bytes as they are, in one chunk, to the open watches.
    package func sendToWatches(_ bytes: [UInt8], of resource: FakeResource? = nil) async throws {
        try await onLoop { core in
            for watch in core.watches(of: resource) { watch.send(bytes) }
        }
    }

    /// The times of watches that begin from now on, and how a version that is too old is answered.
    package func set(watches settings: WatchSettings) async throws {
        try await onLoop { $0.watchSettings = settings }
    }

    /// Lets all requests go on that ``Fault/hold`` or its like keeps.
    package func releaseHeldRequests() async throws {
        try await onLoop { $0.releaseHeld() }
    }

    /// Closes all connections, idle or not.
    package func closeConnections() async throws {
        try await onLoop { $0.closeConnections() }
    }
}
