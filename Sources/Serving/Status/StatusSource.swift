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
    /// A DNS subdomain's.
    private static let maximumNameLength = 253

    let metrics: AdmissionMetrics
    let engine: Current<PolicyEngine>
    let origin: Current<PolicyOrigin>
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
        let replicas = source.replicas
        report.origin = Self.origin(origin.value, replicas)
        report.replicas = (replicas?.replicas ?? []).map { Self.replica($0, own: replicas?.own) }
        report.replicaProblem = replicas?.problem
        report.hasMoreReplicas = replicas?.hasMore ?? false
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
        report.audit = source.audit?.status
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

    private static func origin(_ origin: PolicyOrigin, _ replicas: ReplicaStanding?) -> StatusReport.Origin {
        func text(_ text: ExactString) -> String { VisibleText.part(text, upTo: maximumNameLength) }
        var told = StatusReport.Origin(loadedAt: origin.loadedAt)
        told.file = origin.file.map { VisibleText.line($0) }
        told.target = origin.target.map { VisibleText.line($0) }
        told.modifiedAt = origin.modifiedAt
        told.change = replicas?.policyChange.map {
            .init(manager: text($0.manager), operation: text($0.operation), time: text($0.time))
        }
        told.changeProblem = replicas?.policyChangeProblem
        return told
    }

    private static func replica(_ entry: ReplicaRoll.Entry, own: ReplicaNote?) -> StatusReport.Replica {
        func text(_ text: ExactString) -> String { VisibleText.part(text, upTo: maximumNameLength) }
        return StatusReport.Replica(
            name: text(entry.note.name),
            policyDigest: text(entry.note.digest),
            generation: text(entry.note.generation),
            version: text(entry.note.version),
            loadedAt: text(entry.note.loadedAt),
            ageSeconds: Int(entry.silentMilliseconds / 1000),
            isOwn: entry.isOwn,
            isStale: entry.isStale,
            judgesAlike: own.map { entry.note.judges(like: $0) } ?? true
        )
    }

    private static func claim(_ claim: KnownClaim) -> StatusReport.Claim {
        StatusReport.Claim(
            repository: VisibleText.part(claim.key.branch.repository, upTo: maximumNameLength),
            head: VisibleText.part(claim.key.branch.head, upTo: maximumNameLength),
            holder: VisibleText.part(claim.holder.run.namespace, upTo: maximumNameLength) + "/"
                + VisibleText.part(claim.holder.run.name, upTo: maximumNameLength),
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
