package import JSONPull

/// One list and watch that feeds the store: the objects of a kind, in one namespace or in all.
package struct ClusterSource: Hashable, Sendable {
    package var kind: ClusterKind
    /// Nil for every namespace.
    package var namespace: ExactString?

    package init(kind: ClusterKind, namespace: ExactString?) {
        (self.kind, self.namespace) = (kind, namespace)
    }
}

/// How much is known of what a source feeds.
package enum SourceCondition: Equatable, Sendable {
    /// Never listed; why, once that is known.
    case unsynced(String?)
    /// As it was at that time of the store's clock, in milliseconds; what hinders an update since.
    case synced(heardAt: Int64, problem: String?)
    /// The API refuses it or does not have the kind: what was there, if anything, cannot be relied on.
    case unknown(String)
}

/// The sources of a store and how each is doing.
struct ClusterSources: Sendable {
    struct Entry: Sendable {
        let source: ClusterSource
        var condition = SourceCondition.unsynced(nil)
    }

    /// In the order they were given.
    private(set) var entries: [Entry]

    init(_ sources: [ClusterSource]) {
        entries = sources.map { Entry(source: $0) }
    }

    subscript(source: ClusterSource) -> SourceCondition? {
        get { entries.first { $0.source == source }?.condition }
        set {
            guard let newValue, let index = entries.firstIndex(where: { $0.source == source }) else { return }
            entries[index].condition = newValue
        }
    }

    /// Whether every object of that kind in `namespace` is known, as of some time.
    func isKnown(_ kind: ClusterKind, in namespace: ExactString) -> Bool {
        entries.contains { entry in
            guard entry.source.kind == kind, entry.source.covers(namespace), case .synced = entry.condition else {
                return false
            }
            return true
        }
    }

    /// When the kind was last heard of, of its sources the earliest; nil when one of them never was.
    func heardAt(_ kind: ClusterKind) -> Int64? {
        var earliest = Int64.max
        for entry in entries where entry.source.kind == kind {
            guard case .synced(let heardAt, _) = entry.condition else { return nil }
            earliest = min(earliest, heardAt)
        }
        return earliest == .max ? nil : earliest
    }

    /// How far a judgement in `namespace` can be trusted: as far as the worst of the sources it looks at.
    ///
    /// Runs and their Jobs count wherever they are, since a branch is held across namespaces.
    func condition(in namespace: ExactString, bindings: Bool, now: Int64) -> SourcesCondition {
        var result = SourcesCondition()
        var isCovered = false
        for entry in entries where entry.source.kind.object.isOfAllNamespaces || entry.source.covers(namespace) {
            isCovered = isCovered || entry.source.covers(namespace)
            if entry.source.kind == .secretBinding, !bindings { continue }
            switch entry.condition {
            case .synced(let heardAt, _):
                result.ageMilliseconds = max(result.ageMilliseconds ?? 0, Int(max(0, now - heardAt)))
            case .unsynced(let problem):
                result.note(problem ?? "\(entry.source) has not been listed yet")
            case .unknown(let problem): if !entry.source.kind.isOptional { result.note(problem) }
            }
        }
        if !isCovered { result.note("namespace \(VisibleText.quoted(namespace)) is not watched") }
        return result
    }
}

/// What the sources that one judgement looks at come to.
struct SourcesCondition: Sendable {
    /// Of the oldest that is known; nil when none is.
    var ageMilliseconds: Int?
    /// Of the first that is not known.
    var problem: String?

    mutating func note(_ problem: String) {
        self.problem = self.problem ?? problem
    }
}

extension ClusterSource {
    func covers(_ namespace: ExactString) -> Bool { self.namespace.map { $0 == namespace } ?? true }
}

extension ClusterSource: CustomStringConvertible {
    /// As RBAC names the resource, with the namespace if there is one: `agentruns.agents.proompteng.ai in agents`.
    package var description: String {
        let resource = kind.group.isEmpty ? kind.resource : "\(kind.resource).\(kind.group)"
        return namespace.map { "\(resource) in \($0.string)" } ?? resource
    }
}
