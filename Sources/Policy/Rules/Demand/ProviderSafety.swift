internal import AgentRuns
internal import JSONPull

/// What an AgentProvider lets its agents do without asking (`controller-semantics.md` section 13.2).
struct ProviderSafety: Rule {
    static let descriptor = RuleDescriptor(
        id: "provider-safety",
        title: "Sandbox, approval, web search and MCP servers of the codex adapter",
        action: .off,
        kinds: [.agentProvider],
        reasons: [.sandboxOff, .approvalNever, .webSearch, .mcpServerNotAllowed],
        options: [Keys.mcpServers]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let mcpServers = RuleOption(
            "mcpServers",
            "globs over the names of MCP servers; without any all are fine",
            default: [ExactString]()
        )
    }

    private let mcpServers: GlobList

    init(options entry: inout PolicyEntry) {
        mcpServers = GlobList(entry.strings(Keys.mcpServers))
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {}

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        guard case .agentProvider(let provider, let generation) = object, generation.hasProviderAdapters,
            let codex = provider.codex
        else { return }
        if Self.isChoice(codex.sandbox, of: ["danger-full-access", "dangerFullAccess"]) {
            let message = "Forbidden: \(Self.told(codex.sandbox)), and the agent has the whole pod"
            report(.sandboxOff, ".sandbox", message, "set it to workspace-write or read-only", codex.sandbox, &findings)
        }
        if Self.isChoice(codex.approval, of: ["never"]) {
            let message = "Forbidden: \(Self.told(codex.approval)), and nobody is asked before a command runs"
            report(.approvalNever, ".approval", message, "set it to another one", codex.approval, &findings)
        }
        checkSearch(codex, &findings)
        for name in mcpServers.isEmpty ? [] : codex.mcpServers where !isAllowed(name) {
            reportServer(name, FieldPath("spec.adapter.codex.threadConfig.mcp_servers").member(name), &findings)
        }
        for override in codex.overrides { check(override, &findings) }
    }

    /// Whether a value is one of `worst`, is the default, which is the worst, or is chosen by a run's author.
    private static func isChoice(_ value: ExactString?, of worst: [ExactString]) -> Bool {
        value.map { worst.contains($0) || $0.contains("{{") } ?? true
    }

    private static func told(_ value: ExactString?) -> String {
        guard let value else { return "it is so by default" }
        return value.contains("{{") ? "a run's author chooses it" : "it is so here"
    }

    // MARK: Web search

    private func checkSearch(_ codex: CodexAdapter, _ findings: inout RuleFindings) {
        if !codex.hasThreadConfig {
            let message = "Forbidden: without a thread config of its own the agent searches the web"
            let remedy = "set web_search of threadConfig to another value than live"
            let isWritten = codex.isThreadConfigWritten
            report(
                .webSearch,
                isWritten ? ".threadConfig" : ".threadConfig.web_search",
                message,
                remedy,
                nil,
                &findings
            )
        } else if let search = codex.webSearch, Self.isChoice(search, of: ["live"]) {
            let message = "Forbidden: \(Self.told(search)), and the agent searches the web"
            report(.webSearch, ".threadConfig.web_search", message, "set it to another value", search, &findings)
        }
        if codex.hasSearchTool {
            let message = "Forbidden: the agent has a tool that searches the web"
            report(.webSearch, ".threadConfig.tools.web_search", message, "remove it", "true", &findings)
        }
    }

    // MARK: Overrides

    private static let overridesField = FieldPath("spec.adapter.codex.cliConfigOverrides")

    /// What an entry, `key=value`, sets is told, and never its value.
    private func check(_ override: IndexedName, _ findings: inout RuleFindings) {
        let field = Self.overridesField.item(override.index)
        let setting = ConfigOverride(override.name)
        if setting.setsSearch {
            let message = "Forbidden: this lets the agent search the web"
            findings.report(.webSearch, field, message, "remove it", override.name)
        }
        if mcpServers.isEmpty { return }
        if setting.replacesServers {
            let message = "Forbidden: this sets all MCP servers at once, and the policy names those that are allowed"
            let remedy = "set each by its name, as mcp_servers.NAME.command"
            findings.report(.mcpServerNotAllowed, field, message, remedy, override.name)
        } else if let name = setting.server, !isAllowed(name) {
            reportServer(name, field, &findings)
        }
    }

    private func isAllowed(_ name: ExactString) -> Bool { !name.contains("{{") && mcpServers.match(name) != nil }

    private func reportServer(_ name: ExactString, _ field: FieldPath, _ findings: inout RuleFindings) {
        let message = "Forbidden: the policy does not allow MCP server \(VisibleText.quoted(name))"
        let remedy = "remove it, or add it to mcpServers of rule provider-safety"
        findings.report(.mcpServerNotAllowed, field, message, remedy, name)
    }

    private func report(
        _ reason: Reason,
        _ member: StaticString,
        _ message: String,
        _ remedy: String,
        _ value: ExactString?,
        _ findings: inout RuleFindings
    ) {
        let field = FieldPath("spec.adapter.codex").appending(member)
        findings.report(reason, field, message, remedy, value ?? "")
    }
}

extension RuleID {
    package static let providerSafety = ProviderSafety.id
}

extension Reason {
    static let sandboxOff = Reason(
        "SandboxOff",
        meaning: "the agent runs without a sandbox, which is the adapter's default (2026-08)",
        example: "adapter.codex.sandbox: danger-full-access",
        fix: "workspace-write or read-only"
    )
    static let approvalNever = Reason(
        "ApprovalNever",
        meaning: "no command waits for an approval, which is the adapter's default (2026-08)",
        example: "adapter.codex.approval: never",
        fix: "another one, where the runner supports it"
    )
    static let webSearch = Reason(
        "WebSearch",
        meaning: "the agent searches the web, which is the adapter's default (2026-08)",
        example: "adapter.codex.threadConfig: {web_search: live}",
        fix: "disabled or cached"
    )
    static let mcpServerNotAllowed = Reason(
        "McpServerNotAllowed",
        meaning: "an MCP server that the policy does not allow (2026-08)",
        example: "threadConfig: {mcp_servers: {shell: …}} with mcpServers: [docs-*]",
        fix: "remove it, or allow it"
    )
}
