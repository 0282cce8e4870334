internal import AgentRuns
internal import JSONPull

extension VersionControlProvider: TabledObject {
    static var resource: String { "versioncontrolproviders" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<VersionControlProvider>> {
        \.versionControlProviders
    }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> VersionControlProvider {
        try VersionControlProvider(&reader)
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.versionControlProviders.count }
}
