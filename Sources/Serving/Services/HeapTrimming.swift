internal import CMalloc
internal import ServiceLifecycle

/// Gives memory back to the system that nobody uses any more.
///
/// What a burst of large reviews or a list of the whole cluster has freed the C library keeps for good as soon as anything
/// behind it is still in use: 110 MiB where 47 are needed (docs/operations.md has the figures).
struct HeapTrimming: Service {
    /// Nothing to give back costs 0.2 ms, 50 MiB of it 4 ms, during which other threads may wait for an allocation.
    static let interval = Duration.seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                agentrun_admission_trim_heap()
            }
        }
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
    }
}
