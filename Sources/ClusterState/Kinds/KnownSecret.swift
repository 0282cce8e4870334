internal import AgentRuns
internal import JSONPull

/// A Secret of which the name alone is known: its content is nobody's business here.
struct KnownSecret: TabledObject {
    static var group: String { "" }
    static var version: String { "v1" }
    static var resource: String { "secrets" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Void>> { \.secrets }

    let metadata: ObjectMeta

    var kept: Void { () }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> KnownSecret {
        KnownSecret(metadata: try ManifestHeader(&reader).metadata)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.secrets.count }
}
