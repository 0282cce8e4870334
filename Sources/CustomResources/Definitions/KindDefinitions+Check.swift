package import JSONPull

extension KindDefinitions {
    /// What the API server would say of an object by its metadata and schema.
    ///
    /// - Parameters:
    ///   - object: its JSON.
    ///   - group: of its `apiVersion`.
    ///   - version: of its `apiVersion`.
    ///   - kind: its `kind`.
    /// - Returns: in the order of the text; nil of a kind that is not known.
    package func faults(
        in object: UnsafeRawBufferPointer,
        group: ExactString,
        version: ExactString,
        kind: ExactString
    ) -> [SchemaFault]? {
        guard let versions = versions(of: Kind(group: group, kind: kind)) else { return nil }
        let metadata = unsafe MetadataCheck.faults(in: object)
        guard let definition = versions[version], definition.isServed else {
            let served = versions.filter(\.value.isServed).keys.sorted().map { VisibleText.part($0) }
            let name = "\(VisibleText.part(group))/\(VisibleText.part(version))"
            let fault = SchemaFault(
                .invalid,
                field: "apiVersion",
                message: "no matches for kind \"\(VisibleText.part(kind))\" in version \"\(name)\"",
                remedy: "the API server has \(served.joined(separator: ", "))",
                offset: 0
            )
            return [fault] + metadata
        }
        let faults = unsafe SchemaCheck.faults(in: object, by: definition.schema, dropsStatus: definition.hasStatus)
        return (metadata + faults).enumerated().sorted {
            ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
        }
        .map(\.element)
    }
}
