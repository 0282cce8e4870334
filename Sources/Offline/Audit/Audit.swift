package import AdmissionAPI
package import AgentRuns
package import ClusterState
package import JSONPull
package import Policy
package import Reports

/// What `audit` does with one object after the other: judges objects that exist, each in the light of the others.
///
/// An object is judged as if it was created by nobody while the others were there, runs that came later left out
/// (``EarlierRuns``), so that of two in conflict one is told, and none is in its own way. What has no finding is counted and
/// forgotten; of the others so many are kept as there is room for (``AuditRoom``).
package struct Audit: Sendable {
    /// Which objects are judged, and what of it is told.
    package struct Scope: Sendable {
        /// Rules whose findings are told; nil for all.
        package var rules: Set<RuleID>?
        /// Namespaces of the objects that are judged; none for all.
        package var namespaces: Set<ExactString> = []
        /// Objects that were neither created nor changed since then are not judged, as far as they tell; nil for all.
        package var since: Timestamp?
        /// Whether runs that are over are judged, too.
        package var includesPast = false

        package init() {}
    }

    /// What was found so far.
    package private(set) var report = CheckReport(of: .existing)

    private let engine: PolicyEngine
    private let state: ClusterStore
    private let others: EarlierRuns
    private let scope: Scope
    private let now: Timestamp
    private var room = AuditRoom()

    /// - Parameters:
    ///   - policy: what is judged by.
    ///   - state: everything that exists, complete by now.
    ///   - scope: what is judged.
    ///   - now: the time of all judgements.
    package init(policy: AdmissionPolicy, state: ClusterStore, scope: Scope, now: Timestamp) {
        engine = PolicyEngine(policy: policy)
        (self.state, self.scope, self.now) = (state, scope, now)
        others = EarlierRuns(state)
    }

    /// Judges an object, or says why not.
    ///
    /// - Parameters:
    ///   - object: its JSON, lent for the call.
    ///   - known: what else is known of it.
    ///   - changedAt: when it was created or changed, where that was left out of it; nil to believe the object.
    ///   - entry: makes of the verdict what is told; called only where that is kept.
    /// - Throws: `AdmissionReviewError` when the bytes are not JSON.
    package mutating func judge(
        _ object: UnsafeRawBufferPointer,
        known: KnownManifest = KnownManifest(),
        changedAt: Timestamp? = nil,
        entry: (Verdict) -> JudgedObject
    ) throws(AdmissionReviewError) {
        let header: AuditedHeader
        do throws(JSONError) {
            header = try unsafe AuditedHeader(object)
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
        guard let kind = JudgedKind(rawValue: header.kind.string) else { return report.addSkipped() }
        if let reason = passesOver(header, kind, known, changedAt ?? header.changedAt) {
            return report.addPassedOver(reason)
        }
        let verdict: Verdict?
        if kind == .agentRun, header.apiVersion == PolicyEngine.apiVersion {
            verdict = try unsafe engine.judge(run: object, known: known, state: others, only: scope.rules, now: now)
        } else {
            verdict = try unsafe engine.judge(
                manifest: object,
                known: known,
                state: others,
                only: scope.rules,
                now: now
            )
        }
        // Of another group or version.
        guard let verdict else { return report.addSkipped() }
        if verdict.findings.isEmpty || !room.takes(verdict) {
            report.count(verdict)
        } else {
            report.add(entry(verdict))
        }
    }

    /// Adds something that could not be read, or hardly as it was meant.
    package mutating func add(_ problem: FileProblem) { report.add(problem) }

    /// Counts a run that is over and that nobody asks for.
    package mutating func addOver() { report.addPassedOver(.over) }

    /// Counts an object of a kind that is not judged.
    package mutating func addSkipped() { report.addSkipped() }

    /// Counts a file of a folder that holds no object.
    mutating func addFileWithoutObject() { report.addFileWithoutObject() }

    private func passesOver(
        _ header: AuditedHeader,
        _ kind: JudgedKind,
        _ known: KnownManifest,
        _ changedAt: Timestamp?
    ) -> CheckReport.PassedOver? {
        let namespace = header.namespace.isEmpty ? "default" : header.namespace
        if !scope.namespaces.isEmpty, !scope.namespaces.contains(namespace) { return .elsewhere }
        let key = ObjectKey(namespace: namespace, name: known.nameInState ?? header.name)
        if kind == .agentRun, !scope.includesPast, state.isOver(key) { return .over }
        if let since = scope.since, let changedAt, changedAt < since { return .unchanged }
        return nil
    }
}
