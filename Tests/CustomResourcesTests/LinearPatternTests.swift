import CustomResources
import JSONPull
import Testing

@Suite struct `Patterns` {
    @Test(arguments: [
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "aBc", false), ("b", "abc", true), ("^(a|bc)*d$", "abcad", true),
        ("^a{2,3}$", "aaa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true),
        ("a?b", "b", true),
        ("^[^-]*$", "a-b", false), (#"^\d+\.\d+$"#, "1.25", true), (#"^\w+$"#, "a_1", true),
        (#"^[\w-]+$"#, "a-1", true), ("^.$", "\n", false),
        ("^.$", "\u{1F600}", true), ("^$", "", true), ("", "x", true), ("^(?:ab)+$", "abab", true),
        ("a+?$", "aaa", true),
        ("^[]a]$", "]", true), ("^x{y}$", "x{y}", true), (#"^[a\-z]$"#, "-", true), ("^a|b$", "ax", true),
        ("(^a)|c", "bc", true),
    ])
    func `match as RE2 does`(pattern: String, text: String, matches: Bool) throws {
        let compiled = try #require(LinearPattern(ExactString(pattern)), "\(pattern)")
        #expect(compiled.matches(ExactString(text)) == matches)
    }

    @Test(arguments: [
        #"\bx"#, "(?i)x", #"\pL"#, "[[:alpha:]]", "a**", "(", "[a", "*a", "a{1001}", "((((a{99}){99}){99}){99})",
    ])
    func `beyond what is read are none`(pattern: String) {
        #expect(LinearPattern(ExactString(pattern)) == nil)
    }

    @Test func `take time linear in the text`() throws {
        let pattern = try #require(LinearPattern("^(a*)*(a|a)*b$"))
        #expect(!pattern.matches(ExactString(String(repeating: "a", count: 20_000))))
    }
}
