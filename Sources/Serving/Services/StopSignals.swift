package import Logging
package import ServiceLifecycle
private import Synchronization
internal import UnixSignals

/// The signals that end the server, and the one that has its files read again, waited for from its very start: one that comes while files are read still is an orderly
/// end, with exit code 0.
///
/// SIGTERM is what a kubelet sends, at the same moment as the endpoints forget this replica: new connections are served for
/// the drain delay. SIGINT is a person at a terminal, who need not wait for that. A second SIGTERM changes nothing, since
/// process managers repeat themselves; a SIGINT ends the delay. SIGHUP is a person who does not want to wait for the next look at
/// certificate and policy; it never ends the server.
package final class StopSignals: Sendable {
    /// What a server that stops for them waits by.
    package let delay = DrainDelay()
    private let signals: UnixSignalsSequence
    private let rereads = Mutex<[@Sendable () -> Void]>([])
    private let logger: Logger

    package init(logger: Logger) async {
        self.logger = logger
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    }

    /// Has files read again at each SIGHUP.
    package func onHangUp(_ body: @escaping @Sendable () -> Void) {
        rereads.withLock { $0.append(body) }
    }

    /// Runs the services; a signal shuts them down.
    package func run(_ group: ServiceGroup) async throws {
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { await self.watch(group) }
            defer { tasks.cancelAll() }
            try await group.run()
        }
    }

    private func watch(_ group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if signal == .sighup {
                logger.notice("asked to read certificate and policy again", metadata: ["signal": "SIGHUP"])
                for reread in rereads.withLock({ $0 }) { reread() }
                continue
            }
            if signal == .sigint { delay.end() }
            let metadata: Logger.Metadata = ["signal": signal == .sigint ? "SIGINT" : "SIGTERM"]
            logger.notice(isStopping ? "already stopping" : "asked to stop", metadata: metadata)
            if !isStopping { await group.triggerGracefulShutdown() }
            isStopping = true
        }
    }
}
