package import AdmissionAPI
package import AgentRuns
internal import JSONPull

extension PolicyEngine {
    /// Judges an object of a file as if created by nobody, in namespace `default` unless it names one.
    ///
    /// - Parameters:
    ///   - object: JSON of one object.
    ///   - state: nil where there is none.
    ///   - now: the time of the judgement.
    /// - Returns: nil when the object is of a kind that is not judged.
    /// - Throws: ``AdmissionReviewError`` when the bytes are not JSON.
    package func judge(
        manifest object: UnsafeRawBufferPointer,
        state: (any ClusterLookup)?,
        now: Timestamp
    ) throws(AdmissionReviewError) -> Verdict? {
        let header: ManifestHeader
        let run: AgentRun
        do {
            header = try unsafe JSONReader.read(object) { reader throws(JSONError) in try ManifestHeader(&reader) }
            guard header.group == Self.group, header.version == Self.version, header.kind == "AgentRun" else {
                return nil
            }
            run = try unsafe JSONReader.read(object) { reader throws(JSONError) in
                var run = try AgentRun(&reader)
                run.status = AgentRun.Status()
                return run
            }
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
        let namespace: ExactString = run.metadata.namespace.isEmpty ? "default" : run.metadata.namespace
        let kind = GroupVersionKind(group: header.group, version: header.version, kind: header.kind)
        var verdict = Verdict(
            uid: "",
            operation: .create,
            dryRun: false,
            object: Verdict.Object(
                kind: kind,
                namespace: namespace,
                name: run.metadata.name,
                uid: run.metadata.uid
            )
        )
        let subject = Subject(run: run, namespace: namespace, userInfo: UserInfo())
        judge(subject, old: nil, state: state, now: now, &verdict)
        return verdict
    }
}
