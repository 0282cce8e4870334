internal import AgentRuns
internal import JSONPull

/// Runs are projected to what is looked up of them, and kept in an index of their own.
extension AgentRun: KeptObject {
    static var resource: String { "agentruns" }
    static var isOfAllNamespaces: Bool { true }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> AgentRun {
        try AgentRun(&reader)
    }

    func change(at key: ObjectKey, _ projection: RunProjection) -> ClusterChange.Content {
        .run(ProjectedRun(self, key: key, projection: projection))
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.runs.count }

    func put(into objects: inout ClusterObjects, at key: ObjectKey, file: UInt32) {
        objects.put(ProjectedRun(self, key: key, projection: objects.projection), file: file)
    }

    static func remove(_ key: ObjectKey, from objects: inout ClusterObjects) { objects.runs.remove(key) }

    static func takeOver(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        objects.takeOverRuns(in: namespace, from: &other)
    }

    static func merge(_ other: ClusterObjects, into objects: inout ClusterObjects, _ merging: ObjectMerging) {
        other.runs.forEachRun { run in
            guard let file = merging.file(run.file), merging.replaces || objects.runs.run(run.key) == nil else {
                return
            }
            objects.runs.insert(run.from(file: file), branches: other.runs.branches(of: run.key))
        }
    }
}
