import Reports
import Testing

@Suite struct `Excerpts` {
    private func excerpt(_ line: String, _ column: Int, _ field: String) -> SourceExcerpt? {
        SourceExcerpt(line: Array(line.utf8)[...], column: column, field: field)
    }

    @Test(
        arguments: [
            ("    repository: a/b", 5, "spec.parameters.repository", "    repository: a/b", 4, 10),
            ("  - name: x y", 5, "spec.workflow.steps[0].name", "  - name: x y", 4, 4),
            ("    \"prompt\": do less", 5, "spec.parameters.prompt", "    \"prompt\": …", 4, 8),
            ("    prompt: |", 5, "spec.parameters.prompt", "    prompt: …", 4, 6),
            ("  text: sk-secret", 3, "spec.text", "  text: …", 2, 4),
            ("spec:", 1, "spec", "spec:", 0, 4), ("spec:   \r", 1, "spec", "spec:   ", 0, 4),
            // A line with several keys shows the one.
            ("  parameters: { prompt: do less, head: x }", 34, "spec.parameters.head", "  … head: …", 4, 4),
            ("metadata: { name: a }", 1, "metadata", "metadata: …", 0, 8),
            // Of a value nothing is shown.
            ("- do less", 3, "spec.secrets[0]", "- …", 2, 1), ("    sk-secret", 5, "spec.secrets[0]", "    …", 4, 1),
        ] as [(String, Int, String, String, Int, Int)]
    )
    func `show the key, and of values only those that messages quote`(
        line: String,
        column: Int,
        field: String,
        text: String,
        start: Int,
        count: Int
    ) throws {
        let shown = try #require(excerpt(line, column, field))
        #expect(shown.text == text && shown.start == start && shown.count == count, "\(shown)")
    }

    @Test func `are cut, and fit to print`() throws {
        let shown = try #require(
            excerpt("name: \u{1B}[2J\u{202E}" + String(repeating: "x", count: 500), 1, "metadata.name")
        )
        #expect(shown.text.hasPrefix("name: \\u001b[2J\\u202e") && shown.text.utf8.count < 130)
        #expect(excerpt("ab", 4, "a") == nil && excerpt("", 1, "a") == nil)
    }
}
