import JSONPull
import Testing

@Suite struct `Exact strings` {
    @Test func `differ when their bytes do`() {
        #expect(ExactString("\u{E9}") != ExactString("e\u{301}"))
        #expect(ExactString("K") != ExactString("\u{212A}"))
        #expect(ExactString("a") == ExactString(Substring("a")))
        #expect(Set([ExactString("\u{E9}"), ExactString("e\u{301}"), "e", "E"]).count == 4)
    }

    @Test func `are ordered by their bytes`() {
        let sorted = ["b", "", "a", "A", "é", "aa", "\u{FFFF}", "\u{10000}"].map { ExactString($0) }.sorted()
        #expect(sorted.map(\.string) == ["", "A", "a", "aa", "b", "é", "\u{FFFF}", "\u{10000}"])
    }

    @Test func `are counted in scalars`() {
        #expect(ExactString("").characterCount == 0)
        #expect(ExactString("e\u{301}👨‍👩‍👧").characterCount == 7)
    }

    /// ECMA-262 sections 12.2 and 12.3.
    private static let space: [UInt32] =
        [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0, 0x1680] + Array(0x2000...0x200A)
        + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]

    @Test func `are trimmed of exactly what ECMAScript calls white space`() throws {
        for value in (0...0xFFFF as ClosedRange<UInt32>) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = ExactString("\(scalar)a\(scalar)b\(scalar)\(scalar)")
            let isSpace = Self.space.contains(value)
            guard isSpace || text.trimmed != text else { continue }
            #expect(isSpace, "U+\(String(value, radix: 16)) was trimmed")
            #expect(text.trimmed == ExactString("a\(scalar)b"))
            #expect(ExactString("\(scalar)\(scalar)").isBlank)
            #expect(ExactString("\(scalar)").nonBlank == nil)
        }
    }

    @Test(arguments: ["\u{85}", "\u{180E}", "\u{200B}", "\u{2060}", "\0", "\u{1F}"])
    func `keep what only looks like white space`(text: String) {
        #expect(ExactString(text).trimmed == ExactString(text))
        #expect(!ExactString(text).isBlank)
    }

    @Test func `trimmed of a combining mark keep it`() {
        #expect(ExactString(" \u{301}a ").trimmed == ExactString("\u{301}a"))
    }

    @Test(arguments: [
        ("", ""), ("ABCXYZ", "abcxyz"), ("a-Z_0.[@`{", "a-z_0.[@`{"), ("ÀÉ\u{212A}İ", "ÀÉ\u{212A}İ"),
        ("Straße", "straße"), ("É\u{41}\u{30A}", "É\u{61}\u{30A}"),
    ])
    func `are lower-cased in ASCII only`(text: String, lowered: String) {
        #expect(ExactString(text).asciiLowercased == ExactString(lowered))
    }
}

@Suite struct `Field paths` {
    @Test(arguments: [
        ("head", ".head"), ("a-b_9", ".a-b_9"), ("", #"[""]"#), ("a.b", #"["a.b"]"#), ("a b", #"["a b"]"#),
        ("é", #"["é"]"#), (#"q"\"#, #"["q\"\\"]"#), ("\n\u{7F}\u{9F}", #"["\u000a\u007f\u009f"]"#),
        ("\u{2028}\u{2029}", #"["\u2028\u2029"]"#), ("a/b", #"["a/b"]"#),
    ])
    func `name a key`(key: String, step: String) {
        #expect(JSONPath.member(key) == step)
    }

    @Test func `cut a key after 80 characters`() {
        let plain = String(repeating: "k", count: 80)
        #expect(JSONPath.member(plain) == "." + plain)
        #expect(JSONPath.member(plain + "k") == "." + plain + "…")
        let odd = String(repeating: "é", count: 80)
        #expect(JSONPath.member(odd) == #"[""# + odd + #""]"#)
        #expect(JSONPath.member(odd + "é") == #"[""# + odd + #"…"]"#)
    }

    @Test(arguments: [
        ("", "spec", "spec"), ("spec", "head", "spec.head"), ("", "a b", #"["a b"]"#), ("spec", "a b", #"spec["a b"]"#),
    ])
    func `join`(parent: String, key: String, path: String) {
        #expect(JSONPath.joining(parent, key) == path)
    }
}
