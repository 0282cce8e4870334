internal import AdmissionAPI
package import AgentRuns
internal import ClusterState
internal import JSONPull
package import Policy
package import Reports

extension Audit {
    /// Audits what files, folders and patterns hold, read as `check` reads them; all of it is the state.
    ///
    /// AdmissionReviews are no objects that exist, and are skipped.
    ///
    /// - Parameters:
    ///   - arguments: the files, folders and patterns; `-` for standard input.
    ///   - policy: what is judged by.
    ///   - scope: what is judged.
    ///   - hasExcerpts: whether findings show the line they are about.
    ///   - now: the time of all judgements.
    ///   - progress: told how far it has come.
    /// - Returns: what was found, and what could not be read.
    /// - Throws: `CommandFailure` when nothing can be judged.
    package static func report(
        onFiles arguments: [String],
        policy: AdmissionPolicy,
        scope: Scope,
        hasExcerpts: Bool,
        now: Timestamp,
        progress: (Check.Progress) -> Void = { _ in }
    ) throws(CommandFailure) -> CheckReport {
        var input = CheckInput(policy: policy, namespace: "default")
        for argument in arguments { input.read(argument) { progress(.read($0)) } }
        progress(.allRead)
        var problems = input.problems
        let store = try LoadedState.store(paths: [], policy: policy, keepsUnnamed: true, under: input.objects) {
            problems.append($0)
        }
        var audit = Audit(policy: policy, state: store, scope: scope, now: now)
        for problem in problems { audit.add(problem) }
        for _ in input.passedOver { audit.addFileWithoutObject() }
        var excerpts = hasExcerpts ? ExcerptReader(input) : nil
        for (index, item) in input.items.enumerated() {
            progress(.judged(index, of: input.items.count))
            do throws(AdmissionReviewError) {
                try audit.judge(item, in: store) { excerpts?.excerpt(of: item.source, at: $0, field: $1) }
            } catch {
                audit.add(item.problem("\(error)"))
            }
        }
        progress(.allJudged)
        return audit.report
    }

    private mutating func judge(
        _ item: CheckItem,
        in store: ClusterStore,
        _ excerpt: (SourcePosition, _ field: String) -> SourceExcerpt?
    ) throws(AdmissionReviewError) {
        guard item.kind == .object else { return addSkipped() }
        let known = item.known(in: store)
        let result = unsafe item.withJSON { bytes -> Result<Void, AdmissionReviewError> in
            do throws(AdmissionReviewError) {
                // The bytes are lent to the judgement.
                try unsafe judge(bytes, known: known) { verdict in
                    var entry = item.judged(verdict, as: .v1)
                    entry.addExcerpts(excerpt)
                    return entry
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
