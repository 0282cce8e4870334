internal import AgentRuns
internal import JSONPull

extension Agent: TabledObject {
    static var resource: String { "agents" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Agent>> { \.agents }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> Agent {
        try Agent(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.agents.count }
}
