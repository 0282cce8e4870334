import JSONPull
import Testing

@Suite struct `Visible text` {
    /// Every code point that must not be printed as it is.
    private static let invisible: [Unicode.Scalar] = (0...0x10FFFF as ClosedRange<UInt32>).compactMap { value in
        Unicode.Scalar(value).flatMap { scalar in
            let properties = scalar.properties
            let isHidden =
                properties.isDefaultIgnorableCodePoint || properties.isBidiControl
                || [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
            return isHidden ? scalar : nil
        }
    }

    @Test func `has no control, no direction and nothing that is not drawn`() {
        #expect(Self.invisible.count > 4000)
        for scalar in Self.invisible { #expect(!VisibleText.isVisible(scalar), "U+\(String(scalar.value, radix: 16))") }
        for scalar in "aé\u{301} \u{A0}…€漢👍\u{FFFD}\u{E000}".unicodeScalars {
            #expect(VisibleText.isVisible(scalar), "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test func `shows every byte of ASCII the same wherever it stands`() throws {
        for byte in UInt8(0)..<0x80 {
            let scalar = Unicode.Scalar(byte)
            let digits = String(byte, radix: 16)
            let number = "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            let shown = VisibleText.isVisible(scalar) ? "\(scalar)" : number
            let quoted = scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : shown
            for count in 0..<20 {
                let (before, after) = (String(repeating: "b", count: count), String(repeating: "a", count: 19 - count))
                let text = ExactString("\(before)\(scalar)\(after)")
                #expect(VisibleText.part(text) == "\(before)\(shown)\(after)")
                #expect(VisibleText.quoted(text) == "\"\(before)\(quoted)\(after)\"")
            }
        }
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("é…👍", #""é…👍""#), (#"q"\"#, #""q\"\\""#),
        ("a\u{1B}[31m\nb", #""a\u001b[31m\u000ab""#), ("\u{202E}x\u{2066}", #""\u202ex\u2066""#),
        ("\u{E0041}", #""\u{e0041}""#), ("\u{AD}\u{FE0F}\u{2028}", #""\u00ad\ufe0f\u2028""#),
        ("\u{301}", "\"\u{301}\""),
    ])
    func `is quoted`(text: String, quoted: String) {
        #expect(ExactString(VisibleText.quoted(ExactString(text))) == ExactString(quoted))
    }

    @Test func `is cut after 80 characters`() {
        let text = ExactString(String(repeating: "e\u{301}", count: 40))
        #expect(VisibleText.quoted(text) == "\"\(text)\"")
        #expect(VisibleText.quoted(ExactString("\(text)!")) == "\"\(text)…\"")
        #expect(VisibleText.part(ExactString(String(repeating: "a", count: 81))).utf8.count == 83)
        #expect(VisibleText.part("\\\"\t") == "\\\"\\u0009")
    }

    @Test(arguments: [
        ("Running", "Running"), ("Job-2_x.y", "Job-2_x.y"), ("", "\"\""), ("on hold", "\"on hold\""),
        ("-x", "\"-x\""), ("Failed\u{301}", "\"Failed\u{301}\""), ("x\u{202E}", "\"x\\u202e\""),
    ])
    func `is a word only if it is a plain name`(text: String, word: String) {
        #expect(ExactString(VisibleText.word(ExactString(text))) == ExactString(word))
    }

    @Test func `of a long word is quoted`() {
        let word = ExactString(String(repeating: "w", count: 33))
        #expect(VisibleText.word(word) == "\"\(word)\"")
    }

    @Test func `of lines keeps their ends alone`() {
        #expect(VisibleText.lines("a\n\u{301}b\r\n") == "a\n\u{301}b\\u000d\n")
        #expect(VisibleText.line("a\n\\b") == "a\\u000a\\b")
        let long = String(repeating: "é\u{7}", count: 500)
        #expect(VisibleText.line(VisibleText.line(long)) == VisibleText.line(long))
        #expect(!VisibleText.line(long).contains("\u{7}"))
    }

    @Test func `as JSON means the same`() throws {
        let text = "{\"a\u{7F}\": \"\u{202E}é\u{E0041}\u{9B}…\",\n\t\"b\": 1}"
        let shown = VisibleText.json(Array(text.utf8))
        let expected = #"{"a\u007f": "\u202eé\udb40\udc41\u009b…",\#n\#t"b": 1}"#
        #expect(String(decoding: shown, as: UTF8.self) == expected)
        #expect(try areEqual(text, String(decoding: shown, as: UTF8.self)))
        #expect(VisibleText.json(Array("{\"é\": 1}".utf8)) == Array("{\"é\": 1}".utf8))
    }

    private func areEqual(_ left: String, _ right: String) throws -> Bool {
        try unsafe Array(left.utf8).withUnsafeBytes { left in
            try unsafe Array(right.utf8).withUnsafeBytes { right in try unsafe JSONEquality.areEqual(left, right) }
        }
    }
}
