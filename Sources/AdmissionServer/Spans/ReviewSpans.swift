internal import AdmissionAPI
internal import HTTPServer
internal import JSONPull
internal import NIOCore
internal import OpenTelemetry
internal import Policy
package import Tracing

/// Makes the spans of a review: one of the whole, a child of the caller's, and one for each step.
///
/// They are made once the answer is on its way, with the times that were noted. Where nobody records the trace nothing is
/// noted, and nothing made. A class because it goes with every copy of its handler.
package final class ReviewSpans: Sendable {
    /// Of reasons that are told; a denial with more is about something else than one of them.
    private static let maximumFindings = 20

    private let tracer: any Tracer
    private let wallNanoseconds: @Sendable () -> Int64

    /// - Parameters:
    ///   - tracer: makes spans, parts of the span that their context names.
    ///   - wallNanoseconds: the wall clock, since 1970.
    package init(tracer: any Tracer, wallNanoseconds: @escaping @Sendable () -> Int64) {
        (self.tracer, self.wallNanoseconds) = (tracer, wallNanoseconds)
    }

    /// Makes them; the answer was on its way at `end`.
    func record(_ review: PendingReview, _ times: ReviewTimes, at end: NIODeadline) {
        record(review, times, at: end, with: tracer)
    }

    private func record(_ review: PendingReview, _ times: ReviewTimes, at end: NIODeadline, with tracer: some Tracer) {
        guard let trace = review.request.traceParent.context else { return }
        // One moment by both clocks: what is between two times of a review is as the steady one has it.
        let offset = wallNanoseconds() - Int64(NIODeadline.now().uptimeNanoseconds)
        func instant(_ time: NIODeadline) -> DefaultTracerClock.Timestamp {
            .init(nanosecondsSinceEpoch: UInt64(max(0, Int64(time.uptimeNanoseconds) + offset)))
        }
        var context = InstrumentationContext.topLevel
        context.span = trace
        let whole = tracer.startSpan(
            "POST /validate",
            context: context,
            ofKind: .server,
            at: instant(review.request.receivedAt)
        )
        whole.attributes = Self.attributes(of: review)
        if let status = review.response?.status, status >= 500 { whole.setStatus(SpanStatus(code: .error)) }
        for (step, began, ended) in times.steps {
            let span = tracer.startSpan(step.rawValue, context: whole.context, ofKind: .internal, at: instant(began))
            span.end(at: instant(ended))
        }
        whole.end(at: instant(end))
    }

    /// What a review was about and came to: never a text of the object, nor who sent it.
    private static func attributes(of review: PendingReview) -> SpanAttributes {
        var attributes: SpanAttributes = ["http.request.method": "POST", "http.route": "/validate"]
        if let status = review.response?.status { attributes["http.response.status_code"] = Int64(status) }
        attributes["agentrun_admission.request_bytes"] = Int64(review.request.body.readableBytes)
        guard case .judged(let verdict) = review.result else {
            attributes["agentrun_admission.outcome"] = "errored"
            return attributes
        }
        attributes["agentrun_admission.outcome"] = verdict.allowed ? "allowed" : "denied"
        attributes["agentrun_admission.allowed"] = verdict.allowed
        attributes["agentrun_admission.dry_run"] = verdict.dryRun
        attributes["agentrun_admission.operation"] = verdict.operation.name.string
        attributes["agentrun_admission.kind"] = verdict.object.kind.kind.string
        attributes["k8s.namespace.name"] = verdict.object.namespace.string
        for action in [Action.deny, .warn] {
            var reasons: [String] = []
            for finding in verdict.findings where finding.action == action && reasons.count < maximumFindings {
                let reason = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
                if !reasons.contains(reason) { reasons.append(reason) }
            }
            let key = action == .deny ? "agentrun_admission.denials" : "agentrun_admission.warnings"
            if !reasons.isEmpty { attributes[key] = SpanAttribute.stringArray(reasons) }
        }
        return attributes
    }
}
