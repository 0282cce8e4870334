package import ClusterState
internal import JSONPull
internal import Policy

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
    /// What the metrics show of the state, a kind at a time: of several sources of a kind the oldest counts.
    package var figures: [StateFigures] {
        let now = now
        var figures: [StateFigures] = []
        for kind in ClusterKind.allCases {
            guard let ages = ages(of: kind, now: now) else { continue }
            let isSynced = !ages.contains(nil)
            let oldest = isSynced ? ages.compactMap { $0 }.max() : nil
            figures.append(
                StateFigures(
                    kind: kind,
                    objects: count(of: kind),
                    ageSeconds: oldest.map { Double($0) / 1000 },
                    isSynced: isSynced
                )
            )
        }
        return figures
    }

    /// How old what each source of a kind told is, in milliseconds, nil for one that has told nothing; nil in all for a kind
    /// nobody reads.
    private func ages(of kind: ClusterKind, now: Int64) -> [Int64?]? {
        let conditions = sourceConditions
        guard !conditions.isEmpty else {
            // Manifests are read whole.
            guard case .available(let age) = condition(in: "default") else { return [nil] }
            return [Int64(age)]
        }
        let ages = conditions.filter { $0.source.kind == kind }.map { source -> Int64? in
            guard case .synced(let heardAt, _) = source.condition else { return nil }
            return max(0, now - heardAt)
        }
        return ages.isEmpty ? nil : ages
    }
}
