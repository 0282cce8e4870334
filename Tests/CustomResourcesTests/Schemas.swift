import CustomResources
import JSONPull

/// A definition of kind `Thing` with this schema of its `spec`, as JSON.
func definition(_ spec: String, more: String = "") -> String {
    """
    {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"example.com",\
    "names":{"kind":"Thing"},"scope":"Namespaced","versions":[{"name":"v1","served":true,"storage":true,\
    "subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":\(spec),\
    "status":{"type":"object","properties":{"phase":{"type":"string"}}}}\(more)}}},\
    {"name":"v0","served":false,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
    """
}

func definitions(_ definition: String) -> KindDefinitions {
    var definitions = KindDefinitions()
    _ = unsafe Array(definition.utf8).withUnsafeBytes { unsafe definitions.add(definition: $0) }
    return definitions
}

/// What is said of an object, `field: message` each.
func faults(
    _ object: String,
    by definitions: KindDefinitions,
    kind: ExactString = "Thing",
    version: ExactString = "v1"
) -> [SchemaFault] {
    let group: ExactString = kind == "Thing" ? "example.com" : "agents.proompteng.ai"
    return unsafe Array(object.utf8).withUnsafeBytes { bytes in
        unsafe definitions.faults(in: bytes, group: group, version: version, kind: kind) ?? []
    }
}

func lines(_ faults: [SchemaFault]) -> [String] { faults.map { "\($0.field): \($0.message)" } }

/// What is said of a `spec` by its schema.
func said(_ spec: String, _ schema: String, more: String = "") -> [String] {
    lines(
        faults(
            #"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"x"},"spec":\#(spec)}"#,
            by: definitions(definition(schema, more: more))
        )
    )
}
