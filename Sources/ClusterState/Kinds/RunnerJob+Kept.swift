internal import AgentRuns
internal import JSONPull

/// Of Jobs only those are kept that work for a run and have not finished.
extension RunnerJob: KeptObject {
    static var group: String { "batch" }
    static var version: String { "v1" }
    static var resource: String { "jobs" }
    static var isOptional: Bool { true }
    static var isOfAllNamespaces: Bool { true }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> RunnerJob {
        try RunnerJob(&reader)
    }

    var isWanted: Bool { runName != nil }

    func run(of key: ObjectKey) -> ObjectKey? { runName.map { ObjectKey(namespace: key.namespace, name: $0) } }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.jobs.count }

    func put(into objects: inout ClusterObjects, at key: ObjectKey, file: UInt32) {
        objects.put(self, at: key, file: file)
    }

    static func remove(_ key: ObjectKey, from objects: inout ClusterObjects) { objects.removeJob(key) }

    static func takeOver(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        objects.takeOverJobs(in: namespace, from: &other)
    }

    static func merge(_ other: ClusterObjects, into objects: inout ClusterObjects, _ merging: ObjectMerging) {
        for (key, job) in other.jobs.table where merging.replaces || objects.jobs.table[key] == nil {
            if let file = merging.file(job.file) { objects.insertJob(job.object, at: key, file: file) }
        }
    }
}
