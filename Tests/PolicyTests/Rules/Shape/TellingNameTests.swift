import Policy
import Testing

@Suite struct `Telling name` {
    @Test(arguments: [("r", ["RunNameTooShort metadata.name Warn"]), ("fix", [])])
    func `has the bytes the policy wants`(name: String, expected: [String]) throws {
        let policy = "  rules: {telling-name: {minimumLength: 3}}"
        #expect(try judge(run("", name: name), policy: policy).summary(of: .tellingName) == expected)
        #expect(try judge(run("", name: name)).summary(of: .tellingName) == [])
    }
}
