package import JSONPull

/// An entry of `cliConfigOverrides`: codex reads what is behind the `=` as TOML.
package struct ConfigOverride: Sendable {
    /// The key's parts, quotes removed.
    private let key: [ExactString]
    private let value: ExactString
    /// What is before the `=`, as it is written; all of it where there is none.
    private let writtenKey: ExactString
    private let hasValue: Bool

    package init(_ text: ExactString) {
        let parts = text.cut(atFirst: "=")
        writtenKey = parts?.before ?? text
        hasValue = parts != nil
        key = Self.parts(writtenKey.trimmed)
        value = parts?.after.trimmed ?? ""
    }

    /// A template in a key may become any key.
    private var isAnyKey: Bool { key.contains { $0.contains("{{") } }

    /// Whether the value may be another than it looks like: a template, or TOML with escapes or a comment.
    private var isAnything: Bool {
        value.contains("{{") || value.has(UInt8(ascii: "\\")) || value.has(UInt8(ascii: "#"))
    }

    /// Whether it switches web search on, or leaves that to a run's author.
    package var setsSearch: Bool {
        if isAnyKey { return true }
        switch key {
        case ["web_search"]: return isAnything || unquoted == "live"
        case ["tools", "web_search"]: return isAnything || value == "true" || value.starts(with: "{")
        case ["tools"]: return isAnything || value.contains("web_search")
        default: return key.starts(with: ["tools", "web_search"])
        }
    }

    /// Whether it sets the whole map of MCP servers, to more than none.
    package var replacesServers: Bool {
        guard key == ["mcp_servers"] else { return isAnyKey && key.first?.contains("{{") == true }
        return !isEmptyMap
    }

    /// The MCP server of which it sets something.
    package var server: ExactString? { key.count > 1 && key[0] == "mcp_servers" ? key[1] : nil }

    /// The entry without what nothing is read of: a value may be a token.
    package var redacted: ExactString { hasValue ? ExactString("\(writtenKey)=\(redactedValue)") : writtenKey }

    private var redactedValue: String {
        if isAnything { return "{{}}" }
        if unquoted == "live" || value == "true" { return unquoted.string }
        if !value.starts(with: "{") { return value.contains("web_search") ? "web_search" : "…" }
        return isEmptyMap ? "{}" : value.contains("web_search") ? "{web_search}" : "{…}"
    }

    private var isEmptyMap: Bool { value.string.utf8.filter { $0 > 0x20 }.elementsEqual("{}".utf8) }

    /// A text of several lines may have one before it.
    private var unquoted: ExactString { value.trimming("\"").trimming("'").trimmed }

    /// Pieces between dots that stand in no quotes.
    private static func parts(_ text: ExactString) -> [ExactString] {
        var parts: [ExactString] = []
        var part: [UInt8] = []
        var quote: UInt8?
        for byte in text.string.utf8 {
            switch byte {
            case quote: quote = nil
            case UInt8(ascii: "\""), UInt8(ascii: "'"): if quote == nil { quote = byte } else { part.append(byte) }
            case UInt8(ascii: ".") where quote == nil:
                parts.append(ExactString(String(decoding: part, as: UTF8.self)).trimmed)
                part = []
            default: part.append(byte)
            }
        }
        return parts + [ExactString(String(decoding: part, as: UTF8.self)).trimmed]
    }
}
