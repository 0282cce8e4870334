package import AdmissionAPI
package import AgentRuns
package import JSONPull
package import Policy

/// A review as the decision log keeps it: enough to judge it again, by another policy, without the texts of its prompts.
package struct RecordedReview: Sendable {
    /// What judging it again leads to.
    package struct Outcome: Sendable {
        package var verdict: Verdict
        /// Why the verdict may be another than the review itself would have got; empty when it is the same.
        package var doubts: [String]
    }

    private let decoded: DecodedReview
    /// The AdmissionReview that ``decoded`` was read from.
    private let body: [UInt8]
    private let state: RecordedState?
    private let settlement: RecordedSettlement?

    /// Judges it by `engine`, at the time `now`.
    package func judged(by engine: PolicyEngine, now: Timestamp) throws(AdmissionReviewError) -> Outcome {
        let result: Result<Verdict, AdmissionReviewError> = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                return .success(
                    try unsafe engine.judge(
                        decoded,
                        body: bytes,
                        state: state,
                        now: now,
                        claimed: settlement?.taken ?? []
                    )
                )
            } catch {
                return .failure(error)
            }
        }
        var verdict = try result.get()
        if verdict.claims != nil, let settlement {
            if settlement.isContended { verdict = engine.contended(verdict) }
            if let unclaimed = settlement.unclaimed { verdict = engine.unclaimed(verdict, unclaimed) }
        }
        var doubts = (state?.unanswered ?? []).map { "the policy asks what was not recorded: \($0)" }
        if verdict.restsOnMeasuredText { doubts.append("the policy reads a text that is not recorded") }
        return Outcome(verdict: verdict, doubts: doubts)
    }
}

// MARK: Writing

extension RecordedReview {
    /// Writes what judging the review in `body` again takes.
    ///
    /// - Parameters:
    ///   - body: an AdmissionReview that was judged.
    ///   - state: what was looked up for it; nil when it was judged without cluster state.
    ///   - settlement: what became of its branches afterwards; nil when the verdict stood.
    ///   - writer: gets an object.
    /// - Throws: `AdmissionReviewError` when `body` is no review; what was written until then is of no use.
    package static func write(
        _ body: UnsafeRawBufferPointer,
        state: RecordedState?,
        settlement: RecordedSettlement? = nil,
        to writer: inout JSONWriter
    ) throws(AdmissionReviewError) {
        let decoded = try unsafe DecodedReview(body)
        do throws(JSONError) {
            writer.beginObject()
            let change = unsafe SpecChange(decoded, body)
            writer.key("review")
            try unsafe decoded.writeProjection(body, change, state: state, to: &writer)
            if let change {
                writer.key("change")
                change.write(to: &writer)
            }
            if let state {
                writer.key("state")
                state.write(to: &writer)
            }
            settlement?.writeMembers(to: &writer)
            writer.endObject()
        } catch {
            throw .invalidJSON(unsafe error.located(in: body))
        }
    }
}

extension DecodedReview {
    fileprivate func writeProjection(
        _ body: UnsafeRawBufferPointer,
        _ change: SpecChange?,
        state: RecordedState?,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        let request = review.request
        writer.beginObject()
        writer.member("apiVersion", review.version.rawValue)
        writer.member("kind", "AdmissionReview")
        writer.key("request")
        writer.beginObject()
        writer.member("uid", request.uid)
        writer.type("kind", request.kind.group, request.kind.version, "kind", request.kind.kind)
        writer.type("resource", request.resource.group, request.resource.version, "resource", request.resource.resource)
        if !request.subResource.isEmpty { writer.member("subResource", request.subResource.string) }
        writer.member("name", request.name.string)
        writer.member("namespace", request.namespace.string)
        writer.member("operation", request.operation.name.string)
        writer.key("userInfo")
        request.userInfo.write(to: &writer)
        writer.key("dryRun")
        writer.boolean(request.dryRun)
        try unsafe writeObjects(body, change, state: state, to: &writer)
        writer.endObject()
        writer.endObject()
    }

    /// Only of a review whose objects are looked at; of an old one whose spec stays, the metadata alone.
    private func writeObjects(
        _ body: UnsafeRawBufferPointer,
        _ change: SpecChange?,
        state: RecordedState?,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        guard let kind = judgedKind else { return }
        let isUpdate = review.request.operation == .update
        let oldShape = change?.isSpecChanged == false ? ProjectionShape.header : .of(kind)
        let projection = ObjectProjection(
            disclosure: ParameterDisclosure(runs: [object, oldObject].compactMap(\.self), state: state),
            identities: isUpdate ? ObjectProjection.Identities() : nil
        )
        let objects = [("object" as StaticString, review.request.object, ProjectionShape.of(kind))]
        let oldObjects = isUpdate ? [("oldObject" as StaticString, review.request.oldObject, oldShape)] : []
        for (key, range, shape) in objects + oldObjects {
            guard let range else { continue }
            writer.key(key)
            try unsafe JSONReader.read(body, in: range) { reader throws(JSONError) in
                try projection.write(shape, &reader, to: &writer)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func type(
        _ key: StaticString,
        _ group: ExactString,
        _ version: ExactString,
        _ lastKey: StaticString,
        _ last: ExactString
    ) {
        self.key(key)
        beginObject()
        member("group", group.string)
        member("version", version.string)
        member(lastKey, last.string)
        endObject()
    }
}

extension UserInfo {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("username", username.string)
        writer.key("groups")
        writer.beginArray()
        for group in groups { writer.string(group.string) }
        writer.endArray()
        writer.endObject()
    }
}

// MARK: Reading

extension RecordedReview {
    /// Reads what ``write(_:state:settlement:to:)`` wrote.
    ///
    /// - Parameters:
    ///   - bytes: the object.
    ///   - source: cluster state to ask what was not recorded; nil where there is none.
    /// - Throws: `AdmissionReviewError` when it is something else.
    package init(_ bytes: UnsafeRawBufferPointer, source: (any ClusterLookup)?) throws(AdmissionReviewError) {
        var review: Range<Int>?
        var change: SpecChange?
        var (state, hasState): (RecordedState?, Bool) = (nil, false)
        var settlement = RecordedSettlement()
        do {
            _ = try unsafe JSONReader.read(bytes) { reader throws(JSONError) in
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "review": review = try reader.skipValue()
                    case "change": change = try SpecChange(&reader)
                    case "state":
                        hasState = true
                        reader.companion = MeasuredValueReader.ofKept
                        state = try RecordedState.read(&reader, source: source)
                    case "contended": settlement.isContended = try reader.readBoolean() ?? false
                    case "unclaimed": settlement.unclaimed = try reader.readString().map { .failed($0) }
                    case "surplus":
                        settlement.unclaimed = try reader.readNumber().flatMap { Int($0) }.map { .surplus($0) }
                    case "taken": settlement.taken = try RecordedSettlement.readTaken(&reader)
                    default: try reader.skipValue()
                    }
                }
            }
        } catch {
            throw .invalidJSON(unsafe error.located(in: bytes))
        }
        guard let review else { throw .missing("replay.review") }
        if hasState, state == nil { throw .missing("replay.state") }
        body = unsafe Array(bytes[review])
        let withheld = DecodedReview.Withheld(
            change: change,
            measures: .ofKept,
            standIn: MeasuredText.standIn
        )
        let result: Result<DecodedReview, AdmissionReviewError> = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                return .success(try unsafe DecodedReview(bytes, withheld))
            } catch {
                return .failure(error)
            }
        }
        decoded = try result.get()
        self.state = state
        self.settlement = settlement
    }
}
