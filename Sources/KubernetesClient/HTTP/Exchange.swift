internal import NIOCore

/// One request on its way: waiting for a connection, sent, answered.
final class Exchange {
    let request: APIRequest
    let receiver: any AnswerReceiver
    /// The connection it is on.
    var connection: APIConnection?
    /// It may be sent once more on a fresh connection, as a kept one can be closed just when it is used.
    var mayBeRepeated: Bool
    /// The server has refused it for who we were, and it was sent again as who we are.
    var isSecondTry = false
    private(set) var isOver = false
    private var timer: Scheduled<Void>?

    init(_ request: APIRequest, _ receiver: any AnswerReceiver) {
        self.request = request
        self.receiver = receiver
        mayBeRepeated = request.method == .get
    }

    /// Starts the time limit.
    func start(on eventLoop: any EventLoop) {
        timer = eventLoop.assumeIsolated().scheduleTask(in: request.timeout) { [self] in
            fail(.timedOut(seconds: Int(request.timeout.nanoseconds / 1_000_000_000)))
        }
    }

    /// The head of a success is there.
    func began() {
        if receiver.isStream { stopTimer() }
        receiver.began()
    }

    func end() {
        guard !isOver else { return }
        isOver = true
        stopTimer()
        receiver.ended()
    }

    /// Tells the receiver, once, and gives the connection up.
    func fail(_ error: RequestError) {
        guard !isOver else { return }
        isOver = true
        stopTimer()
        connection?.abandon()
        receiver.failed(error)
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}
