internal import AdmissionServer
internal import ClusterState
internal import JSONPull
internal import KubernetesClient
internal import Logging
internal import NIOCore
internal import Offline
internal import Policy
private import Prometheus
internal import ServiceLifecycle

/// The cluster state as an API server has it, listed and watched.
struct WatchedState: StateSource {
    let store: ClusterStore
    let feed: ClusterFeed
    private let claims: ClaimKeeper?
    private let replicaKeeper: ReplicaKeeper?
    let marks: ReviewMarks?
    let audit: AuditService?
    /// Nil when nothing is told by Events.
    let events: EventRecorder?
    let policyReports: PolicyReportService?
    private let clock: ClockWatch
    private let engine: Current<PolicyEngine>
    private let readyAgeSeconds: Int
    private let logger: Logger
    /// What Events may add to a stop.
    private static let eventsTimeout = TimeAmount.seconds(2)

    /// Reads the access for the first time; nothing is asked before ``run()``.
    init(
        _ cluster: ServerSettings.Cluster,
        claims claimSettings: ServerSettings.Claims,
        policyMap: String?,
        leavesMarks: Bool,
        auditIntervalSeconds: Int?,
        writesEvents: Bool,
        policyReports: PolicyReportAPI?,
        policies: PolicySource,
        eventLoops: any EventLoopGroup,
        auditing: any EventLoopGroup,
        maximumInFlight: Int,
        metrics: AdmissionMetrics,
        logger: Logger
    ) throws(CommandFailure) {
        let clock = ClockWatch(
            steady: Clocks.monotonicMilliseconds,
            wall: Clocks.wallMilliseconds,
            onChange: { Self.log(clock: $0, to: logger) }
        )
        let policy = policies.engine.value.policy
        let store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            owner: .cluster(cluster.sources),
            // What the API server has not stored by then it never will.
            reservations: ReservationLimits(lifetimeMilliseconds: claimSettings.gapMilliseconds),
            clock: Clocks.monotonicMilliseconds,
            onReservationNews: { logger.log($0) }
        )
        let (client, claimClient, markClient): (APIClient, APIClient, APIClient?)
        let auditClient: APIClient?
        let auditIntervalSeconds = claimSettings.isOn ? auditIntervalSeconds : nil
        let claimNamespace: String
        do throws(AccessError) {
            let access = try cluster.connection.source()
            for warning in access.warnings {
                logger.warning("insecure access to the API server", metadata: ["warning": "\(warning)"])
            }
            claimNamespace = access.namespace
            logger.info("cluster state is watched", metadata: ["server": "\(access.server)"])
            // A thread and connections each: no claim waits for a list that is read.
            client = try cluster.connection.client(on: eventLoops.next(), clock: clock.serverClock)
            claimClient = try cluster.connection.client(
                on: eventLoops.next(),
                urgentConnections: min(maximumInFlight, APIClient.maximumUrgentConnections),
                clock: clock.serverClock
            )
            markClient =
                leavesMarks && claimSettings.isOn
                ? try cluster.connection.client(on: client.eventLoop, urgentConnections: 1) : nil
            auditClient = try auditIntervalSeconds.map { _ throws(AccessError) in
                try cluster.connection.client(on: claimClient.eventLoop, urgentConnections: 1)
            }
        } catch {
            throw CommandFailure("cannot reach the cluster as told: \(error.description)")
        }
        let held = HeldClock(
            steady: Clocks.monotonicMilliseconds,
            wall: Clocks.wallMilliseconds,
            finding: { clock.finding }
        )
        clock.follow { _ = held.moment() }
        let events =
            writesEvents
            ? EventRecorder(
                client: client,
                replica: ServerSettings.hostName,
                metrics: metrics.events,
                now: held.moment,
                logger: logger
            ) : nil
        let claims = claimSettings.keeper(
            client: claimClient,
            runs: store,
            accessNamespace: claimNamespace,
            policy: policy,
            clock: held,
            metrics: metrics,
            events: events,
            logger: logger
        )
        let replicas = claimSettings.replicaKeeper(
            client: claimClient,
            accessNamespace: claimNamespace,
            policyMap: policyMap,
            policies: policies,
            clock: held,
            logger: logger
        )
        let audited = auditIntervalSeconds.map { _ in AuditedObjects() }
        let feed = ClusterFeed(
            sources: cluster.sources,
            client: client,
            store: store,
            timing: ReflectorTiming(maximumAgeSeconds: policy.maximumStateAgeSeconds),
            claims: claims,
            audited: audited
        ) { [engine = policies.engine] event in
            Self.log(event, engine.value.policy, to: logger)
        }
        marks = markClient.map { client in
            ReviewMarks(
                namespace: claimSettings.namespace ?? claimNamespace,
                client: client,
                metrics: metrics.marks,
                environment: .init(monotonicMilliseconds: Clocks.monotonicMilliseconds),
                logger: logger
            )
        }
        metrics.observeFeed { feed.figures }
        if let auditIntervalSeconds, let audited, let auditClient {
            audit = AuditService(
                timing: .init(interval: .seconds(auditIntervalSeconds)),
                objects: audited,
                store: store,
                engine: policies.engine,
                marks: marks,
                keepsResults: policyReports != nil,
                client: auditClient,
                namespace: claimSettings.namespace ?? claimNamespace,
                on: auditing.next(),
                metrics: metrics.audit,
                logger: logger
            )
        } else {
            audit = nil
        }
        if let policyReports, let audit, let auditClient {
            self.policyReports = PolicyReportService(
                policyReports,
                of: audit,
                client: auditClient,
                counters: metrics.policyReports,
                logger: logger
            )
        } else {
            self.policyReports = nil
        }
        if let audit, let events {
            let unreviewed = UnreviewedEvents(events)
            audit.rounds.followers.add { unreviewed.note($0) }
        }
        (self.store, self.feed, self.claims, self.clock) = (store, feed, claims, clock)
        replicaKeeper = replicas
        (self.events, self.logger) = (events, logger)
        engine = policies.engine
        readyAgeSeconds = cluster.readyAgeSeconds
        Self.log(unwatchedBy: policy, before: nil, in: store, to: logger)
        policies.followers.add { [engine, origin = policies.origin] policy in
            Self.log(neededNow: policy, before: engine.value.policy, in: store, to: logger)
            Self.log(unwatchedBy: policy, before: engine.value.policy, in: store, to: logger)
            if store.project(by: policy) { feed.projectAgain() }
            claims?.use(BranchClaimScope.ofMost(policy))
            replicas?.use(policy, loadedAt: origin.value.loadedAt)
        }
    }

    var claimer: (any BranchClaimer)? { claims }

    func someClaims(atMost count: Int) -> EventLoopFuture<[KnownClaim]>? { claims?.someClaims(atMost: count) }

    var claimCount: Int? { claims?.figures.held }

    var replicas: ReplicaStanding? { replicaKeeper?.standing }

    func observe(_ metrics: AdmissionMetrics) {
        if let figures = claims?.figures { metrics.observeClaims { figures.held } }
        if let replicaKeeper { metrics.observeReplicas { replicaKeeper.standing } }
        metrics.observeClock { [clock] in clock.secondsAhead }
    }

    var readinessChecks: [HealthCheck] {
        // Without claims nothing rests on the clock.
        store.sourceConditions.map { .source($0.source, of: store, engine: engine, readyAgeSeconds: readyAgeSeconds) }
            + (claims == nil ? [] : [clock.readiness])
    }

    /// At once: `/readyz` tells when there is something to judge by, and `/livez` must answer until then.
    func waitUntilServable() async {}

    func run() async throws {
        feed.start()
        events?.start()
        // Ends by a signal, or because another service failed.
        await cancelWhenGracefulShutdown { await replicaKeeper?.run() }
        try? await gracefulShutdown()
        // By the feed's client.
        if let lost = await events?.stop(within: Self.eventsTimeout), lost > 0 {
            logger.error("the last events could not be written", metadata: ["events": "\(lost)"])
        }
        await feed.stop()
    }

    private static func log(clock problem: String?, to logger: Logger) {
        if let problem {
            logger.error("the clock is wrong", metadata: ["reason": "\(problem)"])
        } else {
            logger.notice("the clock is right again")
        }
    }

    /// Says what a new policy needs that is not known.
    private static func log(
        neededNow policy: AdmissionPolicy,
        before: AdmissionPolicy,
        in store: ClusterStore,
        to logger: Logger
    ) {
        for (source, condition) in store.sourceConditions where policy.needs(source.kind) && !before.needs(source.kind)
        {
            let reason: String
            switch condition {
            case .synced: continue
            case .unsynced(let problem): reason = problem ?? "it has not been listed yet"
            case .unknown(let problem): reason = problem
            }
            logger.error(
                "the policy in use needs a part of the cluster state that is not known",
                metadata: ["resource": "\(source)", "reason": "\(VisibleText.line(reason))"]
            )
        }
    }

    /// Says what rules ask for and `--watch` leaves out, where that is new; Secrets are left out unless they are named.
    private static func log(
        unwatchedBy policy: AdmissionPolicy,
        before: AdmissionPolicy?,
        in store: ClusterStore,
        to logger: Logger
    ) {
        let watched = store.sourceConditions.map(\.source.kind)
        func unwatched(_ policy: AdmissionPolicy) -> [ClusterKind] {
            ClusterKind.allCases.filter { $0 != .secret && policy.needs($0) && !watched.contains($0) }
        }
        let kinds = unwatched(policy)
        guard !kinds.isEmpty, kinds != before.map(unwatched) else { return }
        logger.warning(
            "the policy in use asks for kinds that are not watched, and rules judge without them",
            metadata: ["resources": "\(kinds.map(\.resource).joined(separator: ","))"]
        )
    }

    private static func log(_ event: ClusterFeedEvent, _ policy: AdmissionPolicy, to logger: Logger) {
        switch event {
        case .listed(let source, let objects, let unreadable, let isFirst):
            logger.log(
                level: isFirst ? .info : .debug,
                "listed",
                metadata: ["resource": "\(source)", "objects": "\(objects)"]
            )
            if unreadable > 0 {
                logger.warning(
                    "objects without a name or of another kind were left out",
                    metadata: ["resource": "\(source)", "objects": "\(unreadable)"]
                )
            }
        case .failed(let source, let reason):
            let isNeeded = policy.needs(source.kind)
            logger.log(
                level: isNeeded ? .error : .warning,
                isNeeded
                    ? "the cluster state is not renewed"
                    : "a part of the cluster state is not renewed that the policy does without",
                metadata: ["resource": "\(source)", "reason": "\(VisibleText.line(reason))"]
            )
        case .recovered(let source):
            logger.notice("the cluster state is renewed again", metadata: ["resource": "\(source)"])
        }
    }
}
