import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Custom endpoint` {
    private func verdict(_ endpoint: String, policy: String? = nil) throws -> Verdict {
        let text = endpoint.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let spec = #"runtime: {type: custom, config: {endpoint: "\#(text)"}}"#
        return try judge(run(spec), policy: policy.map { "  rules: {custom-endpoint: {\($0)}}" })
    }

    private func found(_ endpoint: String, policy: String? = nil) throws -> [String] {
        try verdict(endpoint, policy: policy).findings.filter { $0.rule == .customEndpoint }
            .map { "\($0.reason.rawValue) \($0.action.rawValue)" }
    }

    // MARK: Hosts

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "169.254.169.254", "169.254.0.1", "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "2852039166", "0xa9fea9fe",
        "0251.254.43518",
        "127.1", "0", "[::]", "[::1]", "[fe80::1]", "[febf::1]", "[ff02::1]", "[fd00:ec2::254]", "[fd20:ce::254]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]", "[::ffff:0:169.254.169.254]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]", "[2001:0:1:2:3:4:5601:5601]", "localhost", "LOCALHOST", "localhost.", "localhost..",
        "a.localhost",
        "a.b.localhost.", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "metadata",
        "metadata.google.internal",
        "metadata.google.internal.", "metadata.goog", "instance-data", "instance-data.ec2.internal", "%6cocalhost",
        "127.0.0.1.",
        "127.0.0.1..",
    ]) func `is never one of these`(host: String) throws {
        #expect(try found("https://\(host)/x") == ["InternalEndpoint Deny"])
        #expect(try found("https://\(host)/x", policy: "internal: true") == ["InternalEndpoint Deny"])
        #expect(try found("https://\(host)/x", policy: "internal: true, allow: ['*']") == ["InternalEndpoint Deny"])
    }

    @Test(arguments: [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255",
        "100.100.100.201", "192.0.0.1",
        "198.18.0.1", "198.19.255.255", "[fc00::1]", "[fdff::1]", "[fec0::1]", "[64:ff9b:1::808:808]",
        "[::ffff:10.0.0.1]", "[::10.0.0.1]",
        "[64:ff9b::10.0.0.1]", "[2002:a00:1::]", "[2001::f5ff:fffe]", "runner", "runner.", "runner.agents.svc",
        "runner.agents.svc.",
        "runner.agents.svc.cluster.local", "printer.local", "x.internal", "_", "0x0a000001", "012.1",
    ]) func `is private`(host: String) throws {
        #expect(try found("https://\(host)/x") == ["InternalEndpoint Deny"])
        #expect(try found("https://\(host)/x", policy: "internal: true") == [])
    }

    @Test(arguments: [
        "example.com", "1.1.1.1", "11.0.0.1", "128.0.0.1", "126.255.255.255", "169.253.255.255", "169.255.0.1",
        "172.15.0.1", "172.32.0.1",
        "192.167.1.1", "192.169.1.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1",
        "168.63.129.17", "223.255.255.255", "[2606:4700::1111]", "[2001:db8::1]", "[::ffff:8.8.8.8]",
        "[2002:808:808::]", "[64:ff9b::8.8.8.8]",
        "[2001::f7f7:f7f7]", "notlocalhost.example", "localhost.example", "metadata.example", "runner.agents",
        "a.svc.example",
        "internal.example", "local.example", "xn--bcher-kva.example",
    ]) func `is public`(host: String) throws {
        #expect(try found("https://\(host)/x") == [])
    }

    // MARK: Reasons

    @Test(arguments: [
        ("http://example.com/", ["PlaintextEndpoint Warn"]),
        ("http://10.0.0.1/", ["InternalEndpoint Deny", "PlaintextEndpoint Warn"]),
        ("ftp://example.com", ["InvalidEndpoint Deny"]), ("http://user@169.254.169.254/", ["InvalidEndpoint Deny"]),
        ("https://bücher.example", ["InvalidEndpoint Deny"]), ("https://", ["InvalidEndpoint Deny"]),
        (" https://example.com ", []),
    ]) func `has a reason for each mistake`(endpoint: String, expected: [String]) throws {
        #expect(try found(endpoint) == expected)
    }

    @Test func `is left to runtime-config where there is none`() throws {
        for config in ["", "endpoint: ' '", "endpoint: 7", "endpoint: null"] {
            let verdict = try judge(run("runtime: {type: custom, config: {\(config)}}"))
            #expect(verdict.summary(of: .customEndpoint) == [])
        }
        let job = try judge(run("runtime: {type: job, config: {endpoint: 'http://localhost'}}"))
        #expect(job.summary(of: .customEndpoint) == [])
    }

    @Test(arguments: [
        ("[runner.example]", "https://runner.example/x", true),
        ("[runner.example]", "https://RUNNER.example.:443", true),
        ("[runner.example]", "https://runner.example:8443/", false),
        ("[runner.example]", "http://runner.example/", false),
        ("['*']", "https://anything.example/", true), ("['*']", "http://anything.example/", false),
        ("['http://*']", "http://anything.example:80/", true), ("['*://*:*']", "http://anything.example:81/", true),
        ("['*.example']", "https://a.b.example/", true), ("['*.example']", "https://example/", false),
        // No star reaches into the next part.
        ("['https://*.example']", "https://evil.test/.example", false),
        ("['https://a.example*']", "https://a.example.evil.test/", true),
        ("['https://a.example/*']", "https://a.example.evil.test/", false),
        ("['https://a.example:44*']", "https://a.example/", true),
        ("['https://a.example/hook']", "https://a.example/hook", true),
        ("['https://a.example/hook']", "https://a.example/hook?x#y", true),
        ("['https://a.example/hook']", "https://a.example/hook/", false),
        ("['https://a.example/hook']", "https://a.example/x/../hook", true),
        ("['https://a.example/hook/*']", "https://a.example/hook/../admin", false),
        ("['https://a.example/']", "https://a.example", true),
        ("['https://a.example/hook/*']", "https://a.example/hook/%2e%2e/admin", false),
        ("['https://8.8.8.8']", "https://134744072/", true),
        ("['https://[2606:4700:0::1]:8443/']", "https://[2606:4700::1]:8443/", true),
        (#"['https://a.example']"#, #"https:\\a.example\x"#, true), ("[]", "https://anything.example/", true),
    ]) func `is compared with the policy's patterns`(allow: String, endpoint: String, isAllowed: Bool) throws {
        let found = try found(endpoint, policy: "internal: true, allow: \(allow)").filter {
            $0.hasPrefix("EndpointNotAllowed")
        }
        #expect(found == (isAllowed ? [] : ["EndpointNotAllowed Deny"]))
    }

    @Test(arguments: [
        "ftp://x", " ", "https://", "https://user@x", "https://x?y", "https://x#y", "https://x:http", "https://x:",
        "https://a b", "://x",
        "https://[::1", "https://bücher.example",
    ]) func `refuses a pattern that can match nothing`(pattern: String) throws {
        let error = #expect(throws: PolicyFileError.self) {
            try compiledPolicy("  rules:\n    custom-endpoint:\n      allow: [fine.example, '\(pattern)']")
        }
        #expect(
            "\(try #require(error))".contains("line 7, column 29: spec.rules.custom-endpoint.allow[1]: Invalid value: ")
        )
    }

    // MARK: Temporal

    @Test func `compares what Temporal is to start`() throws {
        let config = "workflowType: ' Build ', taskQueue: payments, namespace: prod"
        let object = run("runtime: {type: temporal, config: {\(config)}}")
        #expect(try judge(object).summary(of: .customEndpoint) == [])
        let policy = "  rules: {custom-endpoint: {workflowTypes: [Build], taskQueues: [agents-*], namespaces: [dev]}}"
        #expect(
            try judge(object, policy: policy).summary(of: .customEndpoint) == [
                "TemporalTargetNotAllowed spec.runtime.config.taskQueue Deny",
                "TemporalTargetNotAllowed spec.runtime.config.namespace Deny",
            ]
        )
        let silent = run("runtime: {type: temporal, config: {workflowType: Build, taskQueue: agents-1, namespace: 7}}")
        #expect(try judge(silent, policy: policy).summary(of: .customEndpoint) == [])
    }

    // MARK: Messages

    @Test func `tells the host and nothing else of the text`() throws {
        let secrets = [
            "https://user:hunter2@example.com/", "https://hunter2%zz/", "hunter2",
            "http://10.0.0.1/hunter2?hunter2#hunter2",
        ]
        for text in secrets {
            let lines = try verdict(text, policy: "allow: [other.example]").lines(of: .customEndpoint)
            #expect(!lines.isEmpty && !lines.joined().contains("hunter2"))
        }
        #expect(
            try verdict("https://0xA9FEA9FE/latest").lines(of: .customEndpoint) == [
                """
                [InternalEndpoint] spec.runtime.config.endpoint: Forbidden: the controller itself posts there, and "169.254.169.254" is \
                the controller's own machine, a metadata service, or no host at all (use an endpoint of its own)
                """
            ]
        )
    }
}
