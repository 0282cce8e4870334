internal import AdmissionServer
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The decision log as a service, stopped after the server so that the last review is written.
struct DecisionLogService: Service {
    /// What a full disk or a pipe that nobody reads may add to a stop.
    private static let stopTimeout = TimeAmount.seconds(2)

    let log: DecisionLog
    /// What the log is written on.
    let loops: any EventLoopGroup
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        let lost = await log.stop(within: Self.stopTimeout)
        if lost > 0 {
            logger.error("the last decisions could not be written", metadata: ["decisions": "\(lost)"])
        }
        try await loops.shutdownGracefully()
    }
}
