internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

extension PolicyEngine {
    /// Judges a review of an object that is no run.
    ///
    /// Such objects are few and change rarely, so they are read here, a second time, and not while a review is decoded.
    func judgeObject(
        _ kind: JudgedKind,
        _ decoded: DecodedReview,
        _ body: UnsafeRawBufferPointer,
        _ now: Timestamp,
        _ verdict: Verdict
    ) throws(AdmissionReviewError) {
        let request = decoded.review.request
        guard let range = request.object else { throw .missing("request.object") }
        guard let object = try unsafe read(kind, decoded, body, range) else { return }
        verdict.object.uid = object.metadata.uid
        if verdict.object.name.isEmpty { verdict.object.name = object.metadata.name }
        if verdict.object.namespace.isEmpty { verdict.object.namespace = object.metadata.namespace }
        var old: ObjectUnderReview?
        if request.operation == .update {
            guard let oldRange = request.oldObject else { throw .missing("request.oldObject") }
            old = try unsafe read(kind, decoded, body, oldRange)
            if object.metadata.isBeingDeleted || old?.metadata.isBeingDeleted == true { return }
            let isChanged =
                unsafe decoded.withheld?.change?.isSpecChanged
                ?? !Self.isSpecUnchanged(body, Self.spec(body, range), Self.spec(body, oldRange))
            if !isChanged { return }
        }
        judge(object, old: old, userInfo: request.userInfo, now: now, verdict)
        guard decoded.withheld != nil else { return }
        verdict.restsOnMeasuredText = [object, old].contains { $0?.restsOnMeasuredText(policy.generation) == true }
    }

    /// Runs the rules that know the object's kind; what was already true of `old` is only noted.
    ///
    /// None of them asks for cluster state, so nothing is said of it.
    func judge(
        _ object: ObjectUnderReview,
        old: ObjectUnderReview?,
        userInfo: UserInfo,
        now: Timestamp,
        _ verdict: Verdict
    ) {
        let metadata = object.metadata
        let match = RequestMatch.Request(
            namespace: verdict.object.namespace,
            name: metadata.name.isEmpty ? metadata.generateName : metadata.name,
            userInfo: userInfo
        )
        var judged: [JudgedFinding] = []
        for only in SizeExcess.all(in: object).isEmpty ? [nil] : [RuleID.parameters, nil] {
            judged = judgedFindings(object, match, now, only: only)
            if let old, !judged.isEmpty {
                Self.ratchet(&judged, knownFrom: judgedFindings(old, match, now, only: only))
            }
            // Of one that is refused as too large nothing else is judged.
            if judged.contains(where: { $0.reason == .tooLarge && $0.action == .deny }) { break }
        }
        verdict.findings = judged.map(\.finding)
    }

    private func judgedFindings(
        _ object: ObjectUnderReview,
        _ match: RequestMatch.Request,
        _ now: Timestamp,
        only: RuleID?
    ) -> [JudgedFinding] {
        var findings: [JudgedFinding] = []
        for settings in policy.rules where only == nil || settings.id == only {
            var collected = RuleFindings()
            do {
                guard let actions = try settings.checkObject(object, match, &collected) else { continue }
                findings += resolve(collected, actions, match, now: now, isTemplate: false)
            } catch {
                if policy.onError != .off { findings.append(failure(of: settings.id, error)) }
            }
        }
        return findings
    }

    private func read(
        _ kind: JudgedKind,
        _ decoded: DecodedReview,
        _ body: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(AdmissionReviewError) -> ObjectUnderReview? {
        do {
            return try unsafe JSONReader.read(body, in: range) { reader throws(JSONError) in
                reader.companion = decoded.withheld?.measures
                reader.maximumKept = DecodedReview.maximumKept
                return try ObjectUnderReview.read(kind, &reader, generation: policy.generation)
            }
        } catch {
            throw .invalidJSON(unsafe error.located(in: body))
        }
    }

    /// Where the `spec` of the object at `range` stands; nil when it is absent or null.
    static func spec(_ body: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int>? {
        // The object was read before, so it cannot fail to be JSON.
        unsafe try? JSONReader.read(body, in: range) { reader throws(JSONError) -> Range<Int>? in
            var spec: Range<Int>?
            var isFirst = true
            guard try reader.enterObject() else { return nil }
            while let key = try reader.nextKey(&isFirst) {
                let isNull = try reader.peek() == .null
                let range = try reader.skipValue()
                switch key {
                case "spec": spec = isNull ? nil : range
                default: break
                }
            }
            return spec
        }
    }
}
