import JSONPull
import Testing
import YAMLPull

@Suite struct `YAML errors` {
    @Test(arguments: [
        (
            "a:\n\tb: 1",
            "a tab in the indentation at line 2, column 1 (replace it with spaces: YAML is indented with spaces only)"
        ),
        (
            "a:\n  b: 1\n  \tc: 2",
            "a tab in the indentation at line 3, column 3 (replace it with spaces: YAML is indented with spaces only)"
        ),
        (
            "a: b: c",
            "mapping values are not allowed in this context at line 1, column 5 "
                + "(put a value that contains ': ' in quotes, or correct the indentation)"
        ),
        (
            "a: 1\nb\nc: 2",
            "could not find expected ':' at line 3, column 1 "
                + "(end the key started at line 2, column 1 with ': ', or correct the indentation)"
        ),
        (
            "a:\n  - b\n c: d",
            "did not find expected key at line 3, column 2 (indent this line like the block started at line 1, column 1)"
        ),
        (
            "- a\nb: c",
            "did not find expected '-' indicator at line 2, column 1 "
                + "(indent this line like the block started at line 1, column 1)"
        ),
        (
            "a: [1, 2",
            "did not find expected ',' or ']' at line 2, column 1 "
                + "(close the [ started at line 1, column 4, or put a comma between its elements)"
        ),
        (
            "a: {b: 1",
            "did not find expected ',' or '}' at line 2, column 1 "
                + "(close the { started at line 1, column 4, or put a comma between its members)"
        ),
        ("a: 'b", "found unexpected end of stream at line 1, column 6 (close the quote started at line 1, column 4)"),
        (
            "a: - b",
            "block sequence entries are not allowed in this context at line 1, column 4 "
                + "(put the '- ' on a line of its own below the key)"
        ),
        (
            #"a: "\d""#,
            #"found unknown escape character at line 1, column 5 (write \\ for a backslash, or use single quotes)"#
        ),
        ("a: @b", "found character that cannot start any token at line 1, column 4 (put the value in quotes)"),
        ("a: !x!y z", "found undefined tag handle at line 1, column 4 (put a value that starts with ! in quotes)"),
        (
            "a: {{ x }} y",
            "did not find expected key at line 1, column 12 "
                + "(this looks like a template: render it first, for example with helm template)"
        ),
        ("a\0b: 1", "a NUL byte: this is not a text at line 1, column 2 (give a YAML or JSON file)"),
        (
            "a: 1\nb: \u{7}",
            "the control character U+0007 at line 2, column 4 (remove it, or write it as \\u0007 in double quotes)"
        ),
        (
            "é: \u{FFFE}",
            "the control character U+FFFE at line 1, column 4 (remove it, or write it as \\uFFFE in double quotes)"
        ),
    ])
    func `say what, where and how to fix it`(yaml: String, error: String) throws {
        #expect(try yamlError(yaml) == error)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func `name bytes that are not UTF-8`(bytes: [UInt8]) throws {
        let lines = try yamlLines(Array("a: 1\nb: ".utf8) + bytes + Array("x".utf8))
        let byte = String(bytes[0], radix: 16, uppercase: true)
        #expect(lines == ["invalid UTF-8 (byte 0x\(byte)) at line 2, column 4 (save the file as UTF-8)"])
    }

    @Test func `name UTF-16`() throws {
        #expect(try yamlLines([0xFF, 0xFE, 0x61, 0]) == ["the text is UTF-16 at line 1, column 1 (save it as UTF-8)"])
        #expect(try yamlLines([0xFE, 0xFF, 0, 0x61]) == ["the text is UTF-16 at line 1, column 1 (save it as UTF-8)"])
    }

    @Test func `never trap on byte soup`() {
        var generator = SystemRandomNumberGenerator()
        let seed = generator.next()
        var state = seed | 1
        let pieces = [
            "a", "b: ", "- ", "[", "]", "{", "}", ", ", "\n", "\n  ", ": ", "? ", "&x ", "*x", "!!int ", "'x'", "\"y\"",
            "|\n  t\n", "1", "<<: ", "# c", "~", "---\n", "...\n", "\t", "\u{2028}", "é", "\0", "%", "\r\n",
        ]
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            #expect(throws: Never.self, "seed \(seed), \(text.debugDescription)") { try yamlLines(text) }
        }
    }
}
