internal import AgentRuns
internal import JSONPull

extension AgentProvider: TabledObject {
    static var resource: String { "agentproviders" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<AgentProvider>> { \.agentProviders }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> AgentProvider {
        try AgentProvider(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.agentProviders.count }
}
