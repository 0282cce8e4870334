import HTTPServer
import Testing

@testable import AdmissionServer

@Suite struct `Health` {
    private static let good = HealthCheck(name: "certificate") { nil }
    private static let bad = HealthCheck(name: "state") { "not read yet" }

    @Test(arguments: ["/livez", "/readyz"])
    func `is ok in two letters`(path: String) {
        let answer = ServiceUnderTest(checks: [Self.good]).ask(.get, path, contentType: nil)
        #expect(answer.status == 200)
        #expect(answer.body == "ok")
    }

    @Test(arguments: ["/readyz?verbose", "/readyz?verbose=true", "/readyz?timeout=1s&verbose"])
    func `verbose lists every check`(target: String) {
        let answer = ServiceUnderTest(checks: [Self.good]).ask(.get, target, contentType: nil)
        #expect(answer.body == "[+]ping ok\n[+]certificate ok\nreadyz check passed\n")
    }

    @Test(arguments: ["/readyz", "/readyz?verbose"])
    func `not ready says why`(target: String) {
        let answer = ServiceUnderTest(checks: [Self.good, Self.bad]).ask(.get, target, contentType: nil)
        #expect(answer.status == 503)
        #expect(answer.body == "[+]ping ok\n[+]certificate ok\n[-]state failed: not read yet\nreadyz check failed\n")
    }

    @Test func `is alive even when not ready`() {
        let answer = ServiceUnderTest(checks: [Self.bad]).ask(.get, "/livez?verbose", contentType: nil)
        #expect(answer.status == 200)
        #expect(answer.body == "[+]ping ok\nlivez check passed\n")
    }
}
