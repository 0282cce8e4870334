internal import AdmissionServer
internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import NIOCore
internal import Offline
internal import Policy
internal import Reports
internal import TLS

/// Asks the parts of a server what the status page shows.
struct StatusSource: Sendable {
    /// As many as a page has room for.
    private static let maximumClaims = 200

    let metrics: AdmissionMetrics
    let engine: Current<PolicyEngine>
    let source: any StateSource
    let certificates: @Sendable () -> [(name: String, endsAt: UnixTime)]
    let checks: [HealthCheck]
    let denials: RecentDenials

    /// Everything at this moment; the future belongs to `eventLoop` and does not fail.
    func document(on eventLoop: any EventLoop) -> EventLoopFuture<StatusEndpoint.Document> {
        let claims = source.someClaims(atMost: Self.maximumClaims) ?? eventLoop.makeSucceededFuture([])
        return claims.hop(to: eventLoop).recover { _ in [] }.map { claims in
            let report = report(claims)
            return StatusEndpoint.Document(
                html: Array(report.html.utf8),
                json: report.json,
                contentSecurityPolicy: StatusReport.contentSecurityPolicy
            )
        }
    }

    private func report(_ claims: [KnownClaim]) -> StatusReport {
        let policy = engine.value.policy
        var report = StatusReport(
            version: ProductVersion.number,
            replica: ServerSettings.hostName,
            time: Clocks.wall(),
            policy: policy.name,
            generation: policy.generation.rawValue,
            policyDigest: policy.digest
        )
        report.reviews = metrics.reviews.verdictCounts
        report.checks = checks.map { .init(name: $0.name, problem: $0.problem(), note: $0.note()) }
        let findings = metrics.reviews.findingCounts
        report.rules = RuleID.allCases.map { .init(name: $0.rawValue, counts: findings[$0] ?? [:]) }
        report.kinds = source.store.figures.map { figures in
            StatusReport.Kind(
                name: figures.kind.rawValue,
                objects: figures.objects,
                ageSeconds: figures.ageSeconds,
                isSynced: figures.isSynced,
                isNeeded: policy.needs(figures.kind)
            )
        }
        report.claimCount = source.claimCount
        report.claims = claims.sorted { $0.key < $1.key }.map(Self.claim)
        report.denials = denials.all.map(Self.denial)
        let now = UnixTime.now().secondsSinceEpoch
        report.certificates = certificates().map { certificate in
            StatusReport.Certificate(
                name: certificate.name,
                endsAt: certificate.endsAt.description,
                secondsLeft: certificate.endsAt.secondsSinceEpoch - now
            )
        }
        return report
    }

    private static func claim(_ claim: KnownClaim) -> StatusReport.Claim {
        StatusReport.Claim(
            repository: VisibleText.part(claim.key.branch.repository, upTo: 253),
            head: VisibleText.part(claim.key.branch.head, upTo: 253),
            holder: VisibleText.part(claim.holder.run.namespace, upTo: 253) + "/"
                + VisibleText.part(claim.holder.run.name, upTo: 253),
            acquiredAt: claim.acquiredAt.text
        )
    }

    private static func denial(_ denial: RecentDenials.Denial) -> StatusReport.Denial {
        let name = denial.namespace.utf8.isEmpty ? denial.name : "\(denial.namespace)/\(denial.name)"
        return StatusReport.Denial(
            time: denial.time,
            title: "\(denial.operation) of \(denial.kind) \(name)",
            isDryRun: denial.isDryRun,
            reasons: denial.reasons
        )
    }
}
