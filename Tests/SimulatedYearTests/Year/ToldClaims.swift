import ClusterState
import KubernetesClient
import Logging
import Synchronization

@testable import AdmissionServer

/// What one replica tells of its claims, by what does the telling, and whether it tells of one trouble twice.
struct ToldClaims {
    /// Counts lines, by level.
    private final class Lines: Sendable {
        let counts = Mutex<[Logger.Level: Int]>([:])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.counts.withLock { $0[event.level, default: 0] += 1 }
        }
    }

    private let lines = Lines()
    private var troubles: ClaimTroubles
    /// What a person would call the causes there were since all was well.
    private var causes: Set<Substring> = []
    private var recoveries = 0
    /// The text of what was told though it had been.
    private(set) var repeated: String?

    init() {
        let lines = lines
        troubles = ClaimTroubles(logger: Logger(label: "claims") { _ in Handler(lines: lines) })
    }

    mutating func note(_ decision: RunAcquisition.Result.Decision) {
        troubles.note(decision)
        if case .unavailable(let failure) = decision { return expect(failure) }
        if !causes.isEmpty { recoveries += 1 }
        causes = []
        lines.counts.withLock { counts in
            if counts[.notice, default: 0] != recoveries { repeated = "claims work again" }
            counts[.error] = 0
        }
    }

    mutating func noteRemoval(_ failure: ClaimFailure) {
        troubles.noteRemoval(failure)
        expect(failure)
    }

    /// The words before the time are what it is.
    private mutating func expect(_ failure: ClaimFailure) {
        causes.insert(failure.message.split(separator: " at ").first ?? "")
        let told = lines.counts.withLock { $0[.error, default: 0] }
        if told != causes.count { repeated = failure.message }
    }
}
