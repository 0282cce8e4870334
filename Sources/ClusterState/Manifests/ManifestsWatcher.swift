private import Dispatch

/// Keeps a store as the manifests are: looks at the files every two seconds and reads them again when one has changed.
///
/// Looking and reading block, so they happen on a thread of their own.
package struct ManifestsWatcher: Sendable {
    /// What an operator may want to know.
    package enum Event: Sendable {
        /// All was read; the report may have problems, whose files keep the objects they had before.
        case loaded(ManifestsReport)
        /// The state stays as it was; told once until the error changes or goes.
        case failed(ManifestsError)
        /// The files can be read again, and are as they were before the failure.
        case recovered
    }

    private let source: ManifestsSource
    private let paths: [String]
    private let store: ClusterStore
    private let interval: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let onEvent: @Sendable (Event) -> Void
    private let queue = DispatchQueue(label: "manifests", qos: .utility)

    /// Makes a watcher that does nothing before ``run()``.
    ///
    /// `interval` lies between the end of one look and the next; `onEvent` is called on a thread of the watcher's.
    package init(
        source: ManifestsSource,
        paths: [String],
        store: ClusterStore,
        interval: Duration = .seconds(2),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.source = source
        self.paths = paths
        self.store = store
        self.interval = interval
        self.sleep = sleep
        self.onEvent = onEvent
    }

    /// Looks, waits, looks again, until the task is cancelled.
    package func run() async throws {
        var last = Look()
        while !Task.isCancelled {
            last = await look(after: last)
            do {
                try await sleep(interval)
            } catch is CancellationError {
                return
            }
        }
    }

    /// What the last look found.
    private struct Look: Sendable {
        /// What the store has, nil as long as nothing was read.
        var files: [ManifestFile]?
        var projection: RunProjection?
        var error: ManifestsError?
    }

    private func look(after last: Look) async -> Look {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: lookNow(after: last)) }
        }
    }

    private func lookNow(after last: Look) -> Look {
        let lookedAt = store.now
        let projection = store.projection
        do throws(ManifestsError) {
            let files = try source.files(at: paths)
            if files == last.files, projection == last.projection {
                store.confirm(lookedAt: lookedAt)
                if last.error != nil { onEvent(.recovered) }
            } else {
                onEvent(.loaded(try load(files, projection, lookedAt)))
            }
            return Look(files: files, projection: projection)
        } catch {
            store.markUnavailable(error.description)
            if error != last.error { onEvent(.failed(error)) }
            return Look(files: last.files, projection: last.projection, error: error)
        }
    }

    private func load(
        _ files: [ManifestFile],
        _ projection: RunProjection,
        _ lookedAt: Int64
    ) throws(ManifestsError) -> ManifestsReport {
        var loaded = try source.load(files, projection: projection)
        let report = loaded.report
        if report.problemCount > 0 { store.carryOver(into: &loaded) }
        store.replace(with: loaded, lookedAt: lookedAt)
        return report
    }
}
