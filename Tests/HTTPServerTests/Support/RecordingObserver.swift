import Synchronization
import TLS

@testable import HTTPServer

/// Remembers what it was told, one text an event.
final class RecordingObserver: HTTPServerObserver {
    private let told = Mutex<[String]>([])

    var events: [String] { told.withLock { $0 } }

    private func note(_ event: String) { told.withLock { $0.append(event) } }

    func opened(_ httpProtocol: HTTPProtocol) { note("opened \(httpProtocol.rawValue)") }
    func closed(_ httpProtocol: HTTPProtocol) { note("closed \(httpProtocol.rawValue)") }
    func refusedConnection() { note("refused connection") }
    func handshakeFailed(_ failure: HandshakeFailure) { note("handshake \(failure.label)") }
    func timedOut(_ phase: HTTPTimeout) { note("timed out \(phase.rawValue)") }
    func ended(_ reason: HTTPConnectionEnd) { note("ended \(reason.rawValue)") }
    func couldNotAccept() { note("could not accept") }
    func refused(_ error: HTTPRequestError) { note("refused \(error.status)") }
}

extension ConnectionSurroundings {
    static func forTests(
        _ service: some HTTPService,
        limits: HTTPServerLimits = HTTPServerLimits(),
        budget: BodyBudget? = nil,
        observer: RecordingObserver = RecordingObserver()
    ) -> ConnectionSurroundings {
        ConnectionSurroundings(
            service: service,
            limits: limits,
            budget: budget ?? BodyBudget(maximumBytes: limits.maximumBufferedBytes),
            observer: observer
        )
    }
}
