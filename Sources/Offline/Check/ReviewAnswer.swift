package import AdmissionAPI
package import AgentRuns
package import ClusterState
package import Policy

/// What `review` does: answers a recorded AdmissionReview as the server would.
package enum ReviewAnswer {
    /// Judges one request body as an API server sends it; `name` is what it is called when it cannot be read.
    package static func verdict(
        on body: [UInt8],
        by engine: PolicyEngine,
        state: ClusterStore,
        now: Timestamp,
        name: String
    ) throws(CommandFailure) -> (verdict: Verdict, version: AdmissionReview.Version) {
        // The bytes are lent to the engine.
        let result = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: now)
                return Result<(Verdict, AdmissionReview.Version), AdmissionReviewError>.success(
                    (verdict, decoded.review.version)
                )
            } catch {
                return .failure(error)
            }
        }
        do throws(AdmissionReviewError) {
            return try result.get()
        } catch {
            throw CommandFailure("\(name): \(error)")
        }
    }
}
