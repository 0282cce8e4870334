import Testing

@testable import TLS

@Suite struct `Names and addresses of certificates` {
    @Test(arguments: [
        (SubjectAlternativeName.ipAddress("2001:DB8:0:0::1"), SubjectAlternativeName.ipAddress("2001:db8::1")),
        (.ipAddress("::ffff:10.0.0.1"), .ipAddress("::ffff:a00:1")), (.dns("API.Example"), .dns("api.eXAMPLE")),
    ])
    func `are the same however they are written`(one: SubjectAlternativeName, other: SubjectAlternativeName) {
        #expect(one == other && one.hashValue == other.hashValue)
        #expect(one.covers(other) && other.covers(one))
    }

    @Test(arguments: [
        // An address and a name of the same letters, addresses of two families, and a sign that looks like a letter.
        (SubjectAlternativeName.dns("10.0.0.1"), SubjectAlternativeName.ipAddress("10.0.0.1")),
        (.ipAddress("::ffff:10.0.0.1"), .ipAddress("10.0.0.1")), (.dns("\u{212A}ube.svc"), .dns("kube.svc")),
        (.dns("*.svc"), .dns(".svc")), (.dns("*.svc"), .dns("a.b.svc")), (.dns("a\u{301}.svc"), .dns("\u{e1}.svc")),
    ])
    func `are not the same for looking so`(one: SubjectAlternativeName, other: SubjectAlternativeName) {
        #expect(one != other)
        #expect(!one.covers(other))
    }

    @Test func `cover what is under a wildcard, in whatever case`() {
        #expect(SubjectAlternativeName.dns("*.Hooks.svc").covers(.dns("JUDGE.hooks.svc")))
    }

    @Test func `are read as the system writes them`() throws {
        #expect(try SubjectAlternativeName(parsing: "2001:DB8::0:1").description == "IP:2001:db8::1")
    }
}
