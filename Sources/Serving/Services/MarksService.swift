internal import AdmissionServer
internal import Logging
internal import ServiceLifecycle

/// The marks of reviews as a service, stopped after the server so that the last review leaves its own.
struct MarksService: Service {
    /// What an API server that does not answer may add to a stop.
    private static let stopTimeout = Duration.seconds(3)

    let marks: ReviewMarks
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await marks.run() }
        let lost = await marks.finish(within: Self.stopTimeout)
        marks.close()
        if lost > 0 {
            logger.error(
                "the marks of the last reviews could not be written: their runs count as not reviewed",
                metadata: ["marks": "\(lost)"]
            )
        }
    }
}
