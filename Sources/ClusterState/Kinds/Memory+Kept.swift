internal import AgentRuns
internal import JSONPull

extension Memory: TabledObject {
    static var resource: String { "memories" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Memory>> { \.memories }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> Memory {
        try Memory(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.memories.count }

    static func note(_ kept: Memory?, at key: ObjectKey, in objects: inout ClusterObjects) {
        ClusterObjects.note(kept.flatMap { $0.isDefault ? $0 : nil }, at: key, in: &objects.defaultMemories)
    }

    static func takeOverIndex(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        ClusterObjects.takeOver(&objects.defaultMemories, in: namespace, from: &other.defaultMemories)
    }

    static func makeIndex(of objects: inout ClusterObjects) {
        objects.defaultMemories = [:]
        for (key, filed) in objects.memories { note(filed.object, at: key, in: &objects) }
    }
}
