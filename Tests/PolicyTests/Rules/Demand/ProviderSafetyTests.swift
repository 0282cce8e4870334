import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Provider safety` {
    private func found(
        _ spec: String,
        options: String = "",
        _ generation: Generation = .august2026
    ) throws -> [String] {
        let policy = "  rules: {provider-safety: {action: Warn\(options.isEmpty ? "" : ", ")\(options)}}"
        return try judge(object("AgentProvider", "p", spec), policy: policy, generation: generation).summary
            .map { $0.replacing("spec.adapter.codex.", with: "") }
    }

    /// An adapter that opens nothing, and what is written beside or in the place of that.
    private func found(codex: String, options: String = "") throws -> [String] {
        var members = codex.isEmpty ? [] : [codex]
        if !codex.contains("sandbox:") { members.append("sandbox: workspace-write") }
        if !codex.contains("approval:") { members.append("approval: on-request") }
        if !codex.contains("threadConfig:") { members.append("threadConfig: {web_search: disabled}") }
        return try found("adapter: {codex: {\(members.joined(separator: ", "))}}", options: options)
    }

    @Test func `says nothing unless a policy asks for it`() throws {
        let provider = object("AgentProvider", "p", "adapter: {type: codex-app-server}")
        #expect(try judge(provider, generation: .august2026).findings.isEmpty)
        let one = "  rules: {provider-safety: {reasons: {SandboxOff: Deny}}}"
        #expect(
            try judge(provider, policy: one, generation: .august2026).summary
                == ["SandboxOff spec.adapter.codex.sandbox Deny"]
        )
    }

    private static let defaults = [
        "SandboxOff sandbox Warn", "ApprovalNever approval Warn", "WebSearch threadConfig.web_search Warn",
    ]

    @Test(arguments: [
        ("", true), ("binary: /usr/local/bin/agent-runner", true), ("binary: agent-runner", false),
        ("binary: /usr/bin/agent", false),
        ("binary: /usr/bin/agent, adapter: {type: codex-app-server}", true), ("adapter: {type: exec}", false),
        ("adapter: {type: other}", true), ("adapter: {type: 7}", true), ("adapter: [1]", true),
        ("adapter: {codex: [1]}", true),
        ("binary: ' ', adapter: {codex: {sandbox: null, approval: 7}}", true),
    ]) func `is of the codex adapter`(spec: String, isCodex: Bool) throws {
        #expect(try found(spec) == (isCodex ? Self.defaults : []))
        #expect(try found(spec, .february2026) == [])
    }

    @Test(arguments: [
        ("", []), ("sandbox: danger-full-access", ["SandboxOff sandbox Warn"]),
        ("sandbox: dangerFullAccess", ["SandboxOff sandbox Warn"]),
        ("sandbox: read-only", []), ("sandbox: '{{ parameters.sandbox }}'", ["SandboxOff sandbox Warn"]),
        ("approval: never", ["ApprovalNever approval Warn"]),
        ("approval: '{{x}}'", ["ApprovalNever approval Warn"]),
        ("threadConfig: {web_search: live}", ["WebSearch threadConfig.web_search Warn"]),
        ("threadConfig: {web_search: '{{x}}'}", ["WebSearch threadConfig.web_search Warn"]), ("threadConfig: {}", []),
        ("threadConfig: {web_search: true}", []), ("threadConfig: null", ["WebSearch threadConfig.web_search Warn"]),
        ("threadConfig: '{{x}}'", ["WebSearch threadConfig Warn"]),
        ("threadConfig: {tools: {web_search: true}}", ["WebSearch threadConfig.tools.web_search Warn"]),
        ("threadConfig: {tools: {web_search: {}}}", ["WebSearch threadConfig.tools.web_search Warn"]),
        ("threadConfig: {tools: {web_search: false}}", []), ("threadConfig: {tools: [web_search]}", []),
        ("threadConfig: {mcp_servers: {shell: {}}}", []),
    ]) func `finds what is open`(codex: String, expected: [String]) throws {
        #expect(try found(codex: codex) == expected)
    }

    @Test(arguments: [
        ("web_search=live", true), (#"web_search = "live""#, true), ("web_search='live'", true),
        ("web_search=cached", false),
        ("web_search=disabled", false), ("web_search={{x}}", true), ("tools.web_search=true", true),
        (#""tools"."web_search" = true"#, true),
        ("tools.web_search=false", false), ("tools.web_search={ context = 1 }", true),
        ("tools={web_search=true}", true), ("tools={}", false),
        ("tools.web_search.location=x", true), ("{{x}}=1", true), ("model=web_search", false),
        ("web_searches=live", false), ("", false),
        // codex reads the value as TOML.
        (#"web_search="live" # now and then"#, true), (#"web_search="li\u0076e""#, true),
        ("web_search=' live '", true),
        ("tools.web_search=true # a comment", true), (#"tools={"web\u005fsearch"=true}"#, true),
        (#"web_search="cached""#, false), (#"model="a#b""#, false),
    ]) func `finds what an override opens`(override: String, isFound: Bool) throws {
        let text = override.replacing("'", with: "''")
        #expect(
            try found(codex: "cliConfigOverrides: [7, '\(text)']")
                == (isFound ? ["WebSearch cliConfigOverrides[1] Warn"] : [])
        )
    }

    @Test func `compares MCP servers with the policy's`() throws {
        let servers = "threadConfig: {mcp_servers: {docs-a: {}, shell: {}, 'a.b': {}, gone: null, '{{x}}': {}}}"
        #expect(
            try found(codex: servers, options: "mcpServers: [docs-*]") == [
                "McpServerNotAllowed threadConfig.mcp_servers.shell Warn",
                #"McpServerNotAllowed threadConfig.mcp_servers["a.b"] Warn"#,
                #"McpServerNotAllowed threadConfig.mcp_servers["{{x}}"] Warn"#,
            ]
        )
        #expect(try found(codex: "threadConfig: {mcp_servers: [shell]}", options: "mcpServers: [docs-*]") == [])
    }

    @Test(arguments: [
        ("mcp_servers.shell.command=sh", true), ("mcp_servers.docs-a.command=sh", false),
        (#"mcp_servers."sh.ell".command=sh"#, true),
        (#"mcp_servers."docs-a.b".command=sh"#, false), ("mcp_servers={}", false), ("mcp_servers = { }", false),
        ("mcp_servers={docs-a={}}", true),
        ("mcp_servers.{{x}}.command=sh", true), ("mcp_server.shell=1", false), ("mcp_servers", true),
    ]) func `compares those of overrides, too`(override: String, isFound: Bool) throws {
        let expected = isFound ? ["McpServerNotAllowed cliConfigOverrides[0] Warn"] : []
        let found = try found(codex: "cliConfigOverrides: ['\(override)']", options: "mcpServers: [docs-*]")
        #expect(found.filter { $0.hasPrefix("Mcp") } == expected)
    }

    @Test func `tells no value of an override`() throws {
        let spec =
            "adapter: {codex: {cliConfigOverrides: ['mcp_servers.shell.env={TOKEN=\"hunter2\"}', 'web_search={{hunter2}}']}}"
        let policy = "  rules: {provider-safety: {action: Deny, mcpServers: [docs-*]}}"
        let lines = try judge(object("AgentProvider", "p", spec), policy: policy, generation: .august2026).lines(
            of: .providerSafety
        )
        #expect(lines.count == 5 && !lines.joined().contains("hunter2"))
    }

    @Test func `is only noted where it was so before`() throws {
        var policy = try compiledPolicy("  rules: {provider-safety: {action: Deny}}", generation: .august2026)
        policy.generation = .august2026
        let old = object("AgentProvider", "p", "adapter: {codex: {sandbox: danger-full-access}}")
        let new = object("AgentProvider", "p", "adapter: {codex: {sandbox: danger-full-access, approval: never}}")
        let verdict = try review(
            operation: "UPDATE",
            object: new,
            oldObject: old,
            resource: "agentproviders",
            policy: policy
        )
        #expect(
            verdict.summary == [
                "SandboxOff spec.adapter.codex.sandbox Audit", "ApprovalNever spec.adapter.codex.approval Deny",
                "WebSearch spec.adapter.codex.threadConfig.web_search Audit",
            ]
        )
    }
}

@Suite struct `An override of the configuration` {
    @Test func `may have its value on a line of its own`() {
        #expect(ConfigOverride("web_search=\"\"\"\nlive\"\"\"").setsSearch)
        #expect(!ConfigOverride("web_search=\"\"\"\ncached\"\"\"").setsSearch)
    }

    @Test(arguments: [
        "web_search=live", "web_search=\"cached-secret\"", "tools.web_search={ secret = 1 }",
        "tools={web_search=\"secret\"}", "mcp_servers={}",
        "mcp_servers={secret={}}", "mcp_servers.shell.env={TOKEN=\"secret\"}", "web_search={{secret}}", "model=secret",
        "web_search",
        "tools.web_search=true", "tools.web_search=true # secret", "web_search=\"\\u0073ecret\"",
        "model=\"secret\" # x",
    ]) func `is kept without what nothing is read of`(text: String) {
        let (override, kept) = (
            ConfigOverride(ExactString(text)), ConfigOverride(ConfigOverride(ExactString(text)).redacted)
        )
        #expect(kept.setsSearch == override.setsSearch && kept.replacesServers == override.replacesServers)
        #expect(
            kept.server == override.server && kept.redacted == override.redacted && !kept.redacted.contains("secret")
        )
    }
}
