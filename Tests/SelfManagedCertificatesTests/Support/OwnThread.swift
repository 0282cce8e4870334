import Dispatch

/// Runs a test's tasks beside those of all other tests, which share as many threads as there are cores and may be busy
/// for a minute.
final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in
            // The executor outlives the job: the closure holds it.
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
