package import JSONPull

/// A version of a kind, as a CustomResourceDefinition (apiextensions.k8s.io/v1) has it.
package struct KindDefinition: Sendable {
    package var schema: StructuralSchema
    /// Whether the API server serves the version.
    package var isServed = true
    package var isNamespaced = true
    /// Whether `status` is a subresource, and dropped when an object is created.
    package var hasStatus = false
}

/// The kinds whose schemas are known.
package struct KindDefinitions: Sendable {
    package struct Kind: Hashable, Sendable {
        package let group: ExactString
        package let kind: ExactString

        package init(group: ExactString, kind: ExactString) {
            (self.group, self.kind) = (group, kind)
        }
    }

    /// By version.
    private var kinds: [Kind: [ExactString: KindDefinition]] = [:]

    package init() {}

    package var count: Int { kinds.count }

    /// The versions of a kind; nil when nothing is known of it.
    package func versions(of kind: Kind) -> [ExactString: KindDefinition]? { kinds[kind] }

    /// Adds the versions of a kind; of one that is defined twice the last counts.
    package mutating func add(_ kind: Kind, _ versions: [ExactString: KindDefinition]) {
        kinds[kind] = versions
    }

    /// Adds a CustomResourceDefinition, and says whether its JSON is one that defines a kind.
    package mutating func add(definition json: UnsafeRawBufferPointer) -> Bool {
        var reading = DefinitionReading()
        do throws(JSONError) {
            try unsafe JSONReader.read(json) { reader throws(JSONError) in try reading.read(&reader) }
        } catch {
            return false
        }
        guard !reading.group.isEmpty, !reading.kind.isEmpty, !reading.versions.isEmpty else { return false }
        for name in reading.versions.keys { reading.versions[name]?.isNamespaced = reading.isNamespaced }
        add(Kind(group: reading.group, kind: reading.kind), reading.versions)
        return true
    }
}

/// Reads a CustomResourceDefinition.
private struct DefinitionReading {
    var group = ExactString("")
    var kind = ExactString("")
    var isNamespaced = true
    var versions: [ExactString: KindDefinition] = [:]
    private var schemas = SchemaReading()

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "spec": try readSpec(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readSpec(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "group": group = ExactString(try reader.readString() ?? "")
            case "scope": isNamespaced = try reader.readString() != "Cluster"
            case "names":
                guard try reader.enterObject() else { continue }
                var isFirst = true
                while let key = try reader.nextKey(&isFirst) {
                    switch key {
                    case "kind": kind = ExactString(try reader.readString() ?? "")
                    default: try reader.skipValue()
                    }
                }
            case "versions":
                guard try reader.enterArray() else { continue }
                var isFirst = true
                while try reader.nextElement(&isFirst) { try readVersion(&reader) }
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readVersion(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var name = ExactString("")
        var definition = KindDefinition(schema: StructuralSchema())
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "name": name = ExactString(try reader.readString() ?? "")
            case "served": definition.isServed = try reader.readBoolean() ?? true
            case "subresources":
                try reader.readMembers { reader, key throws(JSONError) in
                    if case "status" = key { definition.hasStatus = try reader.peek() == .object }
                    try reader.skipValue()
                }
            case "schema":
                guard try reader.enterObject() else { continue }
                var isFirst = true
                while let key = try reader.nextKey(&isFirst) {
                    switch key {
                    case "openAPIV3Schema": definition.schema = try schemas.schema(&reader)
                    default: try reader.skipValue()
                    }
                }
            default: try reader.skipValue()
            }
        }
        if !name.isEmpty { versions[name] = definition }
    }
}
