import AdmissionAPI
import JSONPull
import Testing

@Suite struct `Admission responses` {
    private func text(_ response: AdmissionResponse, _ version: AdmissionReview.Version = .v1) -> String {
        String(decoding: response.encoded(as: version), as: UTF8.self)
    }

    @Test(arguments: [
        (AdmissionReview.Version.v1, "admission.k8s.io/v1"), (.v1beta1, "admission.k8s.io/v1beta1"),
    ])
    func `are in the version that was asked`(version: AdmissionReview.Version, apiVersion: String) {
        #expect(
            text(AdmissionResponse(uid: "u-1", allowed: true), version)
                == #"{"kind":"AdmissionReview","apiVersion":"\#(apiVersion)","response":{"uid":"u-1","allowed":true}}"#
                + "\n"
        )
    }

    @Test func `have their keys in a fixed order`() {
        let details = Status.Details(
            name: "run",
            group: "g",
            kind: "AgentRun",
            uid: "o-1",
            causes: [
                Status.Cause(reason: "A", message: "first", field: "spec.a"),
                Status.Cause(reason: "B", message: "second", field: ""),
            ]
        )
        let response = AdmissionResponse(
            uid: "u",
            allowed: false,
            status: Status(code: 403, reason: "Forbidden", message: "no", details: details),
            auditAnnotations: [.init("verdict", "denied"), .init("rules", "a,b")],
            warnings: ["one", "two"]
        )
        #expect(
            text(response) == #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u","#
                + #""allowed":false,"status":{"status":"Failure","message":"no","reason":"Forbidden","details":{"name":"run","#
                + #""group":"g","kind":"AgentRun","uid":"o-1","causes":[{"reason":"A","message":"first","field":"spec.a"},"#
                + #"{"reason":"B","message":"second"}]},"code":403},"auditAnnotations":{"verdict":"denied","rules":"a,b"},"#
                + #""warnings":["one","two"]}}"# + "\n"
        )
    }

    @Test func `escape only quotes, backslashes and controls`() {
        let response = AdmissionResponse(
            uid: #"u"\"#,
            allowed: true,
            auditAnnotations: [.init("a", "é<&>\u{2028}")],
            warnings: ["\0\n\t😀"]
        )
        #expect(
            text(response).hasSuffix(
                #""response":{"uid":"u\"\\","allowed":true,"auditAnnotations":{"a":"é<&>\u2028"#
                    + #""},"warnings":["\u0000\n\t😀"]}}"# + "\n"
            )
        )
    }

    @Test(arguments: ["\u{7F}", "\u{9B}", "\u{202E}", "\u{E0041}"])
    func `have nothing that is not seen, whatever a name has`(_ hidden: String) {
        let status = Status(
            code: 403,
            reason: "Forbidden",
            message: "no",
            details: Status.Details(name: "a\(hidden)b", group: hidden, kind: hidden, uid: hidden, causes: [])
        )
        let answer = String(
            decoding: AdmissionResponse(uid: hidden, allowed: false, status: status).encoded(as: .v1),
            as: UTF8.self
        )
        #expect(
            answer.unicodeScalars.allSatisfy { VisibleText.isVisible($0) || $0 == "\n" },
            "\(answer.debugDescription)"
        )
        #expect(answer.contains(#""name":"a\u"#))
    }

    @Test func `echo any uid that was sent`() throws {
        for uid in ["4efe9b68-32bd-43f3-90b1-61d4c3e88cf5", #"\"\\\n\u0001é"#, " ", "\u{10FFFF}", "\u{7F}\u{202E}"] {
            let head = #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"kind":{},"#
            let body = head + #""operation":"CREATE","uid":"\#(uid)"}}"#
            let review = try AdmissionReview.decode(Array(body.utf8))
            let answer = AdmissionResponse(uid: review.request.uid, allowed: true).encoded(as: review.version)
            let echoed = try JSONReader.read(answer) { reader throws(JSONError) in try Self.uid(&reader) }
            #expect(echoed == review.request.uid)
        }
    }

    /// `response.uid`.
    private static func uid(_ reader: inout JSONReader) throws(JSONError) -> String? {
        var uid: String?
        var isFirst = true
        _ = try reader.enterObject()
        while let key = try reader.nextKey(&isFirst) {
            guard case "response" = key else {
                try reader.skipValue()
                continue
            }
            var isFirst = true
            _ = try reader.enterObject()
            while let key = try reader.nextKey(&isFirst) {
                if case "uid" = key { uid = try reader.readString() } else { try reader.skipValue() }
            }
        }
        return uid
    }

    @Test func `are equal when they say the same`() {
        let one = AdmissionResponse(uid: "u", allowed: true, auditAnnotations: [.init("a", "1")], warnings: ["w"])
        #expect(one == AdmissionResponse(uid: "u", allowed: true, auditAnnotations: [.init("a", "1")], warnings: ["w"]))
        #expect(one != AdmissionResponse(uid: "u", allowed: true, auditAnnotations: [.init("a", "2")], warnings: ["w"]))
        #expect(
            one != AdmissionResponse(uid: "u", allowed: false, auditAnnotations: [.init("a", "1")], warnings: ["w"])
        )
    }
}

@Suite struct `A Status` {
    @Test func `as a document of its own is a Failure with its code`() {
        let status = Status(code: 404, reason: "NotFound", message: "no route \"/x\"")
        #expect(
            String(decoding: status.encoded(), as: UTF8.self)
                == #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no route \"/x\"","#
                + #""reason":"NotFound","code":404}"# + "\n"
        )
    }

    @Test func `leaves empty details out`() {
        let details = Status.Details(name: "", group: "", kind: "AgentRun", uid: "", causes: [])
        let status = Status(code: 403, reason: "Forbidden", message: "m", details: details)
        #expect(
            String(decoding: status.encoded(), as: UTF8.self)
                == #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"m","reason":"Forbidden","#
                + #""details":{"kind":"AgentRun","causes":[]},"code":403}"# + "\n"
        )
    }
}
