internal import AdmissionServer
internal import NIOCore
private import NIOPosix

/// The threads of a server.
///
/// Threads of their own talk to the API server, so that no review waits for a list: one lists and watches, the other claims
/// branches and keeps the certificate. So has the port of the metrics, too: whatever the others are at, a probe is answered.
struct ServerThreads: Sendable {
    /// Two.
    let cluster: any EventLoopGroup
    let answering: any EventLoopGroup
    let judging: any EventLoopGroup
    let probes: any EventLoopGroup
    /// What audits; does nothing where nothing is audited.
    let auditing: any EventLoopGroup

    init(answering count: Int) {
        cluster = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        answering = MultiThreadedEventLoopGroup(numberOfThreads: count)
        judging = MultiThreadedEventLoopGroup(numberOfThreads: ReviewLanes.threadCount)
        probes = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        auditing = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    /// Those first that answer on the others.
    private var all: [any EventLoopGroup] { [judging, answering, probes, auditing, cluster] }

    /// Ends them, once nothing runs on them any more.
    func end() async throws {
        for loops in all { try await loops.shutdownGracefully() }
    }

    /// Ends those of a server that was never made.
    func abandon() {
        for loops in all { loops.shutdownGracefully { _ in } }
    }
}
