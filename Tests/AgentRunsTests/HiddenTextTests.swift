import AgentRuns
import JSONPull
import TestCheckout
import Testing

@Suite struct `Hidden text` {
    /// `KIND COUNT, … at LINE:COLUMN | bidirectional COUNT at LINE:COLUMN`.
    private func found(_ text: String) -> String {
        guard let hidden = HiddenText.find(in: ExactString(text)) else { return "" }
        var parts: [String] = []
        if let marks = hidden.hidden {
            let kinds = HiddenText.Kind.allCases.compactMap { kind in
                marks.counts[kind].map { "\(kind.rawValue) \($0)" }
            }
            parts.append("\(kinds.joined(separator: ", ")) at \(marks.position.line):\(marks.position.column)")
        }
        if let marks = hidden.bidirectional {
            parts.append("bidirectional \(marks.count) at \(marks.position.line):\(marks.position.column)")
        }
        return parts.joined(separator: " | ")
    }

    @Test(arguments: [
        ("a\u{200B}b", "zero width 1 at 1:2"), ("\u{200B}", "zero width 1 at 1:1"),
        ("a\u{2060}b\u{200B}", "zero width 2 at 1:2"),
        ("one\ntwö\u{AD}", "other 1 at 2:4"), ("a\r\u{200B}", "zero width 1 at 1:3"),
        ("a\u{2028}\u{200B}", "zero width 1 at 1:3"),
        ("\u{E0041}\u{E0042}", "tag 2 at 1:1"), ("x\u{E0001}", "tag 1 at 1:2"),
        ("a\u{3164}\u{115F}\u{FFA0}", "filler 3 at 1:2"),
        ("a\u{FE0F}", "variation selector 1 at 1:2"), ("é\u{E0100}", "variation selector 1 at 1:2"),
        ("a\u{FEFF}", "byte order mark 1 at 1:2"), ("\u{FEFF}\u{FEFF}a", "byte order mark 1 at 1:2"),
        ("a\u{0}b\u{1B}[0m\u{7F}", "control 3 at 1:2"), ("\u{9B}31m", "control 1 at 1:1"),
        ("a\u{34F}b", "other 1 at 1:2"),
        ("a\u{FFF9}b\u{FFFA}c\u{FFFB}", "other 3 at 1:2"),
        ("\u{1D173}\u{1BCA0}\u{E0FFF}\u{FFF0}\u{2065}", "other 5 at 1:1"),
        ("a\u{202E}b\u{202C}", "bidirectional 2 at 1:2"),
        ("\u{2066}x\u{2069}\u{200B}", "zero width 1 at 1:4 | bidirectional 2 at 1:1"),
        (String(repeating: "x", count: 100) + "\u{200B}", "zero width 1 at 1:101"),
        (String(repeating: "x\n", count: 40) + "\u{1}", "control 1 at 41:1"),
    ]) func `is told by kind and place`(text: String, expected: String) {
        #expect(found(text) == expected)
    }

    @Test(arguments: [
        "", "plain", "tab\tline\nreturn\r\u{B}\u{C}\u{85}", "\u{FEFF}text", "naïve – “quoted” … 日本語 かな 한글 ไทย",
        "\u{A0}\u{2009}\u{3000}",
        String(repeating: "0123456789abcdef\n", count: 40),
        // Flags, and no other sequence of tags.
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
        // Emoji.
        "❤\u{FE0F}", "#\u{FE0F}\u{20E3}", "1\u{FE0F}", "*\u{FE0E}", "©\u{FE0F}®\u{FE0F}", "\u{1F469}\u{200D}\u{1F4BB}",
        "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
        "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}", "\u{1F441}\u{FE0F}\u{200D}\u{1F5E8}\u{FE0F}",
        "\u{1F469}\u{200D}\u{2764}\u{FE0F}\u{200D}\u{1F468}",
        "\u{26F9}\u{1F3FB}\u{FE0F}\u{200D}\u{2640}\u{FE0F}",
        // Joiners where letters are joined.
        "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}", "\u{6CC}\u{64E}\u{200C}\u{62E}",
        "\u{915}\u{94D}\u{200D}\u{937}", "\u{915}\u{94D}\u{200C}", "\u{DC1}\u{DCA}\u{200D}\u{DBB}",
        "\u{9B0}\u{200D}\u{9CD}\u{9AF}",
        // Marks of direction beside letters that have one.
        "abc \u{5D0}\u{200F}.", "\u{200E}a \u{627}", "\u{61C}\u{627}", "x\u{200F} \u{1E900}",
        // Selectors.
        "\u{845B}\u{E0100}", "\u{20000}\u{E01EF}", "\u{1820}\u{180B}", "\u{1820}\u{180E}", "\u{4E00}\u{FE00}",
        "\u{2268}\u{FE00}",
    ]) func `is none`(text: String) {
        #expect(found(text) == "")
    }

