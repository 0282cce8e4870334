internal import AgentRuns
internal import JSONPull

/// A run, packed: 72 bytes, and the heap only for texts of more than 15.
struct RunRecord: Sendable {
    /// What else is known of a run.
    struct Facts: OptionSet, Sendable {
        let rawValue: UInt8
        /// Its phase is not a final one and it is no template.
        static let active = Facts(rawValue: 1)
        /// Its status tells which branch it writes, or that it writes none.
        static let settled = Facts(rawValue: 2)
        /// No run: the place is free.
        static let free = Facts(rawValue: 4)
    }

    /// Says that there is no claim.
    static let noClaim = UInt32.max

    let namespace: ExactString
    let name: ExactString
    let phase: ExactString
    /// ``Timestamp/seconds``; the minimum when unknown.
    private let createdSeconds: Int64
    /// Digest of the uid; 0 when unknown.
    ///
    /// Good for telling two apart within this process only.
    let uid: UInt64
    /// First of the run's claims in ``RunIndex``.
    var firstClaim = RunRecord.noClaim
    /// Where the run was read: index into ``LoadedManifests/files``.
    private(set) var file: UInt32
    private(set) var facts: Facts

    init(_ run: ProjectedRun, file: UInt32) {
        namespace = run.key.namespace
        name = run.key.name
        phase = run.phase
        createdSeconds = run.createdAt?.seconds ?? .min
        uid = Self.digest(uid: run.uid)
        self.file = file
        facts = run.facts
    }

    /// A free place, which keeps no text alive.
    init() {
        (namespace, name, phase) = ("", "", "")
        (createdSeconds, uid, file, facts) = (.min, 0, 0, .free)
    }

    /// The same, read from another file.
    func from(file: UInt32) -> RunRecord {
        var copy = self
        copy.file = file
        return copy
    }

    var createdAt: Timestamp? { createdSeconds == .min ? nil : Timestamp(seconds: createdSeconds) }

    var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    func isNamed(_ key: ObjectKey) -> Bool { name == key.name && namespace == key.namespace }

    /// Whether this is not known to be another object than the one of that uid.
    func mayBe(uid other: UInt64) -> Bool { uid == 0 || other == 0 || uid == other }

    static func digest(uid: ExactString) -> UInt64 {
        if uid.isEmpty { return 0 }
        return max(1, UInt64(bitPattern: Int64(uid.hashValue)))
    }
}
