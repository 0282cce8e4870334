internal import AgentRuns
internal import JSONPull

/// The Jobs that are active, by name and by the run they work for.
///
/// One that has finished is not kept, so this is as large as what is at work.
struct JobIndex: Sendable {
    private(set) var table: ClusterObjects.Table<ExactString> = [:]
    /// Names of active Jobs by run; no table is empty.
    private var ofRun: [ObjectKey: SortedTable<ExactString, ExactString>] = [:]

    var count: Int { table.count }

    /// The runs with an active Job, in no order.
    var runs: some Sequence<ObjectKey> { ofRun.keys }

    /// Whether a Job of that run is active.
    func isActive(_ run: ObjectKey) -> Bool { !ofRun.isEmpty && ofRun[run] != nil }

    /// Of the active Jobs of that run the first by name.
    func first(of run: ObjectKey) -> ExactString? { ofRun[run]?.first }

    /// Adds a Job in place of one of the same key; one that is not active, or is no run's, is taken out.
    mutating func put(_ job: RunnerJob, at key: ObjectKey, file: UInt32) {
        remove(key)
        guard job.isActive, let run = job.runName else { return }
        insert(Self.run(run, of: key), at: key, file: file)
    }

    /// Adds an active Job of a run.
    mutating func insert(_ run: ObjectKey, at key: ObjectKey, file: UInt32) {
        table[key] = ClusterObjects.Filed(object: run.name, file: file)
        ofRun[run, default: SortedTable()].put(key.name, at: key.name)
    }

    /// Takes the Job of that key out, if it is there.
    mutating func remove(_ key: ObjectKey) {
        guard let old = table.removeValue(forKey: key) else { return }
        let run = Self.run(old.object, of: key)
        ofRun[run]?.remove(key.name)
        if ofRun[run]?.isEmpty == true { ofRun[run] = nil }
    }

    /// The run that works in the Job's own namespace.
    func run(of key: ObjectKey) -> ObjectKey? { table[key].map { Self.run($0.object, of: key) } }

    private static func run(_ name: ExactString, of job: ObjectKey) -> ObjectKey {
        ObjectKey(namespace: job.namespace, name: name)
    }
}
