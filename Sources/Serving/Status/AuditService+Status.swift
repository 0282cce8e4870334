internal import AdmissionServer
internal import JSONPull
internal import Policy
internal import Reports

extension AuditService {
    /// As many as a page has room for.
    private static let maximumUnreviewed = 100

    /// What the status page shows of the audit.
    var status: StatusReport.Audit {
        StatusReport.Audit(isElected: elector.isElected, round: rounds.last.value.map(Self.round))
    }

    private static func round(_ round: AuditRound) -> StatusReport.Audit.Round {
        var shown = StatusReport.Audit.Round(
            endedAt: round.endedAt,
            seconds: round.durationSeconds,
            policyDigest: round.policyDigest
        )
        shown.objects = round.objectCounts
        (shown.denied, shown.warned) = (round.denied, round.warned)
        shown.findings = round.findings.sorted { $0.key < $1.key }.map { complaint, count in
            .init(rule: complaint.rule.rawValue, action: complaint.action, count: count)
        }
        guard let unreviewed = round.unreviewed else { return shown }
        shown.unreviewedCount = unreviewed.count + round.untoldUnreviewed.values.reduce(0, +)
        // Those first that somebody has to see.
        let first = unreviewed.filter { !$0.isEarlier } + unreviewed.filter(\.isEarlier)
        shown.unreviewed = first.prefix(maximumUnreviewed).map { run in
            .init(
                run: run.object.shownName,
                since: run.since,
                isEarlier: run.isEarlier,
                decision: run.decision.rawValue,
                reasons: run.reasons
            )
        }
        return shown
    }
}

extension AuditRound.Object {
    /// `namespace/name`, fit to print.
    var shownName: String { "\(VisibleText.part(namespace, upTo: 253))/\(VisibleText.part(name, upTo: 253))" }
}
