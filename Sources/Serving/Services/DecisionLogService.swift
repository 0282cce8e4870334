internal import AdmissionServer
internal import Logging
internal import NIOCore
private import NIOPosix
internal import Offline
private import Replay
internal import ServiceLifecycle

/// The decision log as a service, stopped after the server so that the last review is written.
struct DecisionLogService: Service {
    /// What a full disk or a pipe that nobody reads may add to a stop.
    private static let stopTimeout = TimeAmount.seconds(2)

    let log: DecisionLog
    /// What the log is written on: one thread that may wait for the disk.
    private let loops: any EventLoopGroup
    private let logger: Logger

    /// Reads the key, if there is one, and opens the log.
    init(_ settings: ServerSettings.DecisionLog, _ metrics: AdmissionMetrics, logger: Logger) throws(CommandFailure) {
        var random = SystemRandomNumberGenerator()
        let stream = ChainLink.Stream(replica: ServerSettings.hostName, random: (random.next(), random.next()))
        var chain: LineChain?
        if let file = settings.keyFile { chain = LineChain(key: try ChainKeyFile.key(file), stream: stream) }
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.logger = logger
        do throws(DecisionFile.Failure) {
            log = try DecisionLog(
                location: settings.location,
                chain: chain,
                eventLoop: loops.next(),
                counters: metrics.decisionLog,
                now: Clocks.wall,
                logger: logger
            )
        } catch {
            loops.shutdownGracefully { _ in }
            throw CommandFailure("\(error); name a file in a folder that can be written with --decision-log")
        }
        if let chain {
            logger.info(
                "decisions are chained",
                metadata: ["replica": "\(stream.replica)", "start": "\(stream.start)", "key": "\(chain.key.id)"]
            )
        }
    }

    func run() async throws {
        try? await gracefulShutdown()
        let lost = await log.stop(within: Self.stopTimeout)
        if lost > 0 {
            logger.error("the last decisions could not be written", metadata: ["decisions": "\(lost)"])
        }
        try await loops.shutdownGracefully()
    }
}
