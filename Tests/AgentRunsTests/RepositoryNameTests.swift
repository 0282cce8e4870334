import AgentRuns
import JSONPull
import Testing

@Suite struct `A repository name` {
    private static func nested(_ hosts: [ExactString]) -> RepositoryName.Options {
        var options = RepositoryName.Options()
        options.allowsNestedGroups = true
        options.hosts = hosts
        return options
    }

    @Test(
        arguments: [
            ("o/r", "o/r", nil), (" O/R ", "o/r", nil), ("o/r.git", "o/r", nil), ("o/r.GIT/", "o/r", nil),
            ("/o/r//", "o/r", nil), ("o/r.git.git", "o/r.git", nil), ("o/r.gitx", "o/r.gitx", nil),
            ("a-b_c.d/0", "a-b_c.d/0", nil), ("o/.git", nil, nil), ("o/..", nil, nil), ("./r", nil, nil),
            ("o/...", "o/...", nil),
            ("https://github.com/o/r", "o/r", "github.com"), ("https://GitHub.com:443/o/r.git", "o/r", "github.com"),
            ("https://u@h@evil.example/o/r", "o/r", "evil.example"), ("git@host:o/r", "o/r", "host"),
            ("host:22/o/r", nil, "host"), ("a:b:o/r", nil, "a"), ("a/b:c", nil, nil),
            ("github.com/o/r", "o/r", "github.com"), ("github/o/r", nil, nil), ("a.b/r", "a.b/r", nil),
            ("o", nil, nil), ("o/", nil, nil), ("/r", nil, nil), ("", nil, nil), ("o/r/s", nil, nil),
            ("o//r", nil, nil),
            ("o/r x", nil, nil), ("o/r?", nil, nil), ("ö/r", nil, nil), ("https://h", nil, "h"),
        ] as [(ExactString, ExactString?, ExactString?)]
    )
    func `is owner and repository in lower case, without what a URL adds`(
        text: ExactString,
        normalForm: ExactString?,
        host: ExactString?
    ) {
        let name = RepositoryName(text)
        #expect(name.normalForm == normalForm)
        #expect(name.host == host)
        #expect(name.written == text.trimmed)
        #expect(name.key == normalForm ?? text.trimmed.asciiLowercased || text.contains("@"))
    }

    @Test(
        arguments: [
            ("https:/\u{301}/good.example/o/r", nil, "https"),
            ("https://evil.example/\u{301}@github.com/o/r", nil, "evil.example"),
            ("o/\u{301}r", nil, nil), ("evil.example:\u{301}o/r", nil, "evil.example"), ("h.x/\u{301}/o/r", nil, "h.x"),
            ("o/r\u{301}.git", nil, nil), ("o/r.\u{301}git", nil, nil),
        ] as [(ExactString, ExactString?, ExactString?)]
    )
    func `is read byte by byte, whatever mark follows`(text: ExactString, normalForm: ExactString?, host: ExactString?)
    {
        let name = RepositoryName(text)
        #expect(name.normalForm == normalForm)
        #expect(name.host == host)
    }

    @Test(
        arguments: [
            ("g/s/r", "g/s/r", nil), ("g.x/s/r", "g.x/s/r", nil), ("Git.Example/s/r", "s/r", "git.example"),
            ("o/r", "o/r", nil), ("o", nil, nil), ("g//r", nil, nil), ("g/../r", nil, nil),
            ("https://elsewhere/g/s/r", "g/s/r", "elsewhere"),
        ] as [(ExactString, ExactString?, ExactString?)]
    )
    func `has groups within groups where that is allowed`(
        text: ExactString,
        normalForm: ExactString?,
        host: ExactString?
    ) {
        let name = RepositoryName(text, options: Self.nested(["git.example"]))
        #expect(name.normalForm == normalForm)
        #expect(name.host == host)
    }
}
