internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import HTTPServer
internal import JSONPull
internal import NIOCore
package import Policy
internal import Prometheus

/// What is counted of reviews.
///
/// A review costs three atomic additions and no look-up by name, lock or allocation; a finding a look-up in a table made at
/// start.
package final class ReviewMetrics: Sendable {
    /// From a review judged out of the processor's caches to what a kube-apiserver waits for by default.
    private static let bounds: [Int64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private static let operations = ["CREATE", "UPDATE", "DELETE", "CONNECT", other]
    private static let kinds = ClusterKind.allCases
    private static let verdicts = ["allowed", "denied", "errored"]
    private static let actions = [Action.audit, .warn, .deny]
    private static let other = "other"

    private struct Complaint: Hashable {
        var rule: RuleID
        var reason: Reason

        /// What a policy makes of it unless it says otherwise.
        var expectedAction: Action { reason == .branchUnclaimed ? .deny : rule.defaultAction }
    }

    /// By operation, kind, verdict and dry run.
    private let reviews: CounterRow
    private let durations: HistogramMetric
    /// By what is complained about, and action.
    private let findings: CounterRow
    private let complaints: [Complaint: Int]
    /// Requests whose `traceparent` is none.
    let malformedTraces: CounterMetric
    /// By the exemption that covers them.
    let exempted = ExemptionCounts()
    private let registry: MetricsRegistry

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        reviews = registry.counters(
            AdmissionMetrics.prefix + "reviews_total",
            "Reviews answered.",
            Self.reviewSeries
        )
        durations = registry.durations(
            AdmissionMetrics.prefix + "review_duration_seconds",
            "Time from the head of a review's request to its answer.",
            bounds: Self.bounds
        )
        malformedTraces = registry.counter(
            AdmissionMetrics.prefix + "malformed_traces_total",
            "Reviews whose traceparent is malformed; it is passed over."
        )
        let complaints = RuleID.allCases.flatMap { rule in
            (rule.reasons + [.ruleFailed]).map { Complaint(rule: rule, reason: $0) }
        }
        self.complaints = Dictionary(uniqueKeysWithValues: zip(complaints, 0...))
        findings = registry.counters(
            AdmissionMetrics.prefix + "findings_total",
            "Findings of rules, by the action in force.",
            complaints.flatMap(Self.findingSeries)
        )
    }

    // MARK: Series

    private static var reviewSeries: [CounterRow.Series] {
        operations.flatMap { operation in
            (kinds.map(\.rawValue) + [other]).flatMap { kind in
                verdicts.flatMap { verdict in
                    ["false", "true"].map { dryRun in
                        let labels = LabelSet([
                            ("operation", operation), ("kind", kind), ("verdict", verdict), ("dry_run", dryRun),
                        ])
                        let isRun = operation == "CREATE" && kind == ClusterKind.agentRun.rawValue
                        // What could not be judged has neither operation nor kind.
                        let isError = operation == other && kind == other && verdict == "errored"
                        let isExpected = isRun ? verdict != "errored" : isError
                        return CounterRow.Series(labels, isAlwaysShown: isExpected && dryRun == "false")
                    }
                }
            }
        }
    }

    private static func findingSeries(_ complaint: Complaint) -> [CounterRow.Series] {
        actions.map { action in
            let labels = LabelSet([
                ("rule", complaint.rule.rawValue), ("reason", complaint.reason.rawValue), ("action", action.rawValue),
            ])
            let isExpected = complaint.reason != .ruleFailed && action == complaint.expectedAction
            return CounterRow.Series(labels, isAlwaysShown: isExpected)
        }
    }

    /// Shows how many reviews are in flight.
    func observe(_ reviews: ReviewsInFlight) {
        registry.collect(
            AdmissionMetrics.prefix + "reviews_in_flight",
            .gauge,
            "Reviews read and not yet answered."
        ) { $0.add(reviews.count) }
    }

    /// Shows how many reviews wait or are judged beside the event loops.
    func observe(medium: ReviewLane, large: ReviewLane) {
        registry.collect(
            AdmissionMetrics.prefix + "reviews_in_lanes",
            .gauge,
            "Large reviews that wait to be judged, or are, beside the event loops."
        ) { samples in
            samples.add(medium.count, LabelSet("lane", "medium"))
            samples.add(large.count, LabelSet("lane", "large"))
        }
    }

    // MARK: Asking

    /// How many reviews were allowed, denied and errored so far, dry runs among them.
    package var verdictCounts: (allowed: Int, denied: Int, errored: Int) {
        func sum(_ verdict: Int) -> Int {
            var sum = 0
            for operation in Self.operations.indices {
                for kind in 0...Self.kinds.count {
                    for dryRun in [false, true] {
                        sum += reviews.count(at: Self.place(operation, kind, verdict, dryRun: dryRun))
                    }
                }
            }
            return sum
        }
        return (sum(0), sum(1), sum(2))
    }

    /// How many findings each rule had so far, by the action in force.
    package var findingCounts: [RuleID: [Action: Int]] {
        var sums: [RuleID: [Action: Int]] = [:]
        for (complaint, place) in complaints {
            for (index, action) in Self.actions.enumerated() {
                sums[complaint.rule, default: [:]][action, default: 0] += findings.count(
                    at: place * Self.actions.count + index
                )
            }
        }
        return sums
    }

    // MARK: Counting

    /// A review was judged, and its answer is on its way.
    func judged(_ verdict: Verdict, in time: TimeAmount) {
        let operation = Self.index(of: verdict.operation)
        let kind = Self.index(of: verdict.object.kind)
        count(operation, kind, verdict.allowed ? 0 : 1, dryRun: verdict.dryRun)
        durations.observe(time.nanoseconds)
        for finding in verdict.findings { count(finding.rule, finding.reason, finding.action, 1) }
        exempted.add(verdict)
        if verdict.omitted.count > 0 {
            for (kind, count) in verdict.omitted.counts { self.count(kind.rule, kind.reason, kind.action, count) }
        }
    }

    /// Shows a trace as an example of reviews that took so long; of a sampled one, which somebody can look up.
    func exemplify(_ trace: TraceContext, _ duration: TimeAmount, at time: Timestamp) {
        let labels = LabelSet([("trace_id", trace.traceIDText), ("span_id", trace.parentIDText)])
        durations.exemplify(duration.nanoseconds, labels, at: time.seconds)
    }

    /// Counts findings; what is off is none.
    private func count(_ rule: RuleID, _ reason: Reason, _ action: Action, _ count: Int) {
        guard let complaint = complaints[Complaint(rule: rule, reason: reason)],
            let action = Self.actions.firstIndex(of: action)
        else { return }
        findings.increment(at: complaint * Self.actions.count + action, by: count)
    }

    /// A review could not be judged.
    func errored(in time: TimeAmount) {
        count(Self.operations.count - 1, Self.kinds.count, 2, dryRun: false)
        durations.observe(time.nanoseconds)
    }

    private func count(_ operation: Int, _ kind: Int, _ verdict: Int, dryRun: Bool) {
        reviews.increment(at: Self.place(operation, kind, verdict, dryRun: dryRun))
    }

    /// Where ``reviewSeries`` has it.
    private static func place(_ operation: Int, _ kind: Int, _ verdict: Int, dryRun: Bool) -> Int {
        ((operation * (kinds.count + 1) + kind) * verdicts.count + verdict) * 2 + (dryRun ? 1 : 0)
    }

    private static func index(of operation: AdmissionRequest.Operation) -> Int {
        switch operation {
        case .create: 0
        case .update: 1
        case .delete: 2
        case .connect: 3
        case .unknown: 4
        }
    }

    private static func index(of kind: GroupVersionKind) -> Int {
        let known = ClusterKind(group: kind.group.string, kind: kind.kind.string)
        return known.flatMap { kinds.firstIndex(of: $0) } ?? kinds.count
    }
}
