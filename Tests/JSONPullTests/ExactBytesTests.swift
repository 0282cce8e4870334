import JSONPull
import Testing

/// A combining acute accent: behind a separator it makes one `Character` of both.
private let mark = "\u{301}"

@Suite struct `Exact strings are searched and cut by bytes` {
    @Test func `a combining mark hides no separator`() throws {
        let text = ExactString("evil/repo#\(mark)7/\(mark)@")
        #expect(text.contains("#") && text.contains("/") && text.contains("@"))
        #expect(text.split(at: "#") == ["evil/repo", ExactString("\(mark)7/\(mark)@")])
        let first = try #require(text.cut(atFirst: "/"))
        #expect(first.before == "evil" && first.after == ExactString("repo#\(mark)7/\(mark)@"))
        let last = try #require(text.cut(atLast: "/"))
        #expect(last.before == ExactString("evil/repo#\(mark)7") && last.after == ExactString("\(mark)@"))
    }

    @Test func `pieces are kept when they are empty`() {
        #expect(ExactString("").split(at: "/") == [""])
        #expect(ExactString("//a/").split(at: "/") == ["", "", "a", ""])
    }

    @Test func `texts are found byte for byte`() throws {
        let text = ExactString("ssh::/\(mark):/://\(mark)x")
        let cut = try #require(text.cut(atFirst: "://"))
        #expect(cut.before == ExactString("ssh::/\(mark):/") && cut.after == ExactString("\(mark)x"))
        #expect(ExactString("a:/").cut(atFirst: "://") == nil)
        #expect(!ExactString("\u{E9}").contains(ExactString("e")))
        #expect(ExactString("e\(mark)").contains(ExactString("e")))
        #expect(ExactString("").contains(ExactString("")))
    }

    @Test func `both ends are looked at byte for byte`() {
        let text = ExactString("https://\(mark)x.git")
        #expect(text.starts(with: "https://") && text.ends(with: ".git"))
        #expect(text.dropping(prefix: "https://") == ExactString("\(mark)x.git"))
        #expect(text.dropping(suffix: ".git") == ExactString("https://\(mark)x"))
        #expect(text.dropping(prefix: "http://") == nil && text.dropping(suffix: "x.gi") == nil)
        #expect(ExactString("\u{E9}").ends(with: ExactString(mark)) == false)
        #expect(ExactString("a").ends(with: "ba") == false)
    }

    @Test func `one byte is trimmed at both ends only`() {
        #expect(ExactString("//a//b/\(mark)/").trimming("/") == ExactString("a//b/\(mark)"))
        #expect(ExactString("///").trimming("/") == "" && ExactString("").trimming("/") == "")
        #expect(ExactString("a").trimming("/") == "a")
    }

    @Test func `a prefix is counted in scalars`() {
        #expect(ExactString("e\(mark)e\(mark)").prefix(characters: 3) == ExactString("e\(mark)e"))
        #expect(ExactString("éa").prefix(characters: 9) == "éa" && ExactString("éa").prefix(characters: 0) == "")
    }

    @Test func `every byte is replaced`() {
        #expect(ExactString("'\(mark)a''").replacing("'", with: "''") == ExactString("''\(mark)a''''"))
        #expect(ExactString("a").replacing("'", with: "x") == "a")
    }
}
