internal import AdmissionAPI
package import AgentRuns
internal import ClusterState
package import CustomResources
package import JSONPull
package import Policy
package import Reports

/// What `explain` does: says of each run where everything it would do comes from.
package struct Explain {
    private let engine: PolicyEngine
    private let namespace: ExactString
    private let statePaths: [String]
    private let definitions: KindDefinitions
    private let now: () -> Timestamp

    /// Of runs that are in `namespace` unless they name one; the files at `statePaths` are more cluster state than they.
    package init(
        policy: AdmissionPolicy,
        namespace: ExactString,
        statePaths: [String] = [],
        definitions: KindDefinitions = .embedded,
        now: @escaping () -> Timestamp
    ) {
        engine = PolicyEngine(policy: policy)
        self.namespace = namespace
        self.statePaths = statePaths
        self.definitions = definitions
        self.now = now
    }

    /// Reads `arguments` as ``CheckInput`` does and explains what is there.
    ///
    /// - Throws: ``CommandFailure`` when the cluster state cannot be read; what else goes wrong is in the report.
    package func report(_ arguments: [String]) throws(CommandFailure) -> ExplainReport {
        var input = CheckInput(policy: engine.policy, namespace: namespace)
        for argument in arguments { input.read(argument) }
        return try report(input)
    }

    /// Explains what was read.
    package func report(_ input: CheckInput) throws(CommandFailure) -> ExplainReport {
        var report = ExplainReport()
        for problem in input.problems { report.add(problem) }
        let store = try LoadedState.store(
            paths: statePaths,
            policy: engine.policy,
            namespace: namespace,
            keepsUnnamed: true,
            under: input.objects
        ) { report.add($0) }
        for item in input.items {
            if item.kind == .review {
                report.add(
                    item.problem("a review has no explanation (judge it with check, or pass its object)", .warning)
                )
                continue
            }
            report.count(objectOf: item.source)
            do throws(AdmissionReviewError) {
                if let entry = try entry(of: item, store) { report.add(entry) }
            } catch {
                report.add(item.problem("\(error)"))
            }
        }
        return report
    }

    /// Nil for what is no run.
    private func entry(of item: CheckItem, _ state: ClusterStore) throws(AdmissionReviewError) -> ExplainReport.Entry? {
        let result = unsafe item.withJSON { bytes in
            Result { () throws(AdmissionReviewError) -> ExplainReport.Entry? in
                let found = try unsafe engine.explain(
                    manifest: bytes,
                    namespace: namespace,
                    known: item.known(in: state),
                    state: state,
                    now: now()
                )
                guard let found, let run = found.run else { return nil }
                return ExplainReport.Entry(
                    check: item.judged(found.verdict, as: .v1, apiServer: item.apiServerFindings(by: definitions)),
                    run: run,
                    patch: unsafe PatchSuggestion(for: found.verdict.findings, in: bytes).patch
                )
            }
        }
        return try result.get()
    }
}
