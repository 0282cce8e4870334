import CustomResources
import JSONPull
import Testing

@Suite struct `Metadata` {
    private func said(_ metadata: String) -> [String] {
        lines(faults(#"{"metadata":\#(metadata),"spec":{}}"#, by: .embedded, kind: "AgentRun", version: "v1alpha1"))
    }

    @Test(arguments: [
        #"{"name":"a.b-c.9","namespace":"team-1","labels":{"a":"","example.com/B_c.d":"V_1.x"}}"#,
        #"{"generateName":"fix-","annotations":{"Some.Thing/Key":"any text at all: \n"},"finalizers":["a.b/c"],"uid":"x","generation":1}"#,
        #"{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"A","name":"n","uid":"u","controller":true}]}"#,
    ])
    func `as it should be is not told of`(metadata: String) {
        #expect(said(metadata).isEmpty, "\(said(metadata))")
    }

    @Test(arguments: [
        (#"{"name":"Fix_It"}"#, #"metadata.name: Invalid value: "Fix_It": a lowercase RFC 1123 subdomain must"#),
        (#"{"name":"a..b"}"#, #"metadata.name: Invalid value: "a..b": a lowercase RFC 1123 subdomain must"#),
        (#"{"name":"-a"}"#, #"metadata.name: Invalid value: "-a": a lowercase RFC 1123 subdomain must"#),
        (#"{"generateName":"Fix-"}"#, #"metadata.generateName: Invalid value: "Fix-": a lowercase"#),
        (
            #"{"name":"x","namespace":"a.b"}"#,
            #"metadata.namespace: Invalid value: "a.b": a lowercase RFC 1123 label must"#
        ),
        (
            #"{"name":"x","labels":{"team":"a b"}}"#,
            #"metadata.labels.team: Invalid value: "a b": a valid label must be an empty string"#
        ),
        (
            #"{"name":"x","labels":{"a/b/c":""}}"#,
            #"metadata.labels["a/b/c"]: Invalid value: "a/b/c": a qualified name must consist"#
        ),
        (
            #"{"name":"x","labels":{"/c":""}}"#,
            #"metadata.labels["/c"]: Invalid value: "/c": prefix part must be non-empty"#
        ),
        (
            #"{"name":"x","labels":{"c/":""}}"#,
            #"metadata.labels["c/"]: Invalid value: "c/": name part must be non-empty"#
        ),
        (
            #"{"name":"x","annotations":{"a b":""}}"#,
            #"metadata.annotations["a b"]: Invalid value: "a b": name part must consist"#
        ),
        (#"{"name":"x","finalizers":["a b"]}"#, #"metadata.finalizers[0]: Invalid value: "a b": name part"#),
        (
            #"{"name":"x","finalizers":[null]}"#,
            #"metadata.finalizers[0]: Invalid value: "": name part must be non-empty"#
        ),
        (#"{"name":"x","lables":{}}"#, #"metadata.lables: unknown field "metadata.lables""#),
        (
            #"{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"A","name":"n"}]}"#,
            "metadata.ownerReferences[0].uid: must not be empty"
        ),
    ])
    func `that the API server refuses is told`(metadata: String, beginning: String) {
        let result = said(metadata)
        #expect(result.count == 1 && result.first?.hasPrefix(beginning) == true, "\(result)")
    }

    @Test func `has lengths`() {
        let long = String(repeating: "a", count: 254)
        #expect(said(#"{"name":"\#(long)"}"#).first?.hasSuffix(": must be no more than 253 bytes") == true)
        #expect(said(#"{"name":"\#(long.dropLast())"}"#).isEmpty)
        let label = String(long.prefix(64))
        #expect(said(#"{"name":"x","labels":{"a":"\#(label)","\#(label)":""}}"#).count == 2)
        let large = String(repeating: "x", count: (256 << 10) - 1)
        #expect(said(#"{"name":"x","annotations":{"a":"\#(large)"}}"#).isEmpty)
        #expect(
            said(#"{"name":"x","annotations":{"ab":"\#(large)"}}"#) == [
                "metadata.annotations: Too long: may not be more than 262144 bytes"
            ]
        )
    }

    @Test func `of two controllers has one too many`() {
        let owner = #"{"apiVersion":"v1","kind":"A","name":"n","uid":"u","controller":true}"#
        #expect(
            said(#"{"name":"x","ownerReferences":[\#(owner),\#(owner)]}"#) == [
                "metadata.ownerReferences[1]: Only one reference can have Controller set to true"
            ]
        )
    }
}
