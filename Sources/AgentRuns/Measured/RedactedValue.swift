package import JSONPull

/// A value that the decision log keeps in redacted form: `{"redacted": {…}}`.
package enum RedactedValue: Sendable {
    case text(RedactedText)
    /// A value of another type than the one that is read there.
    case other(JSONKind, identity: ExactString)

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("redacted")
        writer.beginObject()
        switch self {
        case .text(let text): text.writeMembers(to: &writer)
        case .other(let kind, let identity):
            writer.member("type", kind.rawValue)
            if !identity.isEmpty { writer.member("identity", identity.string) }
        }
        writer.endObject()
        writer.endObject()
    }

    /// Reads what ``write(to:)`` wrote; nil for anything else.
    init?(_ reader: inout JSONReader) throws(JSONError) {
        var value: RedactedValue?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "redacted": value = try RedactedValue(members: &reader)
            default: try reader.skipValue()
            }
        }
        guard let value else { return nil }
        self = value
    }

    fileprivate init(members reader: inout JSONReader) throws(JSONError) {
        var kind = JSONKind.string
        var (bytes, utf16, characters) = (0, 0, 0)
        var (sha256, identity): (String?, ExactString) = (nil, "")
        var tokens = PromptTokens.none
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": kind = try reader.readString().flatMap(JSONKind.init) ?? kind
            case "identity": identity = try reader.readExactString() ?? ""
            case "bytes": bytes = try reader.readCount()
            case "utf16": utf16 = try reader.readCount()
            case "length": characters = try reader.readCount()
            case "sha256": sha256 = try reader.readString()
            case "tokens": tokens = try PromptTokens(&reader)
            default: try reader.skipValue()
            }
        }
        guard kind == .string else {
            self = .other(kind, identity: identity)
            return
        }
        let prompt = sha256.map { RedactedText.Prompt(length: characters, sha256: $0, tokens: tokens) }
        self = .text(RedactedText(byteCount: bytes, utf16Count: utf16, prompt: prompt, identity: identity))
    }
}

extension RedactedText {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("bytes", byteCount)
        writer.member("utf16", utf16Count)
        if let prompt { prompt.writeMembers(to: &writer) }
        if !identity.isEmpty { writer.member("identity", identity.string) }
    }
}

extension RedactedText.Prompt {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("length", length)
        writer.member("sha256", sha256)
        writer.key("tokens")
        tokens.write(to: &writer)
    }
}

extension JSONReader {
    /// A whole number of 0 or more; 0 for anything else.
    mutating func readCount() throws(JSONError) -> Int {
        max(0, try readNumber().flatMap { Int($0) } ?? 0)
    }

    /// A prompt: a text, trimmed, or what a decision log keeps of one; nil when blank or anything else.
    mutating func readPrompt() throws(JSONError) -> PromptText? {
        guard readsProjections, try peek() == .object else { return try readNonBlank().map(PromptText.text) }
        return try PromptText(kept: &self)
    }
}

extension PromptText {
    /// Writes what may be kept of the text: `{"redacted": {…}}` of one that was there in full, else `{"measured": {…}}`.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .whole(let whole):
            RedactedValue.text(RedactedText(whole.text, isPrompt: true, identity: "")).write(to: &writer)
        case .redacted(let text): RedactedValue.text(text).write(to: &writer)
        case .measured(let length, let sha256, let tokens):
            writer.beginObject()
            writer.key("measured")
            writer.beginObject()
            let prompt = RedactedText.Prompt(length: length, sha256: sha256, tokens: tokens.namesOnly)
            prompt.writeMembers(to: &writer)
            writer.endObject()
            writer.endObject()
        }
    }

    /// Reads what ``write(to:)`` wrote; nil for anything else.
    fileprivate init?(kept reader: inout JSONReader) throws(JSONError) {
        var (kept, isMeasured): (RedactedValue?, Bool) = (nil, false)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "redacted": (kept, isMeasured) = (try RedactedValue(members: &reader), false)
            case "measured": (kept, isMeasured) = (try RedactedValue(members: &reader), true)
            default: try reader.skipValue()
            }
        }
        guard case .text(let text)? = kept else { return nil }
        guard isMeasured, let prompt = text.prompt else {
            self = .redacted(text)
            return
        }
        self = .measured(length: prompt.length, sha256: prompt.sha256, tokens: prompt.tokens)
    }
}
