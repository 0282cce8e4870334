import AgentRuns
import HTTPServer
import NIOCore
import NIOEmbedded
import Testing

@testable import AdmissionServer

@Suite struct `The status endpoint` {
    private func endpoint(isLoopback: Bool = true) -> StatusEndpoint {
        StatusEndpoint(isLoopback: isLoopback) { loop in
            let document = StatusEndpoint.Document(
                html: Array("<p>".utf8),
                json: Array("{}".utf8),
                contentSecurityPolicy: "default-src 'none'"
            )
            return loop.makeSucceededFuture(document)
        }
    }

    private func head(
        _ path: String,
        host: String? = "localhost:1",
        _ method: HTTPRequestMethod = .get
    ) -> HTTPRequestHead {
        HTTPRequestHead(method: method, target: path, version: .http11, host: host, contentLength: 0)
    }

    @Test(arguments: [("/", "text/html; charset=utf-8", "<p>"), ("/status.json?x", "application/json", "{}")])
    func `has a page and the same as JSON, which nothing may be done with`(
        path: String,
        type: String,
        body: String
    ) throws {
        let loop = EmbeddedEventLoop()
        let later = LaterAnswer()
        let head = head(path)
        #expect(endpoint().refusal(of: head) == nil)
        #expect(endpoint().answer(HTTPRequest(head: head, body: ByteBuffer()), on: loop, later: later.take) == nil)
        loop.run()
        let response = try #require(later.response)
        #expect(response.status == 200 && response.contentType == type && String(buffer: response.body) == body)
        let headers = Dictionary(uniqueKeysWithValues: response.headers.map { ($0.name, $0.value) })
        #expect(headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(headers["cache-control"] == "no-store" && headers["x-content-type-options"] == "nosniff")
        #expect(headers["referrer-policy"] == "no-referrer")
    }

    @Test(arguments: [("/validate", 404), ("/metrics", 404), ("/status.json/", 404), ("//", 404)])
    func `has nothing else`(path: String, status: Int) {
        #expect(endpoint().refusal(of: head(path))?.status == status)
        #expect(endpoint().refusal(of: head("/", .post))?.status == 405)
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8081", true), ("127.0.0.1:8081", true), ("127.0.0.1", true),
        ("[::1]:8081", true),
        ("evil.example:8081", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("", false),
        (":80", false), ("localhostx", false), ("1e", false),
    ])
    func `of this machine is not read by a page of elsewhere`(host: String, isTaken: Bool) {
        #expect((endpoint().refusal(of: head("/", host: host)) == nil) == isTaken)
        #expect(endpoint(isLoopback: false).refusal(of: head("/", host: host)) == nil)
        if !isTaken { #expect(endpoint().refusal(of: head("/", host: host))?.status == 421) }
    }

    @Test func `keeps the last fifty denials, by name alone`() throws {
        let denials = RecentDenials()
        let service = ServiceUnderTest()
        #expect(denials.all.isEmpty)
        for number in 0..<(2 * RecentDenials.maximumCount + 3) {
            let name = number == 102 ? String(repeating: "n", count: 5000) + "\u{202E}" : "run-\(number)"
            let review = service.answered(Review(name: name, spec: #""unknown":{},"#), receivedAt: .now(), at: .now())
            guard case .judged(let verdict) = review.result else { continue }
            denials.add(verdict, at: .init(seconds: Int64(number)))
        }
        let all = denials.all
        #expect(all.count == RecentDenials.maximumCount)
        #expect(all.map(\.time.seconds) == (53...102).reversed().map { Int64($0) })
        #expect(all[0].name.unicodeScalars.count <= 254 && all[1].name == "run-101")
        #expect(all.allSatisfy { $0.kind == "AgentRun" && $0.namespace == "agents" && $0.operation == "CREATE" })
    }
}
