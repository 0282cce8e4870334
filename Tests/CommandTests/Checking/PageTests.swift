import Foundation
import TestPatience
import TestPrograms
import Testing

/// The page in a browser, where there is one (Debian's chromium).
@Suite(.enabled(if: Browser.path != nil, "no chromium"), .limit(minutes: 2)) struct `The page of check` {
    @Test(arguments: [360, 800, 1400])
    func `fits every width, and has no script`(width: Int) async throws {
        let folder = try Folder()
        let manifest = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: do less")
        let long = Reviews.manifest(
            String(repeating: "n", count: 64),
            head: "codex/\(String(repeating: "x", count: 300))"
        )
        let file = try folder.write("\(manifest)---\n\(long)", to: "<b> & runs.yaml")
        let page = try await Program.agentrunAdmission("check", "--output", "html", file).output
        // What the page is wider than its window by, which the page itself may not say: it has no script.
        let policy = try #require(page.range(of: "<meta http-equiv=\"Content-Security-Policy\""))
        let end = try #require(page.range(of: "\n", range: policy.lowerBound..<page.endIndex))
        let measured = page.replacingCharacters(in: policy.lowerBound..<end.lowerBound, with: "").replacing(
            "</body>",
            with:
                "<script>document.title = 'over by ' + (document.documentElement.scrollWidth - document.documentElement.clientWidth)</script></body>"
        )
        let path = try folder.write(measured, to: "page.html")
        let shown = try await Browser.dump("file://\(path)", width: width, in: folder)
        #expect(shown.output.contains("<title>over by 0</title>"), "\(shown.output.prefix(600))")
        #expect(shown.output.contains("PromptOverride") && shown.output.contains("&lt;b&gt; &amp; runs.yaml"))
    }
}
