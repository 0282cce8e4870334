package import JSONPull

/// An `AgentProvider` as somebody writes it, for whoever judges it: `spec.adapter`, of which ``AgentProvider`` keeps nothing.
package struct AgentProviderDraft: Sendable {
    package let metadata: ObjectMeta
    /// What the codex adapter is told; nil for a provider with another adapter.
    package let codex: CodexAdapter?

    package init(_ reader: inout JSONReader) throws(JSONError) {
        var (type, binary): (ExactString?, ExactString?)
        var codex = CodexAdapter()
        (metadata, _) = try reader.readObject(()) { reader throws(JSONError) in
            (type, binary, codex) = (nil, nil, CodexAdapter())
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "binary": binary = try reader.readNonBlank()
                case "adapter":
                    (type, codex) = (nil, CodexAdapter())
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "type": type = try reader.readNonBlank()
                        case "codex": codex = try CodexAdapter(&reader)
                        default: try reader.skipValue()
                        }
                    }
                default: try reader.skipValue()
                }
            }
        }
        // As the controller's resolveProviderAdapterType has it.
        let isRunner = binary.map { $0.ends(with: "/agent-runner") } ?? true
        let isCodex = type == "codex-app-server" || type != "exec" && isRunner
        self.codex = isCodex ? codex : nil
    }
}

/// `spec.adapter.codex` (2026-08), as far as it opens something.
package struct CodexAdapter: Sendable {
    /// A value that is no text, or none at all, is nil; null is none.
    package private(set) var (sandbox, approval): (ExactString?, ExactString?)
    /// Whether `threadConfig` is an object, and whether it is anything at all.
    package private(set) var (hasThreadConfig, isThreadConfigWritten) = (false, false)
    /// `threadConfig.web_search`, where it is a text.
    package private(set) var webSearch: ExactString?
    /// Whether `threadConfig.tools.web_search` is true, an object or a template.
    package private(set) var hasSearchTool = false
    /// Keys of `threadConfig.mcp_servers`.
    package private(set) var mcpServers: [ExactString] = []
    /// `cliConfigOverrides`, the texts of the list with their indices.
    package private(set) var overrides: [IndexedName] = []

    init() {}

    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var adapter = CodexAdapter()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "sandbox": adapter.sandbox = try reader.readNonBlank()
            case "approval": adapter.approval = try reader.readNonBlank()
            case "threadConfig": try adapter.readThreadConfig(&reader)
            case "cliConfigOverrides": try adapter.readOverrides(&reader)
            default: try reader.skipValue()
            }
        }
        self = adapter
    }

    private mutating func readOverrides(_ reader: inout JSONReader) throws(JSONError) {
        var overrides: [IndexedName] = []
        try reader.readElements { reader, index throws(JSONError) in
            try reader.countKept()
            if let text = try reader.readExactString() { overrides.append(IndexedName(index: index, name: text)) }
        }
        self.overrides = overrides
    }

    private mutating func readThreadConfig(_ reader: inout JSONReader) throws(JSONError) {
        var adapter = self
        (adapter.webSearch, adapter.hasSearchTool, adapter.mcpServers) = (nil, false, [])
        adapter.isThreadConfigWritten = try reader.peek() != .null
        adapter.hasThreadConfig = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "web_search": adapter.webSearch = try reader.readNonBlank()
            case "tools": adapter.hasSearchTool = try Self.readSearchTool(&reader)
            case "mcp_servers": adapter.mcpServers = try Self.readServers(&reader)
            default: try reader.skipValue()
            }
        }
        self = adapter
    }

    private static func readSearchTool(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var hasTool = false
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "web_search":
                switch try reader.peek() {
                case .object:
                    hasTool = true
                    try reader.skipValue()
                case .string: hasTool = try reader.readExactString()?.contains("{{") == true
                default: hasTool = try reader.readBoolean() == true
                }
            default: try reader.skipValue()
            }
        }
        return hasTool
    }

    private static func readServers(_ reader: inout JSONReader) throws(JSONError) -> [ExactString] {
        var names: [ExactString] = []
        try reader.readMembers { reader, key throws(JSONError) in
            try reader.countKept()
            let name = ExactString(key.string)
            let isNull = try reader.peek() == .null
            try reader.skipValue()
            if !isNull { names.append(name) }
        }
        return names
    }
}
