package import AdmissionAPI
package import AgentRuns
package import ClusterState
package import Policy
package import Reports

/// What `bench` does: measures what the parts of one review cost.
package struct ReviewBench {
    /// An odd number, so that one of them is the median.
    package static let rounds = 11

    private let body: [UInt8]
    private let engine: PolicyEngine
    private let state: ClusterStore
    private let now: Timestamp
    private let nanoseconds: () -> Int64

    /// - Parameters:
    ///   - body: an AdmissionReview as an API server sends it.
    ///   - engine: judges it.
    ///   - state: what is known of the cluster.
    ///   - now: the time of the review.
    ///   - nanoseconds: time that the measured work takes, such as CPU time of this thread.
    package init(
        _ body: [UInt8],
        by engine: PolicyEngine,
        state: ClusterStore,
        now: Timestamp,
        nanoseconds: @escaping () -> Int64
    ) {
        (self.body, self.engine, self.state) = (body, engine, state)
        (self.now, self.nanoseconds) = (now, nanoseconds)
    }

    /// The median of the rounds, for each part by itself.
    ///
    /// - Parameter iterations: reviews in all; at least one a round.
    /// - Returns: nanoseconds of one review.
    /// - Throws: `AdmissionReviewError` of a body that cannot be judged.
    package func run(iterations: Int) throws(AdmissionReviewError) -> BenchReport {
        let count = max(1, iterations / Self.rounds)
        var rounds: [BenchReport] = []
        for _ in 0..<Self.rounds { rounds.append(try measure(count)) }
        return BenchReport(
            decode: Self.median(rounds.map(\.decode)),
            judge: Self.median(rounds.map(\.judge)),
            encode: Self.median(rounds.map(\.encode))
        )
    }

    private func measure(_ count: Int) throws(AdmissionReviewError) -> BenchReport {
        // The bytes are lent to what is measured.
        let result = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                return Result<BenchReport, AdmissionReviewError>.success(try unsafe measure(bytes, count))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func measure(_ bytes: UnsafeRawBufferPointer, _ count: Int) throws(AdmissionReviewError) -> BenchReport {
        let decoded = try unsafe DecodedReview(bytes)
        let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: now)
        return BenchReport(
            decode: try time(count) { () throws(AdmissionReviewError) in
                try unsafe DecodedReview(bytes).review.request.uid.utf8.count
            },
            judge: try time(count) { () throws(AdmissionReviewError) in
                try unsafe engine.judge(decoded, body: bytes, state: state, now: now).findings.count
            },
            encode: try time(count) { () throws(AdmissionReviewError) in
                unsafe verdict.response.withEncoded(as: decoded.review.version) { $0.count }
            }
        )
    }

    /// Nanoseconds of one call of `body`, from `count` calls.
    private func time(
        _ count: Int,
        _ body: () throws(AdmissionReviewError) -> Int
    ) throws(AdmissionReviewError) -> Int {
        var sum = 0
        let start = nanoseconds()
        for _ in 0..<count { sum &+= try body() }
        let end = nanoseconds()
        Self.keep(sum)
        return Int(end - start) / count
    }

    /// Makes a result be needed.
    @inline(never)
    private static func keep(_ value: Int) {}

    private static func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
}
