import CustomResources
import JSONPull
import Testing

/// What an API server (1.36) was seen to say, but for the words behind "in body".
@Suite struct `Schemas` {
    private static let table: [(schema: String, spec: String, said: [String])] = [
        (#"{"type":"string"}"#, "7", [#"spec: Invalid value: "number": must be of type string"#]),
        (
            #"{"type":"array","items":{"type":"string"}}"#, #"["a",null,true]"#,
            [
                #"spec[1]: Invalid value: "null": must be of type string"#,
                #"spec[2]: Invalid value: "boolean": must be of type string"#,
            ]
        ),
        (
            #"{"type":"string","enum":["a","b"]}"#, #""c""#,
            [#"spec: Unsupported value: "c": supported values: "a", "b""#]
        ),
        (
            #"{"type":"string","enum":["alpha","beta"]}"#, #""sk-secret""#,
            [#"spec: Unsupported value: supported values: "alpha", "beta""#]
        ),
        (#"{"type":"integer","enum":[1,2.0]}"#, "2", []), (#"{"type":"integer"}"#, "1.0", []),
        (#"{"type":"integer"}"#, "1.5", [#"spec: Invalid value: "number": must be of type integer: "number""#]),
        (#"{"type":"integer","minimum":0}"#, "-1", ["spec: Invalid value: -1: should be greater than or equal to 0"]),
        (
            #"{"type":"number","exclusiveMaximum":true,"maximum":3}"#, "3",
            ["spec: Invalid value: 3: should be less than 3"]
        ),
        (#"{"type":"number","multipleOf":0.5}"#, "1.2", ["spec: Invalid value: 1.2: should be a multiple of 0.5"]),
        (
            #"{"type":"integer","format":"int32"}"#, "2147483648",
            ["spec: Invalid value: 2147483648: must be of format int32"]
        ),
        (#"{"type":"string","maxLength":2}"#, #""äöü""#, ["spec: Too long: may not be more than 2 bytes"]),
        (#"{"type":"string","maxLength":3}"#, #""äöü""#, []),
        (
            #"{"type":"string","minLength":1}"#, #""""#,
            [#"spec: Invalid value: a text of 0 characters: should be at least 1 chars long"#]
        ),
        (
            #"{"type":"string","pattern":"^[a-z]+$"}"#, #""A""#,
            [#"spec: Invalid value: a text of 1 characters: should match '^[a-z]+$'"#]
        ),
        (#"{"type":"string","pattern":"\\bx"}"#, #""x""#, [#"spec: the pattern \bx was not checked"#]),
        (
            #"{"type":"string","format":"date-time"}"#, #""2026-02-30T00:00:00Z""#,
            [
                #"spec: Invalid value: a text of 20 characters: must be of type date-time"#
            ]
        ),
        (#"{"type":"string","format":"date-time"}"#, #""2024-02-29T23:59:59.5+01:00""#, []),
        (#"{"type":"string","format":"ipv4"}"#, #""x""#, ["spec: the format ipv4 was not checked"]),
        (
            #"{"type":"object","required":["a","b"],"properties":{"a":{"type":"string"},"b":{"type":"string","default":"x"}}}"#,
            "{}",
            [
                "spec.a: Required value"
            ]
        ),
        // Null is absent, unless it may be there.
        (
            #"{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}"#, #"{"a":null}"#,
            ["spec.a: Required value"]
        ),
        (
            #"{"type":"object","required":["a"],"properties":{"a":{"type":"string","nullable":true}}}"#, #"{"a":null}"#,
            []
        ),
        (
            #"{"type":"object","properties":{"ab cd":{"type":"string"}}}"#, #"{"ab cd":1}"#,
            [
                #"spec["ab cd"]: Invalid value: "number": must be of type string"#
            ]
        ),
        (
            #"{"type":"object","properties":{"parameters":{"type":"object"}}}"#, #"{"paramters":{}}"#,
            [
                #"spec.paramters: unknown field "spec.paramters""#
            ]
        ),
        (#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#, #"{"x":{"y":1}}"#, []),
        (
            #"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"x":1,"y":"z"}"#,
            [
                #"spec.x: Invalid value: "number": must be of type string"#
            ]
        ),
        (#"{"type":"object","additionalProperties":true}"#, #"{"x":1}"#, []),
        (
            #"{"type":"object","additionalProperties":{"type":"string"},"maxProperties":1}"#, #"{"x":"","y":""}"#,
            [
                "spec: Too many: 2: must have at most 1 items"
            ]
        ),
        (
            #"{"type":"array","items":{"type":"string"},"maxItems":1}"#, #"["a","b"]"#,
            ["spec: Too many: 2: must have at most 1 items"]
        ),
        (
            #"{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}"#, #"["a","b","a"]"#,
            [
                "spec[2]: Duplicate value: the same as [0]"
            ]
        ),
        (
            #"{"type":"array","items":{"type":"object","properties":{"n":{"type":"string"},"v":{"type":"integer"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"]}"#,
            #"[{"n":"a","v":1},{"v":2,"n":"a"}]"#, ["spec[1]: Duplicate value: the same as [0]"]
        ),
        (#"{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}"#, "1", []),
        (
            #"{"x-kubernetes-int-or-string":true}"#, "1.5",
            [#"spec: Invalid value: "number": must be of type integer or string"#]
        ),
        (
            #"{"x-kubernetes-int-or-string":true}"#, "true",
            [#"spec: Invalid value: "boolean": must be of type integer or string"#]
        ),
        (
            #"{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}"#,
            #"{"apiVersion":"v1","kind":"X","metadata":{"name":"y"},"spec":{}}"#, []
        ),
        (
            #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}"#,
            #"{"a":"","b":""}"#, ["spec: Invalid value: must validate one and only one schema (oneOf)"]
        ),
        (
            #"{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["a"]}}"#, #"{"a":""}"#,
            [
                "spec: Invalid value: must not validate the schema (not)"
            ]
        ),
    ]

    @Test(arguments: table.indices)
    func `say of a value what the API server does`(index: Int) {
        let (schema, spec, expected) = Self.table[index]
        #expect(said(spec, schema) == expected, "\(schema) \(spec)")
    }

    @Test func `name what was meant`() {
        let object = #"{"metadata":{},"spec":{"paramters":{}}}"#
        let found = faults(
            object,
            by: definitions(definition(#"{"type":"object","properties":{"parameters":{"type":"object"}}}"#))
        )
        #expect(found.first?.remedy.contains("(did you mean parameters?)") == true)
        #expect(found.first?.offset == 23)
    }

    @Test func `say of a status only what is unknown in it`() {
        let known = definitions(definition(#"{"type":"object"}"#))
        #expect(
            lines(faults(#"{"metadata":{},"status":{"phase":7,"phse":1}}"#, by: known)) == [
                #"status.phse: unknown field "status.phse""#
            ]
        )
    }

    @Test func `say which versions are served`() {
        let known = definitions(definition(#"{"type":"object"}"#))
        for version in ["v0", "v2"] as [ExactString] {
            let found = faults(#"{"metadata":{}}"#, by: known, version: version)
            #expect(found.map(\.message) == [#"no matches for kind "Thing" in version "example.com/\#(version)""#])
            #expect(found.first?.remedy == "the API server has v1")
        }
    }

    @Test func `say no more than a person reads`() {
        let elements = Array(repeating: "7", count: 5000).joined(separator: ",")
        #expect(
            said("[\(elements)]", #"{"type":"array","items":{"type":"string"}}"#).count == SchemaLimits.maximumFaults
        )
    }

    @Test func `deeper than anybody writes one are cut off`() {
        let depth = 5000
        let schema =
            String(repeating: #"{"type":"array","items":"#, count: depth) + "{}" + String(repeating: "}", count: depth)
        let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(said(value, schema).isEmpty)
    }

    @Test func `that define nothing are none`() {
        var known = KindDefinitions()
        for text in [
            "{}", "7", #"{"spec":{"group":"a"}}"#, #"{"spec":{"group":"a","names":{"kind":"K"},"versions":[]}}"#,
        ] {
            let isDefinition = unsafe Array(text.utf8).withUnsafeBytes { unsafe known.add(definition: $0) }
            #expect(!isDefinition && known.count == 0)
        }
    }
}

@Suite struct `The embedded statement` {
    private func said(_ spec: String, kind: ExactString = "AgentRun") -> [String] {
        lines(faults(#"{"metadata":{"name":"x"},"spec":\#(spec)}"#, by: .embedded, kind: kind, version: "v1alpha1"))
    }

    @Test func `finds what people mistype`() {
        #expect(
            said(#"{"runtime":{"type":"Job"}}"#) == [
                #"spec.runtime.type: Unsupported value: "Job": supported values: "workflow", "job", "temporal", "custom""#
            ]
        )
        #expect(said(#"{"secrets":"x"}"#) == [#"spec.secrets: Invalid value: "string": must be of type array"#])
        #expect(said(#"{"parameters":["a"]}"#) == [#"spec.parameters: Invalid value: "array": must be of type object"#])
        #expect(
            said(#"{"parameters":{"issue":5}}"#) == [
                #"spec.parameters.issue: Invalid value: "number": must be of type string"#
            ]
        )
        #expect(said(#"{"paramters":{}}"#) == [#"spec.paramters: unknown field "spec.paramters""#])
        #expect(
            said(#"{"workflow":{"steps":[{"name":"a","timeoutSecond":1}]}}"#) == [
                #"spec.workflow.steps[0].timeoutSecond: unknown field "spec.workflow.steps[0].timeoutSecond""#
            ]
        )
        #expect(said(#"{"txt":"x"}"#, kind: "ImplementationSpec") == [#"spec.txt: unknown field "spec.txt""#])
    }

    @Test func `does not claim to be whole`() {
        #expect(said(#"{"somethingNew":{},"runtime":{"type":"job","config":{"a":[1]}}}"#).isEmpty)
        #expect(said(#"{"adapter":{"x":1}}"#, kind: "AgentProvider").isEmpty)
    }
}
