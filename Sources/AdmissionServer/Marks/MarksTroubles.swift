internal import KubernetesClient
internal import Logging
private import Synchronization

/// Tells in the log when marks cannot be written, of one trouble each cause once, and when they can again; and what somebody else has
/// made of the ConfigMaps.
final class MarksTroubles: Sendable {
    private let logger: Logger
    private let failures = Mutex(ToldCauses())
    private let flaws = Mutex(ToldCauses())

    init(logger: Logger) { self.logger = logger }

    func note(_ failure: MarksFailure) {
        guard failures.withLock({ $0.isNews(failure.cause) }) else { return }
        logger.error(
            "reviews leave no marks, so that runs count as not reviewed",
            metadata: ["reason": "\(ReviewLog.line(failure.description))"]
        )
    }

    func noteSuccess() {
        guard failures.withLock({ $0.recover() }) else { return }
        logger.notice("reviews leave marks again")
    }

    /// What is wrong with a ConfigMap, if anything is.
    func note(_ object: MarksObject?, _ index: Int) {
        guard let flaw = object?.flaw else { return }
        let name = MarksObject.name(index)
        guard flaws.withLock({ $0.isNews(FailureCause(name)) }) else { return }
        logger.warning(
            "a ConfigMap of review marks was changed by somebody else, and is put right with the next write",
            metadata: ["reason": "ConfigMap \"\(name)\" \(flaw)"]
        )
    }
}
