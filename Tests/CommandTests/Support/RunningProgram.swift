import Glibc
import Subprocess
import Synchronization
import SystemPackage
import TestPrograms

/// A program that runs until it is stopped, or nobody holds it any more.
final class RunningProgram: Sendable {
    let identifier: pid_t
    private let end: Task<Int32, any Error>
    private let hasEnded: Ended

    /// Told by the task that waits for the program.
    private final class Ended: Sendable {
        let value = Atomic(false)
    }

    private init(identifier: pid_t, end: Task<Int32, any Error>, hasEnded: Ended) {
        self.identifier = identifier
        self.end = end
        self.hasEnded = hasEnded
    }

    deinit {
        terminate()
    }

    var isRunning: Bool { !hasEnded.value.load(ordering: .acquiring) }

    /// Starts a program; both its outputs go to the file `log`.
    static func start(_ path: String, _ arguments: [String], log: String) async throws -> RunningProgram {
        let hasEnded = Ended()
        let (identifiers, started) = AsyncThrowingStream<pid_t, any Error>.makeStream()
        let end = Task {
            defer { hasEnded.value.store(true, ordering: .releasing) }
            do {
                let output = try FileDescriptor.open(.init(log), .writeOnly, options: .append)
                let result = try await run(
                    .path(.init(path)),
                    arguments: Arguments(arguments),
                    input: .none,
                    output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                    error: .combinedWithOutput
                ) { started.yield($0.processIdentifier.value) }
                return result.terminationStatus.number
            } catch {
                started.finish(throwing: error)
                throw error
            }
        }
        for try await identifier in identifiers {
            return RunningProgram(identifier: identifier, end: end, hasEnded: hasEnded)
        }
        throw CancellationError()
    }

    /// Sends SIGTERM and waits for the end; the exit status.
    func stop() async throws -> Int32 {
        terminate()
        return try await end.value
    }

    /// The exit status, once it has ended.
    var exitStatus: Int32 { get async throws { try await end.value } }

    private func terminate() {
        guard isRunning else { return }
        kill(identifier, SIGTERM)
    }
}
