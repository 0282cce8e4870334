import Testing

@testable import Reports

@Suite struct `What is printed for other programs` {
    @Test(arguments: [
        ("runs/one.yaml", "runs/one.yaml"), ("a b", "'a b'"), ("", "''"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"),
        ("-n", "-n"), ("ä", "'ä'"),
    ])
    func `as a word of a shell means itself`(text: String, word: String) {
        #expect(ShellWord.quoted(text) == word)
    }

    @Test(arguments: [
        ("runs/one.yaml", "runs/one.yaml"), ("./a/b", "a/b"), ("././a", "a"), ("/etc/x", "file:///etc/x"),
        ("-", "stdin"),
        ("a b#c", "a%20b%23c"), ("ä\n", "%C3%A4%0A"),
    ])
    func `as a URI refers to the file`(path: String, reference: String) {
        #expect(FileURI.reference(to: path) == reference)
    }

    @Test func `as XML has no character that XML has not`() {
        let report = JUnitReport(
            suites: [
                .init(
                    name: "<&>\"",
                    cases: [
                        .init(className: "c\u{1}", name: "n\u{FFFE}", place: nil, outcome: .passed(output: "")),
                        .init(className: "c", name: "n", place: ("f", 3), outcome: .failed(message: "m", text: "a\nb")),
                        .init(className: "c", name: "n", place: nil, outcome: .errored(message: "e")),
                    ]
                )
            ]
        )
        #expect(
            report.xml == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites tests="3" failures="1" errors="1">
                <testsuite name="&lt;&amp;&gt;&quot;" tests="3" failures="1" errors="1" skipped="0">
                <testcase classname="c\\u0001" name="n\\ufffe"/>
                <testcase classname="c" name="n" file="f" line="3"><failure message="m">a
                b</failure></testcase>
                <testcase classname="c" name="n #2"><error message="e"/></testcase>
                </testsuite>
                </testsuites>

                """
        )
    }

    @Test func `in colours is as it was without them`() {
        #expect(TerminalStyle.plain.apply(.error, to: "x") == "x")
        #expect(TerminalStyle(isColoured: true).apply(.faint, to: "x") == "\u{1B}[2mx\u{1B}[0m")
        #expect(TerminalStyle(isColoured: true).apply(.faint, to: "") == "")
    }
}
