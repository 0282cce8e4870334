internal import AgentRuns
package import ClusterState
private import JSONPull
package import KubernetesClient
internal import NIOCore

/// Keeps a store as the API server has it: a reflector for every source, all on the client's event loop.
package final class ClusterFeed: Sendable {

    private let client: APIClient
    private let store: ClusterStore
    private let timing: ReflectorTiming
    private let claims: ClaimKeeper?
    private let audited: AuditedObjects?
    private let onEvent: @Sendable (ClusterFeedEvent) -> Void
    private let reflectors: NIOLoopBoundBox<[Reflector]>
    /// What each source did, in the order they were given.
    package let figures: [(source: ClusterSource, figures: FeedFigures)]

    /// Makes a feed that does nothing before ``start()``.
    ///
    /// - Parameters:
    ///   - sources: those of `store`.
    ///   - client: asks the API server; not on an event loop that serves reviews.
    ///   - store: is written by this feed alone.
    ///   - timing: how long watches last.
    ///   - claims: is told of runs, and of its Leases; has a client of its own.
    ///   - audited: gets all objects that an audit judges; nil where there is none.
    ///   - onEvent: called on the client's event loop.
    package init(
        sources: [ClusterSource],
        client: APIClient,
        store: ClusterStore,
        timing: ReflectorTiming,
        claims: ClaimKeeper? = nil,
        audited: AuditedObjects? = nil,
        onEvent: @escaping @Sendable (ClusterFeedEvent) -> Void
    ) {
        (self.client, self.store, self.timing, self.onEvent) = (client, store, timing, onEvent)
        (self.claims, self.audited) = (claims, audited)
        figures = sources.map { ($0, FeedFigures()) }
        reflectors = .makeBoxSendingValue([], eventLoop: client.eventLoop)
    }

    package func start() {
        client.eventLoop.execute { [self] in
            reflectors.value = figures.map { source, figures in
                Reflector(
                    WatchedResource(source),
                    client: client,
                    sink: StoreSink(
                        source,
                        store: store,
                        figures: figures,
                        claims: claims,
                        audited: audited,
                        onEvent: onEvent
                    ),
                    timing: timing,
                    environment: .init(monotonicMilliseconds: { [store] in store.now })
                )
            }
            if let claims {
                claims.start()
                // Claims are safe without Leases that are seen.
                var timing = timing
                timing.asksForProgress = false
                reflectors.value.append(
                    Reflector(
                        claims.leases,
                        client: client,
                        sink: LeaseSink(keeper: claims),
                        timing: timing,
                        environment: .init(monotonicMilliseconds: { [store] in store.now })
                    )
                )
            }
            for reflector in reflectors.value { reflector.start() }
        }
    }

    /// Lists runs again, as what is kept of them depends on the policy.
    package func projectAgain() {
        client.eventLoop.execute { [self] in
            for reflector in reflectors.value where reflector.resource.resource == ClusterKind.agentRun.resource {
                reflector.restart()
            }
        }
    }

    /// Ends all lists and watches; what is known stays.
    package func stop() async {
        let stopped = client.eventLoop.submit { [self] in
            for reflector in reflectors.value { reflector.stop() }
            reflectors.value = []
            claims?.stop()
        }
        // The event loop outlives its users.
        try? await stopped.get()
        client.close()
    }
}
