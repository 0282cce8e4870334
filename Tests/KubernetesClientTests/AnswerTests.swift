import TLS
import Testing

@testable import KubernetesClient

private func slice(_ bytes: [UInt8], _ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

@Suite struct `Answers` {
    @Test func `a page gives its items as bytes`() throws {
        let body = Array(#"{"items":[{"a":1}, {"b":[2]}],"metadata":{"continue":"t","resourceVersion":"7"}}"#.utf8)
        let page = try ListPage.decode(body)
        #expect(page.items.map { slice(body, $0) } == [#"{"a":1}"#, #"{"b":[2]}"#])
        #expect(page.continueToken == "t")
        #expect(page.resourceVersion == "7")
    }

    @Test func `an empty continue token is none, and null items are none`() throws {
        let page = try ListPage.decode(Array(#"{"metadata":{"continue":"","resourceVersion":"7"},"items":null}"#.utf8))
        #expect(page == ListPage(resourceVersion: "7", continueToken: nil, items: []))
    }

    @Test(arguments: [
        "<html>sign in</html>", "", #"{"items":[{"a":1}"#, #"{"items":[]}"#, #"{"metadata":{"resourceVersion":""}}"#,
    ])
    func `a page that is none is refused with what to check`(body: String) {
        #expect {
            try ListPage.decode(Array(body.utf8))
        } throws: {
            "\($0)".contains("check that the address is")
        }
    }

    @Test func `events are read whatever the order of their members`() throws {
        let object = #"{"metadata":{"name":"x","resourceVersion":"9"}}"#
        for line in [#"{"type":"ADDED","object":\#(object)}"#, #"{"object": \#(object) ,"type":"ADDED"}"#] {
            guard case .added(let item) = try WatchEvent.decode(Array(line.utf8)) else {
                Issue.record("no ADDED")
                continue
            }
            #expect(slice(Array(line.utf8), item.object) == object)
            #expect(item.resourceVersion == "9")
        }
        let bookmark = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12"}}}"#
        #expect(try WatchEvent.decode(Array(bookmark.utf8)) == .bookmark(resourceVersion: "12"))
    }

    @Test func `an ERROR event is its Status`() throws {
        let line = #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
        guard case .error(let status) = try WatchEvent.decode(Array(line.utf8)) else {
            Issue.record("no ERROR")
            return
        }
        #expect(status == APIStatus(code: 410, reason: "Expired", message: "too old"))
        #expect(status.isGone)
    }

    @Test(arguments: [
        #"{"type":"ADDED","object":{"metadata":{}}}"#, #"{"type":"NEW","object":{"metadata":{"resourceVersion":"1"}}}"#,
        #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":{"metadata":{"resourceVersion":"1"}}"#, "<p>",
    ])
    func `an event that is none is refused`(line: String) {
        #expect(throws: AnswerProblem.self) { try WatchEvent.decode(Array(line.utf8)) }
    }

    @Test func `a Status is taken over and its message kept on one line`() {
        let body =
            #"{"kind":"Status","code":403,"reason":"Forbidden","message":"no\nway","details":{"retryAfterSeconds":3}}"#
        let status = APIStatus.decode(
            code: 403,
            contentType: "application/json",
            retryAfter: nil,
            body: Array(body.utf8)
        )
        #expect(status.description == #"HTTP 403 (Forbidden): no\u000away"#)
        #expect(status.retryAfterSeconds == 3)
    }

    @Test(arguments: [
        ("9223372036854775807", nil, 3600), ("9223372036854775807", "2", 2), ("1", "9223372036854775807", 3600),
        ("-9223372036854775808", nil, nil), ("18446744073709551615", nil, nil), ("1e400", nil, nil), ("0", nil, nil),
        ("3601", "-1", 3600),
    ])
    func `nobody has to wait for more than an hour`(details: String, header: String?, seconds: Int?) {
        let body = #"{"kind":"Status","code":429,"details":{"retryAfterSeconds":\#(details)}}"#
        let status = APIStatus.decode(
            code: 429,
            contentType: "application/json",
            retryAfter: header,
            body: Array(body.utf8)
        )
        #expect(status.retryAfterSeconds == seconds)
    }

    @Test func `HTML is named and never repeated`() {
        let body = Array("<html>secret</html>".utf8)
        let status = APIStatus.decode(code: 401, contentType: "text/html", retryAfter: "7", body: body)
        #expect(status.code == 401)
        #expect(status.retryAfterSeconds == 7)
        #expect(status.message.contains("\"text/html\" in place of a Kubernetes Status"))
        #expect(!status.message.contains("secret"))
    }
}

@Suite struct `Watch lines` {
    private static let body = Array("{\"a\":1}\n\n{\"b\":2}\n{}\n".utf8)

    @Test(arguments: 1...24)
    func `are the same however the body is cut`(size: Int) throws {
        var lines = WatchLines()
        var found: [String] = []
        for start in stride(from: 0, to: Self.body.count, by: size) {
            lines.append(Self.body[start..<min(start + size, Self.body.count)])
            while let line = try lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        }
        try lines.finish()
        #expect(found == [#"{"a":1}"#, #"{"b":2}"#, "{}"])
    }

    @Test func `over the limit are refused, whole or not`() throws {
        for text in ["12345\n", "12345"] {
            var lines = WatchLines(maximumLineBytes: 4)
            lines.append(Array("1234\n".utf8))
            #expect(try lines.next() == Array("1234".utf8))
            lines.append(Array(text.utf8))
            #expect(throws: AnswerProblem.lineTooLong(limit: 4)) { try lines.next() }
        }
    }

    @Test func `cut off are an error`() throws {
        var lines = WatchLines()
        lines.append(Array("{}\n{\"type\"".utf8))
        #expect(try lines.next() == Array("{}".utf8))
        #expect(try lines.next() == nil)
        #expect(throws: AnswerProblem.truncated(bytes: 7)) { try lines.finish() }
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Sat, 01 Mar 2025 00:00:00 GMT", 1_740_787_200),
        ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil), ("", nil),
        ("Sun, +6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:00:00 GMT", nil),
        ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
    ])
    func `the server's time is read in the one form that servers write`(text: String, seconds: Int64?) {
        #expect(UnixTime(httpDate: text)?.secondsSinceEpoch == seconds)
    }

    @Test func `one object is listed and watched by the field selector that RBAC knows`() {
        let secrets = WatchedResource(group: "", version: "v1", resource: "secrets", namespace: "n", objectName: "a b")
        let list = secrets.listRequest(limit: 500, continueToken: nil).target(behind: "")
        #expect(list == "/api/v1/namespaces/n/secrets?limit=500&fieldSelector=metadata.name%3Da%20b")
        let watch = secrets.watchRequest(resourceVersion: "7", timeoutSeconds: 9).target(behind: "")
        #expect(watch.hasSuffix("&fieldSelector=metadata.name%3Da%20b"))
        #expect(secrets.path(of: "a b") == "/api/v1/namespaces/n/secrets/a%20b")
    }
}
