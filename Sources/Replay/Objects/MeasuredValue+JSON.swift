internal import AgentRuns
internal import Digest
internal import JSONPull

/// A value that is kept in redacted form: `{"redacted": {…}}`.
extension MeasuredValue {
    func write(to writer: inout JSONWriter) {
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
        var value: MeasuredValue?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "redacted": value = try MeasuredValue(members: &reader)
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
        var hidden: HiddenText?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "type": kind = try reader.readString().flatMap(JSONKind.init) ?? kind
            case "identity": identity = try reader.readExactString() ?? ""
            case "bytes": bytes = try reader.readCount()
            case "utf16": utf16 = try reader.readCount()
            case "length": characters = try reader.readCount()
            // It is told as it is; a text without one is in doubt.
            case "sha256": sha256 = try reader.readString().flatMap { SHA256.isHexDigest($0) ? $0 : nil }
            case "tokens": tokens = try PromptTokens(&reader)
            case "hidden": hidden = try HiddenText(kept: &reader)
            default: try reader.skipValue()
            }
        }
        guard kind == .string else {
            self = .other(kind, identity: identity)
            return
        }
        let prompt = sha256.map { MeasuredText.Prompt(length: characters, sha256: $0, tokens: tokens) }
        self = .text(
            MeasuredText(
                byteCount: bytes,
                utf16Count: utf16,
                prompt: prompt,
                hidden: hidden,
                identity: identity,
                standIn: MeasuredText.standIn
            )
        )
    }
}

extension MeasuredText {
    /// What stands for a text that is not kept; a verdict that rests on it is doubtful.
    static let standIn: ExactString = "\u{F8FF}redacted\u{F8FF}"

    /// - Parameters:
    ///   - text: as written.
    ///   - isPrompt: whether it may be a prompt, so that its SHA-256 is worth telling.
    ///   - identity: see ``identity``.
    convenience init(_ text: ExactString, isPrompt: Bool, identity: ExactString) {
        var prompt: Prompt?
        if isPrompt {
            let text = PromptText.text(text.trimmed)
            prompt = Prompt(length: text.length, sha256: text.sha256, tokens: text.tokens.namesOnly)
        }
        self.init(
            byteCount: text.string.utf8.count,
            utf16Count: text.string.utf16.count,
            prompt: prompt,
            hidden: HiddenText.find(in: text),
            identity: identity,
            standIn: Self.standIn
        )
    }

    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("bytes", byteCount)
        writer.member("utf16", utf16Count)
        if let prompt { prompt.writeMembers(to: &writer) }
        if let hidden {
            writer.key("hidden")
            hidden.write(to: &writer)
        }
        if !identity.isEmpty { writer.member("identity", identity.string) }
    }
}

extension MeasuredText.Prompt {
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
}

extension PromptText {
    /// Writes what may be kept of the text: `{"redacted": {…}}` of one that was there in full, else `{"measured": {…}}`.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .whole(let whole):
            MeasuredValue.text(MeasuredText(whole.text, isPrompt: true, identity: "")).write(to: &writer)
        case .withheld(let text): MeasuredValue.text(text).write(to: &writer)
        case .measured(let length, let sha256, let tokens):
            writer.beginObject()
            writer.key("measured")
            writer.beginObject()
            let prompt = MeasuredText.Prompt(length: length, sha256: sha256, tokens: tokens.namesOnly)
            prompt.writeMembers(to: &writer)
            writer.endObject()
            writer.endObject()
        }
    }

    /// Reads what ``write(to:)`` wrote; nil for anything else.
    init?(kept reader: inout JSONReader) throws(JSONError) {
        var (kept, isMeasured): (MeasuredValue?, Bool) = (nil, false)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "redacted": (kept, isMeasured) = (try MeasuredValue(members: &reader), false)
            case "measured": (kept, isMeasured) = (try MeasuredValue(members: &reader), true)
            default: try reader.skipValue()
            }
        }
        guard case .text(let text)? = kept else { return nil }
        guard isMeasured, let prompt = text.prompt else {
            self = .withheld(text)
            return
        }
        self = .measured(length: prompt.length, sha256: prompt.sha256, tokens: prompt.tokens)
    }
}

extension SystemPromptText {
    /// Writes what may be kept of the value; a null when it is absent.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .absent: writer.null()
        case .blank: writer.string("")
        case .text(let text):
            MeasuredValue.text(MeasuredText(text, isPrompt: false, identity: "")).write(to: &writer)
        case .notText(let kind, _): MeasuredValue.other(kind, identity: "").write(to: &writer)
        case .measured(let text): MeasuredValue.text(text).write(to: &writer)
        }
    }
}

extension MeasuredValueReader {
    /// Reads what is kept of values.
    static let ofKept = MeasuredValueReader(
        value: { reader throws(JSONError) in try MeasuredValue(&reader) },
        prompt: { reader throws(JSONError) in try PromptText(kept: &reader) }
    )
}
