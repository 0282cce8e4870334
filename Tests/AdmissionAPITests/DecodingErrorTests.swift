import AdmissionAPI
import JSONPull
import Testing

@Suite struct `Bodies that are no review` {
    private static let request = #""request":{"uid":"u","kind":{},"operation":"CREATE"}"#
    private static let head = #""kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1""#

    private func message(_ body: String) -> String {
        do throws(AdmissionReviewError) {
            _ = try AdmissionReview.decode(Array(body.utf8))
            return "none"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("[]", "body: Invalid value: must be an AdmissionReview object"),
        (#""AdmissionReview""#, "body: Invalid value: must be an AdmissionReview object"),
        ("null", "body: Invalid value: must be an AdmissionReview object"),
        ("{}", "kind: Required value: an AdmissionReview without it cannot be answered"),
        (#"{"kind":null}"#, "kind: Required value: an AdmissionReview without it cannot be answered"),
        (#"{"kind":1}"#, "kind: Invalid value: must be a string"),
        (
            #"{"kind":"AgentRun","apiVersion":"x"}"#,
            #"kind: Invalid value: "AgentRun": this endpoint judges objects of kind AdmissionReview"#
        ),
        (
            #"{"kind":"AdmissionReview"}"#,
            "apiVersion: Required value: an AdmissionReview without it cannot be answered"
        ),
        (#"{"kind":"AdmissionReview","apiVersion":[]}"#, "apiVersion: Invalid value: must be a string"),
        (
            #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2"}"#,
            #"apiVersion: Unsupported value: "admission.k8s.io/v2": supported values: "#
                + #""admission.k8s.io/v1", "admission.k8s.io/v1beta1""#
        ),
        ("{\(head)}", "request: Required value: an AdmissionReview without it cannot be answered"),
        ("{\(head),\"request\":null}", "request: Required value: an AdmissionReview without it cannot be answered"),
        ("{\(head),\"request\":[]}", "request: Invalid value: must be an object"),
    ])
    func `say which part of the envelope is wrong`(body: String, text: String) {
        #expect(message(body) == text)
    }

    @Test(arguments: ["kind", "uid", "operation"])
    func `say which required field is missing`(field: String) {
        let all = ["kind": "{}", "uid": #""u""#, "operation": #""CREATE""#]
        let missing = "request.\(field): Required value: an AdmissionReview without it cannot be answered"
        func body(_ value: String?) -> String {
            let members = all.merging([field: value ?? ""]) { $1 }.filter { !$0.value.isEmpty }
            return "{\(Self.head),\"request\":{\(members.map { "\"\($0)\":\($1)" }.joined(separator: ","))}}"
        }
        #expect(message(body(all[field])) == "none")
        #expect(message(body(nil)) == missing)
        #expect(message(body("null")) == missing)
        if field != "kind" { #expect(message(body(#""""#)) == missing) }
        let expected = field == "kind" ? "an object" : "a string"
        #expect(message(body("[1]")) == "request.\(field): Invalid value: must be \(expected)")
    }

    @Test(arguments: [
        ("resource", "\"agentruns\"", "an object"), ("subResource", "1", "a string"), ("name", "{}", "a string"),
        ("namespace", "true", "a string"), ("userInfo", "\"ada\"", "an object"), ("dryRun", "\"true\"", "a boolean"),
        ("dryRun", "1", "a boolean"), ("object", "[]", "an object"), ("object", "\"\"", "an object"),
        ("oldObject", "7", "an object"),
    ])
    func `say which optional field is of the wrong type`(field: String, value: String, expected: String) {
        let members = #""uid":"u","kind":{},"operation":"CREATE","\#(field)":\#(value)"#
        let text = message("{\(Self.head),\"request\":{\(members)}}")
        #expect(text == "request.\(field): Invalid value: must be \(expected)")
    }

    @Test(arguments: [
        (#""name":1,"name":"a""#, "none"), (#""name":1,"name":null"#, "none"), (#""uid":"","uid":"v""#, "none"),
        (#""name":"a","name":1"#, "request.name: Invalid value: must be a string"),
        (#""uid":null"#, "request.uid: Required value: an AdmissionReview without it cannot be answered"),
        (#""kind":null"#, "request.kind: Required value: an AdmissionReview without it cannot be answered"),
        (#""dryRun":1,"operation":[],"name":{}"#, "request.operation: Invalid value: must be a string"),
    ])
    func `judge a repeated field by its last value, and name the first field that is wrong`(
        members: String,
        text: String
    ) {
        let required = #""uid":"u","kind":{},"operation":"CREATE""#
        #expect(message("{\(Self.head),\"request\":{\(required),\(members)}}") == text)
    }

    @Test func `judge a repeated member of the envelope by its last value`() {
        let missing = "Required value: an AdmissionReview without it cannot be answered"
        #expect(message(#"{"kind":1,\#(Self.head),"request":[],\#(Self.request)}"#) == "none")
        #expect(message("{\(Self.head),\(Self.request),\"request\":null}") == "request: \(missing)")
        #expect(message("{\(Self.head),\(Self.request),\"kind\":null}") == "kind: \(missing)")
        #expect(
            message("{\(Self.head),\"apiVersion\":7,\(Self.request)}") == "apiVersion: Invalid value: must be a string"
        )
        #expect(message(#"{"kind":""}"#).hasPrefix(#"kind: Invalid value: """#))
    }

    @Test(arguments: [
        ("", "the JSON ends in the middle of a value at line 1, column 1 (byte 0)"),
        ("<html>", "unexpected '<' at line 1, column 1 (byte 0)"),
        ("{\(head),\(request)}x", "there is more after the end of the JSON value at line 1, column 115 (byte 114)"),
        (
            "{\"kind\":\n\"AdmissionReview\",\"request\":{\"object\":{\"spec\":{\"n\":1.}}}}",
            "invalid number at line 2, column 54 (byte 62) in request.object.spec.n"
        ),
        (
            "{\"request\":{\"object\":{\"a b\":[1,\"\\q\"]}}}",
            #"invalid escape in a string at line 1, column 33 (byte 32) in request.object["a b"][1]"#
        ),
    ])
    func `say where they stop being JSON`(body: String, text: String) {
        #expect(message(body) == "the body is not valid JSON: " + text)
    }

    @Test func `a mistake in any part is found, also behind what is needed`() {
        #expect(message("{\(Self.head),\(Self.request),\"x\":[1,2,}").hasPrefix("the body is not valid JSON"))
    }

    @Test func `repeat what they hold on one line and not at length`() {
        let long = String(repeating: "k", count: 200)
        #expect(message(#"{"kind":"\#(long)"}"#).contains("\"\(String(repeating: "k", count: 80))…\""))
        #expect(message(#"{"kind":"a\u0000\nb"}"#).contains(#""a\u0000\u000ab""#))
    }

    @Test func `nested deeper than the limit are refused, not crashed on`() {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let text = message("{\(Self.head),\"request\":{\"object\":{\"spec\":\(deep)}}}")
        #expect(text.hasPrefix("the body is beyond what is read: nested deeper than 50000 levels"))
    }
}
