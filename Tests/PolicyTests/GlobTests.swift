import AdmissionAPI
import JSONPull
import Policy
import Testing

@Suite struct `Globs` {
    @Test(arguments: [
        ("*", "", true), ("*", "a\nb", true), ("a*", "a", true), ("a*", "a/b", true), ("a*", "a\nb", false),
        ("*b", "ab", true),
        ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "a", false), ("a*a", "a", false), ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false), ("a.c", "abc", false), ("a?", "ab", false), ("[a]", "a", false),
        ("a\nb*", "a\nbc", true),
        ("*\n*", "a\nb", true), ("A*", "ab", false), ("a**b", "ab", true), ("é*", "éa", true), (" a ", "a", true),
        ("*\u{2028}", "a\u{2028}", true), ("a*", "a\u{2029}", false),
    ])
    func `match whole strings`(pattern: String, text: String, matches: Bool) throws {
        let glob = try #require(Glob(ExactString(pattern)))
        #expect(glob.matches(ExactString(text)) == matches)
    }

    @Test func `ignore case when told to, and drop blanks`() throws {
        #expect(try #require(Glob("Acme/*", isCaseSensitive: false)).matches("aCME/x"))
        #expect(Glob(" ") == nil)
        #expect(GlobList(["", " "]).isEmpty)
    }
}
