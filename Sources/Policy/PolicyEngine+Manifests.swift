package import AdmissionAPI
package import AgentRuns
package import JSONPull

extension PolicyEngine {
    /// Judges an object of a file as if created by nobody.
    ///
    /// - Parameters:
    ///   - object: JSON of one object.
    ///   - namespace: of an object that names none.
    ///   - state: nil where there is none.
    ///   - now: the time of the judgement.
    /// - Returns: nil when the object is of a kind that is not judged.
    /// - Throws: ``AdmissionReviewError`` when the bytes are not JSON.
    package func judge(
        manifest object: UnsafeRawBufferPointer,
        namespace: ExactString = "default",
        state: (any ClusterLookup)?,
        now: Timestamp
    ) throws(AdmissionReviewError) -> Verdict? {
        try unsafe judgeManifest(object, namespace: namespace, state: state, now: now)?.verdict
    }

    /// Judges an object like ``judge(manifest:namespace:state:now:)`` and says of a run where everything comes from.
    package func explain(
        manifest object: UnsafeRawBufferPointer,
        namespace: ExactString = "default",
        state: (any ClusterLookup)?,
        now: Timestamp
    ) throws(AdmissionReviewError) -> (verdict: Verdict, run: RunExplanation?)? {
        let judged = try unsafe judgeManifest(object, namespace: namespace, state: state, now: now)
        return judged.map { verdict, review in
            (verdict, review.map { RunExplanation($0, policy: policy) })
        }
    }

    private func judgeManifest(
        _ object: UnsafeRawBufferPointer,
        namespace: ExactString,
        state: (any ClusterLookup)?,
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
                    try AgentRun(&reader).with(status: .absent)
                }
                let subject = Subject(run: run, namespace: verdict.object.namespace, userInfo: UserInfo())
                let review = judge(subject, old: nil, update: nil, state: state, now: now, verdict)
                return (verdict, review)
            }
            let other = try unsafe JSONReader.read(object) { reader throws(JSONError) in
                try ObjectUnderReview.read(kind, &reader, generation: policy.generation)
            }
            if let other { judge(other, old: nil, userInfo: UserInfo(), now: now, verdict) }
            return (verdict, nil)
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
    }

    /// A verdict about the object with this header, as if it was created, before any rule has run.
    private static func verdict(on header: ManifestHeader, in namespace: ExactString) -> Verdict {
        let metadata = header.metadata
        return Verdict(
            uid: "",
            operation: .create,
            dryRun: false,
            object: Verdict.Object(
                kind: GroupVersionKind(group: header.group, version: header.version, kind: header.kind),
                namespace: metadata.namespace.isEmpty ? namespace : metadata.namespace,
                name: metadata.name,
                uid: metadata.uid
            )
        )
    }
}
