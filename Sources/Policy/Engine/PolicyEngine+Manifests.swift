package import AdmissionAPI
package import AgentRuns
package import JSONPull

/// What is known of an object in a file beside what stands there.
package struct KnownManifest: Sendable {
    /// What the cluster state calls it; nil for its name.
    package var nameInState: ExactString?
    /// Whether the state has it as over, and the file says nothing else.
    package var isOver: Bool

    package init(nameInState: ExactString? = nil, isOver: Bool = false) {
        (self.nameInState, self.isOver) = (nameInState, isOver)
    }
}

extension ObjectMeta {
    /// The name; `PREFIX*` of an object that has none yet.
    fileprivate var shownName: ExactString {
        name.isEmpty && !generateName.isEmpty ? ExactString("\(generateName)*") : name
    }
}

extension PolicyEngine {
    /// Judges an object of a file as if created by nobody.
    ///
    /// - Parameters:
    ///   - object: JSON of one object.
    ///   - namespace: of an object that names none.
    ///   - known: what else is known of the object.
    ///   - state: nil where there is none.
    ///   - rules: whose findings the verdict has; nil for all.
    ///   - now: the time of the judgement.
    /// - Returns: nil when the object is of a kind that is not judged.
    /// - Throws: `AdmissionReviewError` when the bytes are not JSON.
    package func judge(
        manifest object: UnsafeRawBufferPointer,
        namespace: ExactString = "default",
        known: KnownManifest = KnownManifest(),
        state: (any ClusterLookup)?,
        only rules: Set<RuleID>? = nil,
        now: Timestamp
    ) throws(AdmissionReviewError) -> Verdict? {
        try unsafe judgeManifest(object, namespace: namespace, known, state: state, only: rules, now: now)?.verdict
    }

    /// Judges an object like ``judge(manifest:namespace:known:state:only:now:)`` and says of a run where everything comes from.
    package func explain(
        manifest object: UnsafeRawBufferPointer,
        namespace: ExactString = "default",
        known: KnownManifest = KnownManifest(),
        state: (any ClusterLookup)?,
        now: Timestamp
    ) throws(AdmissionReviewError) -> (verdict: Verdict, run: RunReading?)? {
        let judged = try unsafe judgeManifest(object, namespace: namespace, known, state: state, now: now)
        return judged.map { verdict, review in
            (verdict, review.map { RunReading($0, policy: policy) })
        }
    }

    /// The verdict on an object of a kind that no rule looks at: allowed, without a finding.
    ///
    /// - Throws: `AdmissionReviewError` when the bytes are not JSON.
    package static func verdictWithoutRules(
        manifest object: UnsafeRawBufferPointer,
        namespace: ExactString
    ) throws(AdmissionReviewError) -> Verdict {
        do {
            let header = try unsafe JSONReader.read(object) { reader throws(JSONError) in try ManifestHeader(&reader) }
            return verdict(on: header, in: namespace)
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
    }

    /// Judges a run like ``judge(manifest:namespace:known:state:only:now:)``: that it is one is known, so that its JSON is read once.
    ///
    /// - Throws: `AdmissionReviewError` when the bytes are not JSON.
    package func judge(
        run object: UnsafeRawBufferPointer,
        known: KnownManifest = KnownManifest(),
        state: (any ClusterLookup)?,
        only rules: Set<RuleID>? = nil,
        now: Timestamp
    ) throws(AdmissionReviewError) -> Verdict {
        let run: AgentRun
        do {
            run = try unsafe JSONReader.read(object) { reader throws(JSONError) in try AgentRun(&reader) }
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
        let kind = GroupVersionKind(
            group: Self.group,
            version: Self.version,
            kind: ExactString(JudgedKind.agentRun.rawValue)
        )
        let verdict = Self.verdict(on: kind, run.metadata, in: "default")
        _ = judge(run, known, state: state, only: rules, now: now, verdict)
        return verdict
    }

    private func judgeManifest(
        _ object: UnsafeRawBufferPointer,
        namespace: ExactString,
        _ known: KnownManifest,
        state: (any ClusterLookup)?,
        only rules: Set<RuleID>? = nil,
        now: Timestamp
    ) throws(AdmissionReviewError) -> (verdict: Verdict, review: RunUnderReview?)? {
        do {
            let header = try unsafe JSONReader.read(object) { reader throws(JSONError) in try ManifestHeader(&reader) }
            guard let kind = JudgedKind(group: header.group, version: header.version, kind: header.kind) else {
                return nil
            }
            let verdict = Self.verdict(on: header, in: namespace)
            if kind == .agentRun {
                let run = try unsafe JSONReader.read(object) { reader throws(JSONError) in
                    try AgentRun(&reader)
                }
                return (verdict, judge(run, known, state: state, only: rules, now: now, verdict))
            }
            (verdict.policyDigest, verdict.contact) = (policy.digest, policy.contact)
            let other = try unsafe JSONReader.read(object) { reader throws(JSONError) in
                try ObjectUnderReview.read(kind, &reader, generation: policy.generation)
            }
            if let other { judge(other, old: nil, userInfo: UserInfo(), now: now, verdict) }
            verdict.limitFindings(to: rules)
            return (verdict, nil)
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
    }

    private func judge(
        _ run: AgentRun,
        _ known: KnownManifest,
        state: (any ClusterLookup)?,
        only rules: Set<RuleID>?,
        now: Timestamp,
        _ verdict: Verdict
    ) -> RunUnderReview? {
        (verdict.policyDigest, verdict.contact) = (policy.digest, policy.contact)
        let isOver = known.isOver || run.standing(generation: policy.generation) == .over
        let subject = SubmittedRun(
            run: run.with(status: .absent),
            namespace: verdict.object.namespace,
            userInfo: UserInfo(),
            nameInState: known.nameInState,
            isPast: isOver || run.metadata.isBeingDeleted
        )
        let review = judge(subject, old: nil, update: nil, state: state, now: now, verdict)
        verdict.limitFindings(to: rules)
        return review
    }

    /// A verdict about the object with this header, as if it was created, before any rule has run.
    private static func verdict(on header: ManifestHeader, in namespace: ExactString) -> Verdict {
        let kind = GroupVersionKind(group: header.group, version: header.version, kind: header.kind)
        return verdict(on: kind, header.metadata, in: namespace)
    }

    private static func verdict(
        on kind: GroupVersionKind,
        _ metadata: ObjectMeta,
        in namespace: ExactString
    ) -> Verdict {
        Verdict(
            uid: "",
            operation: .create,
            dryRun: false,
            object: Verdict.Object(
                kind: kind,
                namespace: metadata.namespace.isEmpty ? namespace : metadata.namespace,
                name: metadata.shownName,
                uid: metadata.uid
            )
        )
    }
}
