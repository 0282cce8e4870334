internal import AdmissionAPI
internal import ClusterState
internal import JSONPull
internal import Policy

extension Verdict {
    /// Whether a person should see what came of the review: it was no dry run, and was denied or warned about.
    ///
    /// Asked on the way of every review.
    var isEventful: Bool {
        if findings.isEmpty || dryRun { return false }
        let findings = findings
        // By its place: handed to a closure a finding would be copied, with a dozen retains.
        for index in findings.indices {
            let action = findings[index].action
            if action == .deny || action == .warn { return true }
        }
        return false
    }
}

extension EventDraft {
    /// Most rules that a denial's Event names.
    private static let maximumReasons = 20
    private static let maximumNameLength = 253

    /// What is told of a review that ``Verdict/isEventful``; nil when there is no object that it could regard.
    ///
    /// A denied object does not exist, so its namespace has the Event.
    init?(_ verdict: Verdict) {
        if verdict.allowed { self.init(warned: verdict) } else { self.init(denied: verdict) }
    }

    /// The warnings, which whoever wrote the object has been shown.
    private init?(warned verdict: Verdict) {
        let (kind, object) = (verdict.object.kind, verdict.object)
        guard
            let regarding = EventObjectReference(
                group: kind.group,
                version: kind.version,
                kind: kind.kind,
                namespace: object.namespace,
                name: object.name,
                uid: object.uid
            )
        else { return nil }
        self.init(regarding: regarding, reason: .admittedWithWarnings, parts: verdict.warnings)
    }

    /// Which object, and by which rules: no more of it than its name, as whoever reads the namespace's Events need not be
    /// whoever was refused.
    private init?(denied verdict: Verdict) {
        guard let regarding = EventObjectReference(namespace: verdict.object.namespace) else { return nil }
        let object = verdict.object
        let isRun = ClusterKind(group: object.kind.group.string, kind: object.kind.kind.string) == .agentRun
        var reasons: [String] = []
        for finding in verdict.findings where finding.action == .deny {
            let reason = "\(finding.rule.rawValue)/\(finding.reason.rawValue)"
            if reasons.last != reason, !reasons.contains(reason) { reasons.append(reason) }
        }
        let more = reasons.count > Self.maximumReasons ? " and \(reasons.count - Self.maximumReasons) more" : ""
        let rules = reasons.prefix(Self.maximumReasons).joined(separator: ", ") + more
        let name =
            object.name.isEmpty
            ? "without a name" : VisibleText.quoted(object.name, upTo: Self.maximumNameLength)
        self.init(
            regarding: regarding,
            reason: isRun ? .runDenied : .definitionDenied,
            note:
                "\(VisibleText.part(verdict.operation.name)) of \(VisibleText.part(object.kind.kind)) \(name) was denied: "
                + "\(rules) (kubectl apply --dry-run=server says why and how to fix it)"
        )
    }
}
