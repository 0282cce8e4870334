internal import Logging
internal import NIOCore

/// Stops accepting for a moment when the system has no descriptor or memory for one connection more, and says so once.
///
/// The socket would otherwise stay ready, so that the event loop tried, and failed, without a pause. Whoever connects
/// meanwhile waits in the kernel's queue; the connections that are open are served on.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let observer: any HTTPServerObserver
    private let logger: Logger
    private let makeRoom: () -> Void
    private var isPaused = false
    private var lastReport: NIODeadline?

    /// - Parameters:
    ///   - observer: counts the failures.
    ///   - logger: for the operator, who has to raise a limit.
    ///   - makeRoom: closes connections that can be spared.
    init(observer: any HTTPServerObserver, logger: Logger, makeRoom: @escaping () -> Void) {
        self.observer = observer
        self.logger = logger
        self.makeRoom = makeRoom
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The channel closes for others by itself.
        guard error is IOError else { return context.fireErrorCaught(error) }
        observer.couldNotAccept()
        report(error)
        makeRoom()
        pause(context.channel)
    }

    /// Takes the socket out of what the event loop looks at, and puts it back.
    private func pause(_ channel: any Channel) {
        guard !isPaused, let options = channel.syncOptions else { return }
        isPaused = true
        try? options.setOption(.autoRead, value: false)
        channel.eventLoop.assumeIsolated().scheduleTask(in: HTTPServerLimits.acceptPause) { [self] in
            isPaused = false
            try? options.setOption(.autoRead, value: true)
        }
    }

    /// One line when it begins, and one a minute while it lasts or comes again.
    private func report(_ error: any Error) {
        let now = NIODeadline.now()
        if let lastReport, now - lastReport < HTTPServerLimits.acceptReportInterval { return }
        lastReport = now
        logger.error(
            "cannot accept connections for want of file descriptors; those that are open are served",
            metadata: [
                "reason": "\(error)", "limit": "\(DescriptorLimit.current.map(String.init) ?? "unknown")",
            ]
        )
    }
}
