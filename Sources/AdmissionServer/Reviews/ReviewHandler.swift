internal import AdmissionAPI
package import AgentRuns
package import ClusterState
internal import HTTPServer
package import Logging
internal import NIOCore
package import Policy

/// Answers reviews: decode, judge, take the branches, encode; all of it synchronous, on the event loop of the connection.
package struct ReviewHandler: Sendable {
    /// What judges, replaced when the policy is.
    let engine: Current<PolicyEngine>
    private let judge: ReviewJudge
    private let log: ReviewLog

    /// - Parameters:
    ///   - engine: judges.
    ///   - state: what is known of the cluster, and what this process admits.
    ///   - now: the time of a review.
    ///   - logger: gets a line for every denied review.
    package init(
        engine: Current<PolicyEngine>,
        state: ClusterStore,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.engine = engine
        judge = ReviewJudge(state: state, now: now)
        log = ReviewLog(logger: logger)
    }

    /// The answer to a body posted to `/validate`, judged by `engine`.
    func answer(_ body: ByteBuffer, by engine: PolicyEngine) -> HTTPResponse {
        // The bytes are lent for the call: the review holds offsets and texts of its own.
        let result = unsafe body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                return Result<ReviewJudge.Outcome, AdmissionReviewError>.success(
                    try unsafe judge.judge(bytes, by: engine)
                )
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let outcome):
            log.answered(outcome.verdict)
            return HTTPResponse(
                status: 200,
                contentType: MediaType.json,
                body: ByteBuffer(bytes: outcome.verdict.response.encoded(as: outcome.version))
            )
        case .failure(let error):
            log.errored(error)
            return ErrorAnswer.make(400, error.description)
        }
    }
}
