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

/// A thread for each job; those here are few and long.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
