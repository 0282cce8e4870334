internal import AgentRuns
internal import JSONPull

extension SecretBinding: TabledObject {
    static var group: String { "security.proompteng.ai" }
    static var resource: String { "secretbindings" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<SecretBinding>> { \.secretBindings }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> SecretBinding {
        try SecretBinding(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.secretBindings.count }

    static func note(_ kept: SecretBinding?, at key: ObjectKey, in objects: inout ClusterObjects) {
        ClusterObjects.note(kept, at: key, in: &objects.bindingsOfNamespace)
    }

    static func takeOverIndex(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        ClusterObjects.takeOver(&objects.bindingsOfNamespace, in: namespace, from: &other.bindingsOfNamespace)
    }

    static func makeIndex(of objects: inout ClusterObjects) {
        objects.bindingsOfNamespace = [:]
        for (key, filed) in objects.secretBindings { note(filed.object, at: key, in: &objects) }
    }
}
