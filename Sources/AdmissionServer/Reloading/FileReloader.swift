package import ClusterState
private import Dispatch
private import Synchronization

/// Reads something from files again when they change, and tells what came of it; the last good value is its user's to keep.
///
/// Links are followed, so that the swap of a mounted Secret's or ConfigMap's `..data` is a change like any other. What
/// cannot be read is tried again at every look, since it may be half written or not valid yet, but told once.
///
/// Looking and reading block, so they happen on a thread of their own.
package final class FileReloader<Value: Sendable>: Sendable {
    package enum Event: Sendable {
        case loaded(Value)
        /// The files have changed and cannot be used; told once a change.
        case failed(String)
    }

    /// How often the files are looked at: a mounted Secret's change takes up to a minute to arrive, a renewal hours to be
    /// needed, and the stat calls of a look microseconds.
    package static var defaultInterval: Duration { .seconds(2) }

    private struct State: Sendable {
        var stamps: [FileStamp?]
        var failure: String?
    }

    private let paths: [String]
    private let files: any FileSystem
    private let interval: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "files", qos: .utility)
    /// Somebody wants the files to be read now; of several wishes one is enough.
    private let wishes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// Makes a reloader that does nothing before ``run(load:onEvent:)``.
    ///
    /// It takes the files as read by whoever reads them next: make it before the first reading, so that a change in between
    /// is noticed.
    ///
    /// - Parameters:
    ///   - paths: the files that are read.
    ///   - files: where they are.
    ///   - interval: between the end of one look and the next.
    ///   - sleep: waits that long.
    package init(
        paths: [String],
        files: any FileSystem = PosixFileSystem(),
        interval: Duration = FileReloader.defaultInterval,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.paths = paths
        self.files = files
        self.interval = interval
        self.sleep = sleep
        state = Mutex(State(stamps: Self.stamps(of: paths, in: files)))
    }

    /// Reads the files at the next opportunity though they have not changed, and tells what came of it.
    package func readAgain() { wishes.continuation.yield() }

    /// Waits, looks, waits again, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - load: reads the files; what it throws is told in its own words.
    ///   - onEvent: called, as `load` is, on a thread of the reloader's.
    package func run(
        load: @escaping @Sendable () throws -> Value,
        onEvent: @escaping @Sendable (Event) -> Void
    ) async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { [self] in
                for await _ in wishes.stream { await look(isWished: true, load, onEvent) }
            }
            tasks.addTask { [self] in
                while !Task.isCancelled {
                    do {
                        try await sleep(interval)
                    } catch {
                        return
                    }
                    await look(isWished: false, load, onEvent)
                }
            }
        }
    }

    /// Looks on the queue, where one look follows the other.
    private func look(
        isWished: Bool,
        _ load: @escaping @Sendable () throws -> Value,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.look(isWished: isWished, load: load, onEvent: onEvent)
                continuation.resume()
            }
        }
    }

    /// Reads the files if they have changed, could not be used when last read, or somebody wishes it.
    func look(isWished: Bool = false, load: () throws -> Value, onEvent: (Event) -> Void) {
        let last = state.withLock { $0 }
        let stamps = Self.stamps(of: paths, in: files)
        let isChanged = stamps != last.stamps || isWished
        guard isChanged || last.failure != nil else { return }
        let failure: String?
        do {
            onEvent(.loaded(try load()))
            failure = nil
        } catch {
            let reason = "\(error)"
            if isWished || isChanged && reason != last.failure { onEvent(.failed(reason)) }
            failure = reason
        }
        state.withLock { $0 = State(stamps: stamps, failure: failure) }
    }

    /// What tells the files from later ones; nil for one that is not there.
    private static func stamps(of paths: [String], in files: any FileSystem) -> [FileStamp?] {
        paths.map { path in
            do throws(FileSystemError) {
                return try files.entry(at: path).stamp
            } catch {
                return nil
            }
        }
    }
}
