internal import Logging
internal import NIOCore
private import Synchronization
internal import TLS

/// Tells an operator what clients get wrong before HTTP, each reason seldom, however often it happens.
///
/// Only what somebody can put right: who is cut off, silent or speaks nonsense is a number. May be used from anywhere.
final class HandshakeLog: Sendable {
    /// Between two lines of one reason.
    static let interval = TimeAmount.minutes(10)

    /// What has been told of one reason.
    private struct Told {
        var at: NIODeadline
        /// Failures since then.
        var count = 0
    }

    private let logger: Logger
    private let told = Mutex<[String: Told]>([:])

    init(logger: Logger) {
        self.logger = logger
    }

    /// - Parameters:
    ///   - failure: why there was no HTTP.
    ///   - client: who it was; nil when it has left.
    ///   - now: the event loop's time.
    func note(_ failure: HandshakeFailure, client: SocketAddress?, now: NIODeadline) {
        guard failure.canBeMended else { return }
        let unheard = told.withLock { told -> Int? in
            guard let last = told[failure.label], now < last.at + Self.interval else {
                let unheard = told[failure.label]?.count ?? 0
                told[failure.label] = Told(at: now)
                return unheard
            }
            told[failure.label]?.count += 1
            return nil
        }
        guard let unheard else { return }
        logger.notice(
            "a client did not get as far as HTTP",
            metadata: [
                "reason": "\(failure.label)", "description": "\(failure)",
                "client": "\(client?.ipAddress ?? "unknown")",
                "more": "\(unheard)",
            ]
        )
    }
}

extension HandshakeFailure {
    /// Whether it is the client's or the server's configuration, and no accident.
    fileprivate var canBeMended: Bool {
        switch self {
        case .plainHTTP, .noSharedProtocol, .noSharedCipher, .unsupportedVersion, .clientCertificate: true
        case .peerAlert: label == "certificate_refused"
        case .untrustedServer, .noTLS, .truncated, .timedOut, .protocolViolation: false
        }
    }
}
