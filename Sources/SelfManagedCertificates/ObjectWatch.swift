internal import KubernetesClient
internal import NIOCore
private import Synchronization

/// Tells that one object has changed, as far as this identity may watch it.
///
/// Its only use is that a change is noticed at once: what the object is like is read anew. Without the right to list and
/// watch, it stays silent, and the object is looked at now and then.
final class ObjectWatch: Sendable {
    /// Longer than what the state's watches last: nothing depends on the age of what is known here.
    private static let watchSeconds = 450
    private static var timing: ReflectorTiming {
        var timing = ReflectorTiming(maximumAgeSeconds: watchSeconds)
        // The object is read anew now and then anyway, and not from a cache.
        timing.asksForProgress = false
        return timing
    }

    private let client: APIClient
    private let resource: WatchedResource
    private let isOn = Atomic(false)
    private let reflector: NIOLoopBoundBox<Reflector?>
    private let onChange: @Sendable () -> Void
    private let onRefusal: @Sendable (String) -> Void

    init(
        _ resource: WatchedResource,
        client: APIClient,
        onChange: @escaping @Sendable () -> Void,
        onRefusal: @escaping @Sendable (String) -> Void
    ) {
        (self.resource, self.client, self.onChange, self.onRefusal) = (resource, client, onChange, onRefusal)
        reflector = .makeBoxSendingValue(nil, eventLoop: client.eventLoop)
    }

    /// Changes are told of.
    var isWatching: Bool { isOn.load(ordering: .acquiring) }

    func start(monotonicMilliseconds: @escaping @Sendable () -> Int64) {
        client.eventLoop.execute { [self] in
            let made = Reflector(
                resource,
                client: client,
                sink: Sink(watch: self),
                timing: Self.timing,
                environment: .init(monotonicMilliseconds: monotonicMilliseconds)
            )
            reflector.value = made
            made.start()
        }
    }

    func stop() async {
        let stopped = client.eventLoop.submit { [self] in end() }
        // The event loop outlives its users.
        try? await stopped.get()
    }

    private func end() {
        reflector.value?.stop()
        reflector.value = nil
    }

    private func listed() {
        isOn.store(true, ordering: .releasing)
        onChange()
    }

    private func failed(_ failure: ReflectorFailure) {
        let wasOn = isOn.exchange(false, ordering: .acquiringAndReleasing)
        if case .status(let status) = failure, status.code == 403 {
            end()
            onRefusal(failure.message(resource: resource.name))
        }
        if wasOn { onChange() }
    }

    /// Objects come and go unread.
    private final class Sink: ReflectorSink {
        private let watch: ObjectWatch

        init(watch: ObjectWatch) {
            self.watch = watch
        }

        func beginList() {}
        func expect(_ count: Int) {}
        func collect(_ object: UnsafeRawBufferPointer) {}
        func commitList(heardAt: Int64, failure: ReflectorFailure?) { watch.listed() }
        func put(_ object: UnsafeRawBufferPointer) { watch.onChange() }
        func delete(_ object: UnsafeRawBufferPointer) { watch.onChange() }
        func flush(heardAt: Int64) { watch.isOn.store(true, ordering: .releasing) }
        func resumed() { watch.listed() }

        func failed(_ condition: ReflectorStateMachine.Condition, _ failure: ReflectorFailure) {
            watch.failed(failure)
        }
    }
}
