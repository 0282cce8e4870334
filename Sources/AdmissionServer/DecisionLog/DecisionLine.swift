internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull
internal import NIOCore
internal import Policy
internal import Replay

/// Lines of the decision log: compact JSON objects, each with a final newline.
enum DecisionLine {
    /// Longest line in bytes: some twenty times what a run of a hundred steps takes.
    static let maximumBytes = 4 << 20

    /// The line of a decision; nil when even the verdict alone is too long.
    static func line(of decision: Decision, maximumBytes: Int = maximumBytes) -> [UInt8]? {
        let whole = line(of: decision, withReview: true)
        guard whole.count > maximumBytes else { return whole }
        let short = line(of: decision, withReview: false)
        return short.count > maximumBytes ? nil : short
    }

    /// Says that so many decisions are missing here.
    static func line(ofDropped count: Int, at time: Timestamp) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.member("time", time.text)
        writer.member("dropped", count)
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private static func line(of decision: Decision, withReview: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member("time", decision.time.text)
        if let policy = decision.evidence?.policy {
            writer.member("policy", policy.name)
            writer.member("generation", policy.generation.rawValue)
            writer.member("policySha256", policy.digest)
        }
        decision.timings.write(to: &writer)
        switch decision.outcome {
        case .errored(let reason): writer.member("error", reason)
        case .judged(let verdict):
            writer.member("uid", verdict.uid)
            writer.key("verdict")
            verdict.write(to: &writer)
            if !verdict.notices.isEmpty {
                writer.key("notices")
                writer.beginArray()
                for notice in verdict.notices { writer.string(notice) }
                writer.endArray()
            }
            writeReplay(of: decision, withReview: withReview, to: &writer)
        }
        writer.endObject()
        writer.newline()
        return VisibleText.json(writer.bytes)
    }

    /// What judging again takes, or why that cannot be done.
    private static func writeReplay(
        of decision: Decision,
        withReview: Bool,
        to writer: inout JSONWriter
    ) {
        guard withReview, let body = decision.body else {
            writer.member("notReplayable", "the review is too large to be kept")
            return
        }
        var review = JSONWriter(capacity: 2048)
        // The bytes are lent for the call.
        let error: AdmissionReviewError? = unsafe body.withUnsafeReadableBytes { bytes in
            do throws(AdmissionReviewError) {
                try unsafe RecordedReview.write(
                    bytes,
                    state: decision.evidence?.state,
                    settlement: decision.evidence?.settlement,
                    to: &review
                )
                return nil
            } catch {
                return error
            }
        }
        if let error {
            writer.member("notReplayable", "the review cannot be read again: \(error)")
        } else {
            writer.key("replay")
            writer.value(ExactString(unsafe review.withBytes { unsafe String(decoding: $0, as: UTF8.self) }))
        }
    }
}

extension Decision.Timings {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("timings")
        writer.beginObject()
        writer.member("totalUs", Int(total.nanoseconds / 1000))
        if let judging { writer.member("judgeUs", Int(judging.nanoseconds / 1000)) }
        writer.endObject()
    }
}
