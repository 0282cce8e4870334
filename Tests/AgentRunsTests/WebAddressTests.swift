import AgentRuns
import JSONPull
import Testing

/// The tricks by which an address looks like another one, with what the URL standard's parser makes of them.
@Suite struct `Web addresses` {
    private func read(_ text: String) -> String {
        do {
            let address = try WebAddress(ExactString(text))
            return "\(address.scheme)://\(address.host.text):\(address.port)\(address.path)"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("https://example.com", "https://example.com:443/"), ("HTTP://EXAMPLE.com", "http://example.com:80/"),
        ("https://example.com:8443/a?b#c", "https://example.com:8443/a"),
        ("https://example.com:/", "https://example.com:443/"),
        ("https://example.com:0443", "https://example.com:443/"), ("https://example.com:0", "https://example.com:0/"),
        // Slashes.
        ("https:example.com", "https://example.com:443/"), ("https:/example.com", "https://example.com:443/"),
        ("https:////example.com/x", "https://example.com:443/x"),
        (#"https:\\example.com\x"#, "https://example.com:443/x"),
        (#"https:/\/\example.com"#, "https://example.com:443/"),
        (#"https://example.com\@evil.example/"#, "https://example.com:443/@evil.example/"),
        // What is dropped.
        (" \u{1}\thttps://example.com\u{0} ", "https://example.com:443/"),
        ("ht\ntps:/\t/exa\rmple.com/\na", "https://example.com:443/a"),
        // Hosts.
        ("https://%65xample.com", "https://example.com:443/"), ("https://example%2Ecom", "https://example.com:443/"),
        ("https://example.com./", "https://example.com:443/"), ("https://example.com../", "https://example.com:443/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example:443/"),
        ("https://a_b.example", "https://a_b.example:443/"),
        ("https://-.example", "https://-.example:443/"), ("https://example.com?x", "https://example.com:443/"),
        ("https://example.com#x", "https://example.com:443/"),
        ("https://a!$&'()*+,;=~`{}\"b", "https://a!$&'()*+,;=~`{}\"b:443/"),
        // IPv4.
        ("http://2852039166", "http://169.254.169.254:80/"), ("http://0xA9FEA9FE/", "http://169.254.169.254:80/"),
        ("http://0251.0376.0251.0376", "http://169.254.169.254:80/"),
        ("http://169.254.43518", "http://169.254.169.254:80/"),
        ("http://169.16689662/", "http://169.254.169.254:80/"),
        ("http://0xa9.0376.169.254.", "http://169.254.169.254:80/"),
        ("http://%31%36%39.254.169.254", "http://169.254.169.254:80/"), ("http://0", "http://0.0.0.0:80/"),
        ("http://0x", "http://0.0.0.0:80/"),
        ("http://127.1", "http://127.0.0.1:80/"), ("http://1.2.3", "http://1.2.0.3:80/"),
        ("http://00000000177.1", "http://127.0.0.1:80/"),
        ("http://4294967295", "http://255.255.255.255:80/"),
        ("http://1.2.3.4.5.example", "http://1.2.3.4.5.example:80/"),
        ("http://1.2.3.4..", "http://1.2.3.4:80/"), ("http://a.1e1", "http://a.1e1:80/"),
        // IPv6.
        ("http://[::1]", "http://[::1]:80/"), ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080/"),
        ("http://[::FFFF:169.254.169.254]", "http://[::ffff:a9fe:a9fe]:80/"), ("http://[::]", "http://[::]:80/"),
        ("http://[1:0:0:2:0:0:0:3]/", "http://[1:0:0:2::3]:80/"),
        ("http://[1:2:3:4:5:6:7::]", "http://[1:2:3:4:5:6:7:0]:80/"),
        ("http://[fd00:ec2::254]/", "http://[fd00:ec2::254]:80/"),
        ("http://[0:1:0:1:0:1:0:1]", "http://[0:1:0:1:0:1:0:1]:80/"),
        // Paths.
        ("https://a.example/b/../c/./d/..", "https://a.example:443/c/"),
        ("https://a.example/%2E%2e/x/%2e/.%2E/y", "https://a.example:443/y"),
        ("https://a.example/../../x", "https://a.example:443/x"),
        ("https://a.example//x//", "https://a.example:443//x//"),
        ("https://a.example/ä b\"<>`{}|", "https://a.example:443/%C3%A4%20b%22%3C%3E%60%7B%7D|"),
        ("https://a.example/...", "https://a.example:443/..."),
        ("https://a.example/%2e%2e%2e", "https://a.example:443/%2e%2e%2e"),
        ("https://a.example/\u{5}2e/x", "https://a.example:443/%052e/x"),
    ]) func `are read as the standard has it`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test(arguments: [
        ("", "noScheme"), ("example.com", "noScheme"), ("//example.com", "noScheme"), ("/x", "noScheme"),
        ("://x", "noScheme"),
        ("1http://x", "noScheme"), ("ht tp://x", "noScheme"), ("https//x:", "noScheme"), ("?https://x", "noScheme"),
        ("ftp://x", "otherScheme"), ("file:///etc/passwd", "otherScheme"), ("gopher:x", "otherScheme"),
        ("httpss://x", "otherScheme"),
        ("data:text/plain,x", "otherScheme"), ("unix:/run/x.sock", "otherScheme"), ("blob:https://x", "otherScheme"),
        ("https://user:password@x", "userInformation"), ("https://@x", "userInformation"),
        ("https:x@y", "userInformation"),
        ("https://example.com:80@evil.example", "userInformation"), ("https://%40@x", "userInformation"),
        ("https://", "noHost"), ("https:///", "noHost"), ("https://?x", "noHost"), ("https://#", "noHost"),
        ("https://:80", "noHost"),
        (#"https:\\"#, "noHost"),
        ("https://a b", "badHost"), ("https://a%00b", "badHost"), ("https://a%2Fb", "badHost"),
        ("https://a%40b", "badHost"),
        ("https://%zz", "badHost"), ("https://a%", "badHost"), ("https://a<b", "badHost"), ("https://a|b", "badHost"),
        ("https://a^b", "badHost"), ("https://a\u{7f}", "badHost"), ("https://[::1", "badHost"),
        ("https://::1]", "noHost"),
        ("https://[]", "badHost"), ("https://[:::]", "badHost"), ("https://[1:2:3:4:5:6:7]", "badHost"),
        ("https://[1:2:3:4:5:6:7:8:9]", "badHost"),
        ("https://[1:2:3:4:5:6:7:8::]", "badHost"), ("https://[::1::]", "badHost"), ("https://[1:]", "badHost"),
        ("https://[:1]", "badHost"),
        ("https://[12345::]", "badHost"), ("https://[fe80::1%25eth0]", "badHost"), ("https://[::1.2.3]", "badHost"),
        ("https://[::1.2.3.04]", "badHost"), ("https://[::1.2.3.256]", "badHost"),
        ("https://[1:2:3:4:5:6:7:1.2.3.4]", "badHost"),
        ("https://[::1]x", "badHost"), ("https://%5B::1%5D", "badHost"), ("https://256.1.1.1", "badHost"),
        ("https://1.2.3.4.5", "badHost"),
        ("https://1.2.3.09", "badHost"), ("https://4294967296", "badHost"), ("https://1..1", "badHost"),
        ("https://0x100000000", "badHost"),
        ("https://example.1", "badHost"), ("https://example.0xg.0x1", "badHost"),
        ("https://99999999999999999999999", "badHost"),
        ("https://xn--localhost-", "badHost"), ("https://a.XN--.b", "badHost"),
        ("https://exämple.com", "foreignHost"), ("https://example。com", "foreignHost"),
        ("https://１２７.0.0.1", "foreignHost"),
        ("https://ⓛocalhost", "foreignHost"), ("https://local\u{ad}host", "foreignHost"),
        ("https://%ff", "foreignHost"),
        ("https://example.com\u{301}/", "foreignHost"), ("https://\u{200b}x", "foreignHost"),
        ("https://%E3%80%82x", "foreignHost"),
        ("https://x:65536", "badPort"), ("https://x:-1", "badPort"), ("https://x:8o", "badPort"),
        ("https://x:٨", "badPort"),
        ("https://x:99999999999999999999", "badPort"), ("https://x:80:80", "badPort"), ("https://x: 80", "badPort"),
    ]) func `are none`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test(arguments: [
        "https://a.example/b?token=secret", "https://user:secret@a.example/", #"https:\\secret@a.example"#,
        "https://a.example#secret",
        "?secret", "#secret", "secret", "ssh://secret@host", "https://secret%zz", "https://sécret/",
        "https://x:secret/", "https://?secret",
        #"https://a.example\@secret"#,
    ]) func `are kept without what no rule reads, and read as before`(text: String) {
        let kept = WebAddress.redacted(ExactString(text)).string
        #expect(read(kept) == read(text))
        #expect(WebAddress.redacted(ExactString(kept)).string == kept)
        #expect(!kept.contains("secret") || kept.hasSuffix(#"\@secret"#))
    }
}
