import HTTPServer
import Policy
import Testing

@testable import AdmissionServer

@Suite struct `Routes` {
    private let service = ServiceUnderTest()

    @Test(arguments: ["/validate", "/validate?timeout=10s", "/validate?"])
    func `reviews are answered whatever the query`(target: String) {
        let answer = service.ask(.post, target, body: Array(Review().text.utf8))
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.allowed == true)
    }

    @Test func `the path kube-apiserver calls when none is set says which to set`() {
        let answer = service.ask(.post, "/?timeout=10s", body: Array(Review().text.utf8))
        #expect(answer.status == 404)
        #expect(answer.body.contains("clientConfig.service.path"))
        #expect(answer.body.contains("/validate"))
    }

    @Test(arguments: ["/nothing", "/validate/", "/Validate", "/livez/ping", "*"])
    func `an unknown path lists those there are`(target: String) {
        let answer = service.ask(.post, target)
        #expect(answer.status == 404)
        #expect(answer.body.contains(#""kind":"Status""#))
        #expect(answer.body.contains("POST /validate, GET /livez, GET /readyz, GET /version"))
    }

    @Test func `an unknown path is repeated cut and without control characters`() {
        let answer = service.ask(.get, "/\u{1B}[31m" + String(repeating: "a", count: 10_000))
        #expect(answer.body.utf8.count < 400)
        #expect(!answer.body.utf8.contains(0x1B))
    }

    @Test(arguments: [
        (HTTPRequestMethod.get, "/validate", "POST"), (.put, "/validate", "POST"), (.post, "/livez", "GET, HEAD"),
        (.delete, "/readyz", "GET, HEAD"), (.other("PATCH"), "/version", "GET, HEAD"),
    ])
    func `a wrong method is told the right ones`(method: HTTPRequestMethod, path: String, allow: String) {
        let answer = service.ask(method, path)
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == allow)
        #expect(answer.body.contains("MethodNotAllowed"))
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON", " application/json ;x=y",
    ])
    func `JSON is JSON with parameters and in any case`(contentType: String) {
        let answer = service.ask(.post, "/validate", contentType: contentType, body: Array(Review().text.utf8))
        #expect(answer.status == 200)
    }

    @Test(arguments: ["text/plain", "application/yaml", "application/jsonp", "application/json-patch+json", "", ";"])
    func `another content type is refused by the head`(contentType: String) {
        let answer = service.ask(.post, "/validate", contentType: contentType)
        #expect(answer.status == 415)
        #expect(answer.body.contains("application/json"))
    }

    @Test func `no content type is refused`() {
        let answer = service.ask(.post, "/validate", contentType: nil)
        #expect(answer.status == 415)
        #expect(answer.body.contains("Content-Type is missing"))
    }

    @Test(arguments: ["gzip", "br", "", "identity, gzip", "g\u{202E}zip"])
    func `a body that is encoded is refused before it is read, and the answer says what is taken`(encoding: String) {
        let answer = service.ask(.post, "/validate", contentEncoding: encoding)
        #expect(answer.status == 415)
        #expect(answer.body.contains("Content-Encoding is "))
        #expect(answer.headers["accept-encoding"] == "identity")
        #expect(!answer.body.contains("\u{202E}"))
    }

    @Test(arguments: ["identity", "Identity", nil]) func `a body that is not is taken`(encoding: String?) {
        #expect(service.ask(.post, "/validate", contentEncoding: encoding).status != 415)
    }

    @Test(arguments: [
        (HTTPRequestError.malformed("two hosts"), 400, "two hosts"), (.headTimedOut, 408, "head"),
        (.bodyTimedOut, 408, "body"), (.bodyTooLarge(maximumBytes: 7), 413, "--max-body-bytes"),
        (.headTooLarge(maximumBytes: 7), 431, "--max-header-bytes"), (.tooManyBodyBytes, 503, "try again"),
        (.tooManyConnections, 503, "try again"),
        (.answerFailed, 500, "answered"), (.versionNotSupported, 505, "HTTP/1.1"),
    ])
    func `what the server finds wrong is a Status too`(error: HTTPRequestError, code: Int, text: String) {
        let answer = service.answer(to: error)
        #expect(answer.status == code)
        #expect(answer.body.contains(#""kind":"Status","apiVersion":"v1","status":"Failure""#))
        #expect(answer.body.contains(#""code":\#(code)"#))
        #expect(answer.body.contains(text))
    }

    @Test func `a server that is full asks to be called again, elsewhere if that can be`() {
        let answer = service.answer(to: .tooManyBodyBytes)
        #expect(answer.headers["retry-after"] == "1")
        #expect(answer.closesConnection)
        #expect(service.answer(to: .headTimedOut).headers["retry-after"] == nil)
    }

    @Test func `version tells product, toolchain and policy`() {
        let answer = service.ask(.get, "/version", contentType: nil)
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix(#"{"version":"\#(ProductVersion.number)","swift":"6."#))
        let digest = AdmissionPolicy.builtIn.digest
        let policy = #""policy":{"name":"default","generation":"2026-02","sha256":"\#(digest)"}}"#
        #expect(answer.body.hasSuffix(policy + "\n"))
    }
}
