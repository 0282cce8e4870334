import AgentRuns
import JSONPull
import Testing

@Suite struct `Globs` {
    @Test func `many are looked up as if each were tried`() throws {
        var random = SystemRandomNumberGenerator()
        func piece() -> String {
            String((0..<Int.random(in: 0...2, using: &random)).map { _ in "ab/".randomElement() ?? "a" })
        }
        for _ in 0..<200 {
            let patterns = (0..<30).map { _ in
                ExactString((0...Int.random(in: 0...2, using: &random)).map { _ in piece() }.joined(separator: "*"))
            }
            let list = GlobList(patterns)
            for text in (0..<30).map({ _ in ExactString(piece() + piece() + piece()) }) {
                let first = patterns.first { Glob($0)?.matches(text) == true }
                #expect(list.match(text) == first, "\(patterns) on \(text)")
            }
        }
    }

    /// What a look-up does not find costs nothing.
    @Test(arguments: [
        ("a/x", [0, 1, 3, 5]), ("a/", [0, 1, 5]), ("b/x", [2, 3, 5]), ("c", [5]), ("", [5]), ("c/y", [4, 5]),
        ("plain", [5, 6]),
    ])
    func `many are looked up by what is fixed at an end`(text: String, expected: [Int]) throws {
        let patterns = ["a*", "a/*", "b/*x", "*/x", "*/y", "*", "plain"]
        let index = GlobIndex(
            try patterns.enumerated().map { (try #require(Glob(ExactString($0.element))), $0.offset) }
        )
        var found: [Int] = []
        index.forEachCandidate(for: ExactString(text)) { found.append($0) }
        #expect(found.sorted() == expected)
    }

    @Test(arguments: [
        ("*", "", true), ("*", "a\nb", true), ("a*", "a", true), ("a*", "a/b", true), ("a*", "a\nb", false),
        ("*b", "ab", true),
        ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "a", false), ("a*a", "a", false), ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false), ("a.c", "abc", false), ("a?", "ab", false), ("[a]", "a", false),
        ("a\nb*", "a\nbc", true),
        ("*\n*", "a\nb", true), ("A*", "ab", false), ("a**b", "ab", true), ("é*", "éa", true), (" a ", "a", true),
        ("*aabx*", "aababx", false), ("*aabx*", "aaabx", true), ("*\u{2028}", "a\u{2028}", true),
        ("a*", "a\u{2029}", false),
    ])
    func `match whole strings`(pattern: String, text: String, matches: Bool) throws {
        let glob = try #require(Glob(ExactString(pattern)))
        #expect(glob.matches(ExactString(text)) == matches)
    }

    @Test func `ignore case when told to, and drop blanks`() throws {
        #expect(GlobList(["Acme/*"], isCaseSensitive: false).match("aCME/x") == "Acme/*")
        #expect(GlobList(["Acme/*"]).match("aCME/x") == nil)
        #expect(Glob(" ") == nil)
        #expect(GlobList(["", " "]).isEmpty)
    }
}
