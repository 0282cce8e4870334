internal import AgentRuns
internal import JSONPull

extension ImplementationSpec: TabledObject {
    static var resource: String { "implementationspecs" }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<ImplementationSpec>> {
        \.implementationSpecs
    }

    static func read(_ reader: inout JSONReader) throws(JSONError) -> ImplementationSpec {
        // Texts are reduced to their measures.
        var spec = try ImplementationSpec(&reader)
        spec.implementation = spec.implementation?.measured
        return spec
    }

    static func count(in objects: borrowing ClusterObjects) -> Int { objects.implementationSpecs.count }
}
