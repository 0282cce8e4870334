import Foundation
package import Testing

extension Trait where Self == OwnThread {
    /// For tests that compute for seconds: they keep none of the few threads on which all others wait for their turn, of which
    /// there are as many as processors.
    package static var apart: Self { OwnThread() }
}

/// Runs tests on threads of their own.
package struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadExecutor.shared) { try await function() }
    }
}

/// As many threads as there are processors, kept for what is to come.
// Unchecked: everything that changes is looked at with `condition` locked alone.
private final class ThreadExecutor: TaskExecutor, @unchecked Sendable {
    static let shared = ThreadExecutor()

    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var threads = 0

    func enqueue(_ job: consuming ExecutorJob) {
        condition.lock()
        jobs.append(UnownedJob(job))
        let isOneMore = threads < ProcessInfo.processInfo.activeProcessorCount
        if isOneMore { threads += 1 }
        condition.signal()
        condition.unlock()
        if isOneMore { Thread.detachNewThread { self.work() } }
    }

    private func work() -> Never {
        while true {
            let job = next()
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    private func next() -> UnownedJob {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty { condition.wait() }
        return jobs.removeFirst()
    }
}
