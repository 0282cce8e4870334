internal import AgentRuns
internal import JSONPull

/// A run as the index hands it out.
struct RunRecord: Sendable {
    /// What else is known of a run.
    struct Facts: OptionSet, Sendable {
        let rawValue: UInt8
        /// `RunStanding.isActive`.
        static let active = Facts(rawValue: 1)
        /// Its status tells which branch it writes, or that it writes none: the controller has begun with it.
        static let begun = Facts(rawValue: 2)
        /// It counts as running for the controller's limits.
        static let running = Facts(rawValue: 4)
        /// It counts as waiting for the controller's limits.
        static let queued = Facts(rawValue: 8)
        /// `RunStanding.template`; with ``active`` `RunStanding.annotated`.
        static let template = Facts(rawValue: 16)
        /// `RunStanding.becoming`.
        static let becoming = Facts(rawValue: 32)
        /// `AgentRun.isPod`.
        static let submitsJobs = Facts(rawValue: 64)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ standing: RunStanding) {
            switch standing {
            case .active: self = .active
            case .annotated: self = [.active, .template]
            case .template: self = .template
            case .becoming: self = .becoming
            case .over: self = []
            }
        }

        /// How the run stands.
        var standing: RunStanding {
            if contains(.template) { return contains(.active) ? .annotated : .template }
            if contains(.active) { return .active }
            return contains(.becoming) ? .becoming : .over
        }
    }

    let namespace: ExactString
    let name: ExactString
    let phase: ExactString
    /// `Timestamp.seconds`; the minimum when unknown.
    let createdSeconds: Int64
    /// Digest of the uid; 0 when unknown.
    ///
    /// Good for telling two apart within this process only.
    let uid: UInt64
    /// Digest of its `IdempotencyKey`; 0 without one.
    ///
    /// Good within this process only; that two of 100,000 keys have the same one is as likely as one in four billion.
    let keyDigest: UInt64
    /// Digest of namespace and `spec.agentRef.name` of a run that counts for the limits; 0 without.
    let agentDigest: UInt64
    /// Digest of the repository of a run that counts for the limits; 0 without.
    let repositoryDigest: UInt64
    /// Where the run was read: index into ``LoadedManifests/files``.
    private(set) var file: UInt32
    private(set) var facts: Facts

    init(_ run: ProjectedRun, file: UInt32) {
        namespace = run.key.namespace
        name = run.key.name
        phase = run.phase
        createdSeconds = run.createdAt?.seconds ?? .min
        uid = Self.digest(uid: run.uid)
        keyDigest = run.idempotencyKey.map { Self.digest($0) } ?? 0
        agentDigest = run.agent.map { Self.digest(ObjectKey(namespace: run.key.namespace, name: $0)) } ?? 0
        repositoryDigest = run.repository.map { Self.digest($0) } ?? 0
        self.file = file
        facts = run.facts
    }

    /// A run as it was packed.
    init(_ run: StoredRun, name: ExactString) {
        (namespace, self.name, phase) = (run.namespace, name, run.phase)
        (createdSeconds, uid, keyDigest) = (run.createdSeconds, run.uid, run.keyDigest)
        (agentDigest, repositoryDigest, file, facts) = (run.agentDigest, run.repositoryDigest, run.file, run.facts)
    }

    /// The same, read from another file.
    func from(file: UInt32) -> RunRecord {
        var copy = self
        copy.file = file
        return copy
    }

    var createdAt: Timestamp? { createdSeconds == .min ? nil : Timestamp(seconds: createdSeconds) }

    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// Whether the controller makes Jobs for it, now or soon.
    var hasJobs: Bool { facts.isSuperset(of: [.active, .submitsJobs]) }

    func isNamed(_ key: ObjectKey) -> Bool { name == key.name && namespace == key.namespace }

    /// Whether this is not known to be another object than the one of that uid.
    func mayBe(uid other: UInt64) -> Bool { uid == 0 || other == 0 || uid == other }

    /// Never 0.
    static func digest(_ value: some Hashable) -> UInt64 {
        max(1, UInt64(bitPattern: Int64(value.hashValue)))
    }

    static func digest(uid: ExactString) -> UInt64 { uid.isEmpty ? 0 : digest(uid) }
}
