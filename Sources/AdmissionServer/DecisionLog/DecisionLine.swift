internal import AdmissionAPI
internal import AgentRuns
internal import HTTPServer
internal import JSONPull
internal import NIOCore
internal import Policy
internal import Replay

/// Lines of the decision log: compact JSON objects, each with a final newline.
enum DecisionLine {
    /// Longest line, with its line end and what chaining adds: container runtimes cut what a container writes into pieces of so
    /// many bytes (containerd's `max_container_log_line_size`, dockerd's `defaultBufSize`).
    static let maximumLineBytes = 16 << 10
    /// What a line may have before it is chained.
    static let maximumUnchainedBytes = maximumLineBytes - LineChain.maximumSuffixBytes
    /// Largest decision in bytes: some twenty times what a run of a hundred steps takes.
    static let maximumBytes = 4 << 20

    /// The lines of a decision, mostly one: one that is too long comes in parts, and a short line after them; nil when even the
    /// verdict alone is too large.
    static func lines(of decision: Decision, maximumBytes: Int = maximumBytes) -> [[UInt8]]? {
        var line = line(of: decision, withReview: true)
        if line.count > maximumBytes { line = Self.line(of: decision, withReview: false) }
        guard line.count > maximumUnchainedBytes else { return [line] }
        guard line.count <= maximumBytes else { return nil }
        let parts = LineParts(line, maximumBytes: maximumUnchainedBytes)
        var short = shortLine(of: decision, parts, withNames: true)
        if short.count > maximumUnchainedBytes { short = shortLine(of: decision, parts, withNames: false) }
        return parts.lines(at: decision.time) + [short]
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
        decision.writeTrace(to: &writer)
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

    /// What somebody learns who has this line alone.
    ///
    /// - Parameters:
    ///   - decision: is in `parts`.
    ///   - parts: stand before this line.
    ///   - withNames: whether to tell what others called the policy, the review and the object.
    /// - Returns: the line, with its end.
    private static func shortLine(of decision: Decision, _ parts: LineParts, withNames: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member("time", decision.time.text)
        if let policy = decision.evidence?.policy {
            if withNames { writer.member("policy", policy.name) }
            writer.member("generation", policy.generation.rawValue)
            writer.member("policySha256", policy.digest)
        }
        decision.timings.write(to: &writer)
        decision.writeTrace(to: &writer)
        switch decision.outcome {
        case .errored(let reason): writer.member("error", reason)
        case .judged(let verdict):
            if withNames { writer.member("uid", verdict.uid) }
            writer.key("verdict")
            verdict.writeShort(withObject: withNames, to: &writer)
            writer.member("notReplayable", "it is in the lines before this one, of which not all are here")
        }
        parts.writeSum(to: &writer)
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

extension Decision {
    /// By the names W3C Trace Context has for them.
    fileprivate func writeTrace(to writer: inout JSONWriter) {
        guard let trace else { return }
        writer.key("trace")
        writer.beginObject()
        writer.member("traceId", trace.traceIDText)
        writer.member("parentId", trace.parentIDText)
        writer.key("sampled")
        writer.boolean(trace.isSampled)
        writer.endObject()
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

extension Verdict {
    /// Whether it allows what, and how many findings it has.
    fileprivate func writeShort(withObject: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("dryRun")
        writer.boolean(dryRun)
        if withObject {
            writer.member("operation", operation.name.string)
            writer.key("object")
            object.write(to: &writer)
        }
        writer.key("allowed")
        writer.boolean(allowed)
        writer.key("findings")
        writer.beginArray()
        writer.endArray()
        writer.member("moreFindings", findings.count + omitted.count)
        writer.endObject()
    }
}
