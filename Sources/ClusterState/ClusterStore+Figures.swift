/// What is known of one kind in the cluster state, for the metrics.
package struct StateFigures: Sendable {
    package var kind: ClusterKind
    package var objects: Int
    /// Since the source last agreed with the state; nil when it never did.
    package var ageSeconds: Double?
    /// Whether the kind has been read completely.
    package var isSynced: Bool

    package init(kind: ClusterKind, objects: Int, ageSeconds: Double?, isSynced: Bool) {
        self.kind = kind
        self.objects = objects
        self.ageSeconds = ageSeconds
        self.isSynced = isSynced
    }
}

extension ClusterStore {
    /// What the metrics show of the state, a kind at a time, all at one moment; kinds that nobody reads are left out.
    package var figures: [StateFigures] {
        let now = clock()
        return withState { state in
            ClusterKind.allCases.compactMap { kind in
                state.ages(of: kind, now: now).map { ages in
                    // Of several sources of a kind the oldest counts.
                    let isSynced = !ages.contains(nil)
                    let oldest = isSynced ? ages.compactMap { $0 }.max() : nil
                    return StateFigures(
                        kind: kind,
                        objects: state.objects.count(of: kind),
                        ageSeconds: oldest.map { Double($0) / 1000 },
                        isSynced: isSynced
                    )
                }
            }
        }
    }
}

extension ClusterStore.State {
    /// How old what each source of a kind told is, in milliseconds, nil for one that has told nothing; nil in all for a kind
    /// nobody reads.
    fileprivate func ages(of kind: ClusterKind, now: Int64) -> [Int64?]? {
        switch owner {
        case .process:
            // Manifests are read whole.
            return [lookedAt.map { max(0, now - $0) }]
        case .cluster:
            let ages = sources.entries.filter { $0.source.kind == kind }.map { entry -> Int64? in
                guard case .synced(let heardAt, _) = entry.condition else { return nil }
                return max(0, now - heardAt)
            }
            return ages.isEmpty ? nil : ages
        }
    }
}
