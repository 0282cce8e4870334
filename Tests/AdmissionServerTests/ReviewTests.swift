import HTTPServer
import Policy
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.apart) struct `Reviews` {
    private let service = ServiceUnderTest()

    @Test(arguments: ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"])
    func `are answered in their version with their uid`(version: String) {
        let answer = service.post(Review(uid: "8f-\"x\"".filter { $0 != "\"" }, apiVersion: version))
        #expect(answer.status == 200)
        #expect(
            answer.body.hasPrefix(
                #"{"kind":"AdmissionReview","apiVersion":"\#(version)","response":{"uid":"8f-x","allowed":true"#
            )
        )
        #expect(answer.body.hasSuffix("}\n"))
    }

    @Test(arguments: [
        ("", "ends in the middle"), ("{", "ends in the middle"), ("[]", "an AdmissionReview object"),
        ("null", "an AdmissionReview object"), ("{}", "kind: Required value"),
        (#"{"kind":"Pod","apiVersion":"v1"}"#, #"kind: Invalid value: \"Pod\""#),
        (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2"}"#, "supported values"),
        (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, "request: Required value"),
        (#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#, "request.uid: Required value"),
        (#"{"kind":"AdmissionReview",}"#, "line 1, column 27"),
    ])
    func `that are none are errored, and told where`(body: String, text: String) {
        let answer = service.post(body)
        #expect(answer.status == 400)
        #expect(answer.body.contains(#""reason":"BadRequest""#))
        #expect(answer.body.contains(text), "\(answer.body)")
        #expect(service.log.lines.count == 1)
    }

    @Test func `that are no UTF-8 are errored`() {
        let text = Array(Review().text.utf8)
        let answer = service.ask(.post, "/validate", body: text.map { $0 == UInt8(ascii: "y") ? 0xFF : $0 })
        #expect(answer.status == 400)
        #expect(answer.body.contains("invalid UTF-8 at line 1"))
    }

    @Test(arguments: [
        ["secrets"], ["runtime", "config", "imagePullSecrets"], ["implementation", "inline", "acceptanceCriteria"],
    ])
    func `with more in their maps and lists than is kept are errored`(path: [String]) {
        let texts = [String](repeating: #""s\u200B""#, count: 200_001).joined(separator: ",")
        let member = path.reversed().reduce("[\(texts)]") { #"{"\#($1)":\#($0)}"# }
        let answer = service.post(Review(spec: "\(member.dropFirst().dropLast()),"))
        #expect(answer.status == 400)
        #expect(answer.body.contains("the body is beyond what is read: more than 200000 members and elements of maps"))
        let place = (["request", "object", "spec"] + path).joined(separator: ".")
        #expect(answer.body.contains(place), "\(answer.body)")
    }

    @Test func `denied are logged in one line without anything of the prompt`() {
        _ = service.post(Review(name: "first"))
        var review = Review(name: "second\\u001b[31m", spec: #""workflow":{"note":"the-prompt"},"#)
        review.uid = "u-2"
        #expect(service.post(review).allowed == false)
        #expect(service.log.lines.count == 1)
        let line = service.log.lines.first ?? ""
        #expect(line.hasPrefix("info review denied "))
        for part in [#"uid="u-2""#, #"namespace="agents""#, #"operation="CREATE""#, "rules=head-branch-conflict"] {
            #expect(line.contains(part))
        }
        #expect(!line.contains("the-prompt"))
        #expect(!line.contains("\u{1B}"))
    }

    @Test func `allowed are not logged`() {
        _ = service.post(Review())
        #expect(service.log.lines.isEmpty)
    }
}
