import Foundation
import TestPatience
import TestPrograms
import Testing

/// `serve --status-port`, by curl and in a browser.
@Suite(.limit(minutes: 2)) struct `The status page of serve` {
    private func curl(_ url: String, _ options: String...) async throws -> String {
        let fixed = ["curl", "--silent", "--noproxy", "*", "--max-time", "20"]
        return try await Program.run("/usr/bin/env", fixed + options + [url]).output
    }

    @Test func `shows what was denied and by what, and nothing of what was in it`() async throws {
        let webhook = try await Webhook.start("--status-port", "0")
        let url = "http://127.0.0.1:\(try #require(try await webhook.statusPort))"
        #expect(try await webhook.post(Reviews.create("one", head: "codex/same")).status == 200)
        let second = Reviews.create("two", head: "codex/same").replacing(
            "\"parameters\":{",
            with: "\"parameters\":{\"secret\":\"hunter-2\","
        )
        #expect(try await webhook.post(second).body.contains(#""allowed":false"#))
        let json = try await curl("\(url)/status.json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let denials = try #require(object["denials"] as? [[String: Any]])
        #expect(denials.count == 1 && (denials[0]["review"] as? String)?.hasSuffix("/two") == true, "\(denials)")
        #expect((denials[0]["reasons"] as? [String])?.contains("head-branch-conflict/HeadBranchConflict") == true)
        let rules = try #require(object["rules"] as? [[String: Any]])
        let conflict = rules.first { $0["rule"] as? String == "head-branch-conflict" }
        #expect(conflict?["denials"] as? Int == 1)
        #expect((object["reviews"] as? [String: Int]) == ["allowed": 1, "denied": 1, "errored": 0])
        #expect((object["certificates"] as? [[String: Any]])?.first?["certificate"] as? String == "serving")
        let page = try await curl(url, "--include")
        #expect(page.contains("content-security-policy: default-src 'none'; style-src 'sha256-"))
        #expect(page.contains("head-branch-conflict/HeadBranchConflict"))
        for text in [json, page] { #expect(!text.contains("hunter-2")) }
        #expect(try await curl(url, "--header", "Host: evil.example").contains("ask for localhost"))
        #expect(try await webhook.get("/status.json").status == 404)
        #expect(try await webhook.stop() == 0)
    }

    @Test func `is not there unless it is asked for`() async throws {
        let webhook = try await Webhook.start()
        #expect(try await webhook.stop() == 0)
        #expect(try !webhook.log.split(separator: "\n").contains { $0.hasSuffix(" status") })
        for port in ["-1", "65536", "x"] {
            let program = try await Program.agentrunAdmission("serve", "--status-port", port)
            #expect(program.status == 2)
        }
        let program = try await Program.agentrunAdmission("serve", "--port", "8443", "--status-port", "8443")
        #expect(program.status == 2 && program.errors.contains("--status-port must be another"))
    }

    @Test(.enabled(if: Browser.path != nil, "no chromium"), arguments: [360, 1400])
    func `is styled in a browser under its own policy, and runs nothing`(width: Int) async throws {
        let webhook = try await Webhook.start("--status-port", "0")
        let url = "http://127.0.0.1:\(try #require(try await webhook.statusPort))/"
        let long = String(repeating: "x", count: 240)
        _ = try await webhook.post(Reviews.create("one", head: "codex/same"))
        _ = try await webhook.post(Reviews.create("<script>document.title='x'</script>\(long)", head: "codex/same"))
        let folder = try Folder()
        let shown = try await Browser.dump(url, width: width, in: folder)
        #expect(shown.output.contains("&lt;script&gt;document.title='x'&lt;/script&gt;"), "\(shown.output.prefix(400))")
        #expect(!shown.output.contains("<title>x</title>"))
        // The console would say that the policy keeps the page from its own style.
        #expect(!shown.errors.contains("inline style"), "\(shown.errors)")
        // The page's own copy, without its policies, says what it is wider than its window by.
        let page = try await curl(url)
        let policy = try #require(page.range(of: "<meta http-equiv=\"Content-Security-Policy\""))
        let end = try #require(page.range(of: "\n", range: policy.lowerBound..<page.endIndex))
        let script =
            "<script>document.title = 'over by ' + (document.documentElement.scrollWidth - "
            + "document.documentElement.clientWidth)</script></body>"
        let measured = page.replacingCharacters(in: policy.lowerBound..<end.lowerBound, with: "")
            .replacing("</body>", with: script)
        let copy = try await Browser.dump(
            "file://\(try folder.write(measured, to: "page.html"))",
            width: width,
            in: folder
        )
        #expect(copy.output.contains("<title>over by 0</title>"), "\(copy.output.prefix(300))")
    }
}