    @Test(arguments: [
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}", "tag 5 at 1:2"),
        ("\u{1F3F4}\u{E0075}\u{E0073}\u{E0063}\u{E0061}\u{E007F}", "tag 5 at 1:2"),
        ("\u{1F3F3}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "tag 6 at 1:2"),
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}\u{E0041}", "tag 1 at 1:8"),
        ("\u{1F469}\u{200D}", "zero width 1 at 1:2"), ("\u{200D}\u{1F4BB}", "zero width 1 at 1:1"),
        ("a\u{200D}\u{1F4BB}", "zero width 1 at 1:2"),
        ("\u{1F469}\u{200D}\u{200D}\u{1F4BB}", "zero width 2 at 1:2"),
        ("\u{1F469}\u{FE0F}\u{1F3FD}\u{1F3FD}\u{200D}\u{1F4BB}", "zero width 1 at 1:5"),
        ("a\u{200C}b", "zero width 1 at 1:2"), ("a\u{301}\u{200C}\u{301}", "zero width 1 at 1:3"),
        ("\u{6CC}\u{200C}", "zero width 1 at 1:2"),
        ("\u{6CC}\u{200C}a", "zero width 1 at 1:2"), ("\u{6CC}\u{200C}\u{200C}\u{62E}", "zero width 2 at 1:2"),
        ("\u{915}\u{200C}\u{915}", "zero width 1 at 1:2"),
        ("abc\u{200F}", "other 1 at 1:4"), ("\u{5D0}\nabc\u{200E}", "other 1 at 2:4"), ("\u{200F}", "other 1 at 1:1"),
        ("1\u{61C}\u{661}", "other 1 at 1:2"),
        ("❤\u{FE0F}\u{FE0F}", "variation selector 1 at 1:3"), ("a\u{E0100}", "variation selector 1 at 1:2"),
        ("\u{200B}\u{FE0F}", "zero width 1, variation selector 1 at 1:1"),
        ("\u{845B}\u{E0100}\u{E0101}", "variation selector 1 at 1:3"), ("a\u{180B}", "variation selector 1 at 1:2"),
        ("\u{1820}\u{180B}\u{180C}", "variation selector 1 at 1:3"),
        ("\u{3042}\u{E0100}", "variation selector 1 at 1:2"), ("~\u{FE0F}", "variation selector 1 at 1:2"),
    ]) func `is what only looks like something that belongs there`(text: String, expected: String) {
        #expect(found(text) == expected)
    }

    @Test func `is looked for once, however long the line`() {
        // Each mark asks for its line, each joiner for its neighbours.
        let marks = String(repeating: "a\u{200F}\u{301}\u{200D}", count: 200_000)
        #expect(found(marks) == "zero width 200000, other 200000 at 1:2")
        #expect(found(marks + "\u{5D0}") == "zero width 200000 at 1:4")
    }

    /// What Swift's own tables have, too, wherever both know the character.
    @Test func `is what Unicode calls ignorable`() throws {
        for value in (0x80 as UInt32)...0xE0FFF {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isDefaultIgnorableCodePoint else { continue }
            #expect(HiddenText.find(in: ExactString("a\(scalar)b")) != nil, "U+\(String(value, radix: 16))")
        }
    }
}
