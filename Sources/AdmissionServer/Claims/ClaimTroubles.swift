internal import ClusterState
internal import KubernetesClient
internal import Logging

/// Tells in the log when claims fail, of one trouble each cause once, and when they work again.
struct ClaimTroubles {
    private let logger: Logger
    private var told = ToldCauses()

    init(logger: Logger) {
        self.logger = logger
    }

    /// What became of a review's claims: they cannot be made, or can be made again.
    mutating func note(_ decision: RunAcquisition.Result.Decision) {
        switch decision {
        case .unavailable(let failure):
            tell(failure.message, FailureCause(failure.cause), "branches cannot be claimed")
        case .held, .conflict:
            if told.recover() { logger.notice("branches can be claimed again") }
        }
    }

    /// A call of the janitor's has failed.
    mutating func noteRemoval(_ failure: ClaimFailure) {
        tell(failure.message, FailureCause(failure.cause), "claims that are over cannot be removed")
    }

    /// Leases cannot be listed or watched: claims are made all the same, but those of others are not seen.
    mutating func leasesAreUnseen(_ why: String, _ cause: FailureCause) {
        tell(why, cause.of("leases"), "claims of other replicas are not seen")
    }

    private mutating func tell(_ reason: String, _ cause: FailureCause, _ consequence: Logger.Message) {
        guard told.isNews(cause) else { return }
        logger.error(consequence, metadata: ["reason": "\(ReviewLog.line(reason))"])
    }
}
