import AgentRuns
import JSONPull
import Testing

@Suite struct `User information` {
    @Test(arguments: [
        ("https://x-access-token:ghs_secret@github.com/o/r", "https://…@github.com/o/r"),
        ("https://ghp_secret@github.com/o/r.git", "https://…@github.com/o/r.git"),
        ("HTTPS://u:p@q@github.com/o/r", "https://…@github.com/o/r"),
        ("https://u:p/w@github.com/o/r", "https://…@github.com/o/r"),
        ("https:///tok@github.com/o/r", "https://…@github.com/o/r"),
        ("https:/u:tok@github.com/o/r", "…@github.com/o/r"),
        ("u:p@x://github.com/o/r", "…@x://github.com/o/r"),
        ("ssh://u:p@github.com/o/r", "ssh://…@github.com/o/r"),
        ("ssh://AKIA0123456789@github.com/o/r", "ssh://…@github.com/o/r"),
        ("ghp_Secret@github.com:o/r", "…@github.com:o/r"),
        ("ghp_secret:x-oauth-basic@github.com:o/r", "…@github.com:o/r"),
        ("token@github.com/o/r", "…@github.com/o/r"),
        ("u:p/w@github.com/o/r", "…@github.com/o/r"),
        ("https://u\u{301}:@\u{301}github.com/o/r", "https://…@\u{301}github.com/o/r"),
        ("https://\u{301}tok@github.com/o/r", "https://…@github.com/o/r"),
        ("git:secret@github.com:o/r", "…@github.com:o/r"),
        ("//tok@github.com/o/r", "…@github.com/o/r"),
    ])
    func `that is a credential is cut`(address: String, told: String) {
        let address = ExactString(address)
        #expect(UserInformation.isCredential(in: address))
        #expect(UserInformation.cut(from: address) == ExactString(told))
        #expect(UserInformation.isCredential(in: ExactString(told)))
        #expect(UserInformation.cut(from: ExactString(told)) == ExactString(told))
    }

    @Test(arguments: [
        "", "o/r", "https://github.com/o/r", "git@github.com:o/r.git", "ssh://git@github.com/o/r",
        "ssh://git@github.com:22/o/r", "https://git@github.com/o/r", "org-1234@github.com:o/r",
        "ssh://alice@gerrit:29418/r",
        "git+ssh://alice@host/o/r", "https://github.com/o/r@v1", "https://github.com:443/o/r@v1", "o/r@v1",
        "https://@github.com/o/r",
    ])
    func `that is none stays`(address: String) {
        #expect(!UserInformation.isCredential(in: ExactString(address)))
        #expect(UserInformation.cut(from: ExactString(address)) == ExactString(address))
    }

    @Test func `makes no other repository`() {
        let one = RepositoryName("https://one:secret@host/a/b/c")
        let two = RepositoryName("https://two@HOST/a/b/c")
        #expect(one.normalForm == nil && one.key == two.key && one.key == "https://…@host/a/b/c")
        #expect(RepositoryName("https://one:secret@host/a/b/d").key != one.key)
        #expect(RepositoryName("https://one:secret@github.com/o/r").key == "o/r")
        #expect(RepositoryName("https://one:secret@github.com/o/r").host == "github.com")
    }
}
