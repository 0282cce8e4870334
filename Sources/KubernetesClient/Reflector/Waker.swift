package import NIOCore

/// Lets one task wait until some time or until it is called, whichever is first.
///
/// A call while nobody waits makes the next wait end at once.
package final class Waker: Sendable {
    private struct State {
        var isCalled = false
        var waiter: EventLoopPromise<Void>?
    }

    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        state = .makeBoxSendingValue(State(), eventLoop: eventLoop)
    }

    package func call() {
        eventLoop.execute { [self] in
            if let waiter = state.value.waiter {
                state.value.waiter = nil
                waiter.succeed()
            } else {
                state.value.isCalled = true
            }
        }
    }

    /// Also ends when the task is cancelled.
    package func wait(milliseconds: Int64) async {
        let waited = eventLoop.flatSubmit { [self] in begin(milliseconds) }
        await withTaskCancellationHandler {
            // It never fails: the event loop outlives its users.
            try? await waited.get()
        } onCancel: {
            call()
        }
    }

    private func begin(_ milliseconds: Int64) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        if state.value.isCalled {
            state.value.isCalled = false
            promise.succeed()
            return promise.futureResult
        }
        state.value.waiter = promise
        let timer = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(max(1, milliseconds))) { [self] in
            state.value.waiter = nil
            promise.succeed()
        }
        promise.futureResult.assumeIsolated().whenComplete { _ in timer.cancel() }
        return promise.futureResult
    }
}
