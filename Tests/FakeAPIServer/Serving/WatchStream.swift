package import NIOCore

/// A watch that is being served: events as lines, one chunk each.
final class WatchStream {
    let connection: Connection
    let collection: ObjectCollection
    let request: ReceivedRequest
    private let store: ObjectStore
    private let settings: WatchSettings
    /// Every event is sent twice.
    private let isDoubled: Bool
    private var selector: LabelSelector?
    private var isOpen = false
    private var selectedName: String?
    /// What the client knows already.
    private var startVersion = 0
    private var isStopped = false
    private var endTimers: [Scheduled<Void>] = []
    private var bookmarkTimer: Scheduled<Void>?

    init(
        _ request: ReceivedRequest,
        on connection: Connection,
        of collection: ObjectCollection,
        in store: ObjectStore,
        settings: WatchSettings,
        isDoubled: Bool
    ) {
        self.request = request
        self.connection = connection
        self.collection = collection
        self.store = store
        self.settings = settings
        self.isDoubled = isDoubled
    }

    // MARK: Beginning and end

    /// What the watch begins with, or why it cannot begin.
    ///
    /// Without a version, or with "0", everything there is comes as ADDED first.
    func backlog() throws(StatusError) -> [ObjectEvent] {
        selector = try LabelSelector(parsing: request.query["labelSelector"])
        selectedName = try request.selectedName()
        let text = request.query["resourceVersion"] ?? ""
        guard !text.isEmpty, text != "0" else {
            return collection.objects.map { ObjectEvent(kind: .added, object: $0) }
        }
        guard let version = Int(text) else { throw .badRequest("Invalid value: \"\(text)\": resourceVersion") }
        guard version >= collection.oldestWatchable else {
            throw .tooOld(requested: version, oldest: collection.oldestWatchable)
        }
        startVersion = version
        return collection.events(after: version)
    }

    /// Sends the head, `opening` as it is and the backlog; more comes as it happens.
    func start(_ backlog: [ObjectEvent], opening: [ByteBuffer] = []) {
        isOpen = true
        connection.watch = self
        collection.watches[ObjectIdentifier(self)] = self
        connection.beginChunks(.watch)
        for bytes in opening { connection.writeChunk(bytes) }
        for event in backlog { deliver(event) }
        scheduleEnd()
        scheduleBookmark()
    }

    /// Ends the answer as a time-out does; the connection stays open.
    func end() {
        guard isOpen else { return }
        stop()
        connection.endChunks()
    }

    /// Sends an ERROR event and ends.
    func fail(_ error: StatusError) {
        guard isOpen else { return }
        connection.writeChunk(Self.line("ERROR", error.bytes))
        end()
    }

    /// Closes the connection in the middle.
    func cut() {
        stop()
        connection.close()
    }

    /// Nothing more is sent.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        isOpen = false
        for timer in endTimers { timer.cancel() }
        bookmarkTimer?.cancel()
        collection.watches[ObjectIdentifier(self)] = nil
        connection.watch = nil
        connection.core.changed()
    }

    // MARK: Events

    func deliver(_ event: ObjectEvent) {
        guard isOpen, includes(event.object), event.object.version <= store.stalledVersion ?? .max else { return }
        let line = Self.line(event.kind.rawValue, event.object.bytes)
        connection.writeChunk(line)
        if isDoubled { connection.writeChunk(line) }
    }

    /// Sends what happened while watches stood still, after `version`.
    func catchUp(after version: Int) {
        for event in collection.events(after: max(version, startVersion)) { deliver(event) }
    }

    /// Sends bytes that may be no event at all.
    func send(_ bytes: [UInt8]) {
        if isOpen { connection.writeChunk(ByteBuffer(bytes: bytes)) }
    }

    private func includes(_ object: StoredObject) -> Bool {
        (request.namespace == nil || request.namespace == object.namespace)
            && (request.name == nil || request.name == object.name)
            && (selector?.matches(object) ?? true)
            && (selectedName == nil || selectedName == object.name)
    }

    /// Says that nothing else happened up to now, if the client wants to know.
    func sendBookmark() {
        guard isOpen, let wants = request.query["allowWatchBookmarks"], wants == "true" || wants == "1" else { return }
        let object: [String: Any] = [
            "kind": collection.kind, "apiVersion": collection.resource.apiVersion,
            "metadata": ["resourceVersion": String(store.stalledVersion ?? store.version)],
        ]
        connection.writeChunk(Self.line("BOOKMARK", JSONObject.encode(object, of: collection.resource).bytes))
    }

    static func line(_ type: String, _ object: [UInt8]) -> ByteBuffer {
        var line = ByteBufferAllocator().buffer(capacity: object.count + 40)
        line.writeString("{\"type\":\"\(type)\",\"object\":")
        line.writeBytes(object)
        line.writeString("}\n")
        return line
    }

    // MARK: Time

    private func scheduleEnd() {
        let seconds = request.query["timeoutSeconds"].flatMap { Int64($0) } ?? 0
        let timeout = seconds > 0 ? TimeAmount.seconds(seconds) : settings.timeout
        let last = timeout - settings.lastBookmarkBeforeEnd
        let timers = [
            schedule(in: timeout) { $0.end() },
            last > .zero ? schedule(in: last) { $0.sendBookmark() } : nil,
        ]
        endTimers = timers.compactMap { $0 }
    }

    private func scheduleBookmark() {
        bookmarkTimer = schedule(in: settings.bookmarkInterval) { watch in
            watch.sendBookmark()
            watch.scheduleBookmark()
        }
    }

    private func schedule(in delay: TimeAmount, _ action: @escaping (WatchStream) -> Void) -> Scheduled<Void>? {
        guard let eventLoop = connection.context?.eventLoop, isOpen else { return nil }
        return eventLoop.assumeIsolated().scheduleTask(in: delay) { action(self) }
    }
}

/// The times of watches.
package struct WatchSettings: Sendable {
    /// How often a bookmark is sent; about a minute on a real server.
    package var bookmarkInterval = TimeAmount.seconds(60)
    /// How long before the end the last one is sent.
    package var lastBookmarkBeforeEnd = TimeAmount.seconds(2)
    /// Of a watch without `timeoutSeconds`, or with 0.
    package var timeout = TimeAmount.minutes(30)
    /// A version that is too old is answered with HTTP 410 in place of an ERROR event in the stream, which is what a
    /// real server sends.
    package var answersTooOldWithStatus = false

    package init() {}
}
