internal import AgentRuns
internal import JSONPull

extension SecretBinding: NamespacedObject {
    static var group: String { "security.proompteng.ai" }
    static var resource: String { "secretbindings" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<SecretBinding>> { \.secretBindings }
    static var byNamespace: WritableKeyPath<ClusterObjects, ClusterObjects.NamespaceTables<SecretBinding>> {
        \.bindingsOfNamespace
    }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> SecretBinding {
        try SecretBinding(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.secretBindings.count }

    var isListed: Bool { true }
}
