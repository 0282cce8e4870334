internal import AgentRuns
internal import JSONPull

extension Memory: NamespacedObject {
    static var resource: String { "memories" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Memory>> { \.memories }
    static var byNamespace: WritableKeyPath<ClusterObjects, ClusterObjects.NamespaceTables<Memory>> {
        \.defaultMemories
    }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> Memory {
        try Memory(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.memories.count }

    var isListed: Bool { isDefault }
}
