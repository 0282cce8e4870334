internal import AgentRuns
private import Digest
internal import JSONPull
internal import Policy

/// Copies of an object what rules read, prompts and other free texts redacted, so that the copy is judged like the object.
struct ObjectProjection {
    /// Which parameters are kept as they are, and which may be prompts.
    let disclosure: ParameterDisclosure
    /// Tells values of the objects before and after an update apart; nil where there is nothing to compare with.
    let identities: Identities?

    /// Longest value that is kept only because a finding quotes it, in bytes.
    private static let maximumQuotedBytes = 512
    /// Stands for a text of which only that it is not blank is kept.
    private static let something = "set"

    /// Digests that tell two values of one review apart and cannot be looked up: what they are made with is thrown away.
    struct Identities {
        private let salt: [UInt8]

        init() {
            var generator = SystemRandomNumberGenerator()
            salt = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }

        func identity(of bytes: some Sequence<UInt8>) -> ExactString {
            let salted = salt + bytes
            return ExactString(unsafe salted.withUnsafeBytes { unsafe SHA256.hexDigest(of: $0) })
        }
    }

    /// Reads the next value and writes what is kept of it.
    func write(
        _ shape: ProjectionShape,
        _ reader: inout JSONReader,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        let kind = try reader.peek()
        switch (shape, kind) {
        case (_, .null):
            try reader.skipValue()
            writer.null()
        case (.text, .string), (.scalar, .string), (.name, .string): writer.string(try reader.readString() ?? "")
        case (.address, .string):
            writer.string(UserInformation.redacted(ExactString(try reader.readString() ?? "")).string)
        case (.endpoint, .string):
            let text = ExactString(try reader.readString() ?? "")
            writer.string(text.isBlank ? Self.kept(ofBlank: text) : WebAddress.redacted(text).string)
        case (.configOverride, .string):
            writer.string(ConfigOverride(ExactString(try reader.readString() ?? "")).redacted.string)
        case (.choiceOrObject, .string): writer.string(try reader.readString() ?? "")
        case (.choiceOrObject, .boolean): writer.boolean(try reader.readBoolean() ?? false)
        case (.choiceOrObject, .object): try writeObject([], isIdentified: false, &reader, to: &writer)
        case (.keys, .object): try writeKeys(&reader, to: &writer)
        case (.nonBlank, .string):
            let text = ExactString(try reader.readString() ?? "")
            writer.string(text.isBlank ? Self.kept(ofBlank: text) : Self.something)
        case (.flag, .boolean): writer.boolean(try reader.readBoolean() ?? false)
        case (.scalar, .number), (.presence, .number), (.presence, .boolean):
            writer.value(reader.text(of: try reader.skipValue()))
        case (.quoted, _):
            let range = try reader.skipValue()
            if range.count <= Self.maximumQuotedBytes {
                writer.value(reader.text(of: range))
            } else {
                writeOther(kind, range, reader, to: &writer)
            }
        case (.prompt, .string): write(ExactString(try reader.readString() ?? ""), isPrompt: true, to: &writer)
        case (.systemPrompt, .string): write(ExactString(try reader.readString() ?? ""), isPrompt: false, to: &writer)
        case (.quantity, .string):
            writer.string(Quantity.redacted(ExactString(try reader.readString() ?? "")).string)
        case (.strings, .object): try writeMap(of: .text, &reader, to: &writer)
        case (.quantities, .object): try writeMap(of: .quantity, &reader, to: &writer)
        case (.parameters, .object): try writeParameters(&reader, to: &writer)
        case (.list(let shape), .array): try writeList(shape, &reader, to: &writer)
        case (.name, .object):
            try writeObject([ProjectionShape.Member("name", .text)], isIdentified: false, &reader, to: &writer)
        case (.object(let members), .object): try writeObject(members, isIdentified: false, &reader, to: &writer)
        case (.identified(let members), .object): try writeObject(members, isIdentified: true, &reader, to: &writer)
        case (.object, _), (.identified, _), (.strings, _), (.quantities, _), (.parameters, _), (.keys, _),
            (.choiceOrObject, _):
            // What is kept of it must be no object either.
            writer.beginArray()
            writeOther(kind, try reader.skipValue(), reader, to: &writer)
            writer.endArray()
        default: writeOther(kind, try reader.skipValue(), reader, to: &writer)
        }
    }

    private func writeOther(
        _ kind: JSONKind,
        _ range: Range<Int>,
        _ reader: borrowing JSONReader,
        to writer: inout JSONWriter
    ) {
        MeasuredValue.other(kind, identity: identity(of: range, reader)).write(to: &writer)
    }

    private func identity(of range: Range<Int>, _ reader: borrowing JSONReader) -> ExactString {
        guard let identities else { return "" }
        return unsafe reader.withBytes(range) { unsafe identities.identity(of: $0) }
    }

    private func write(_ text: ExactString, isPrompt: Bool, to writer: inout JSONWriter) {
        guard !text.isBlank else { return writer.string(Self.kept(ofBlank: text)) }
        let identity = identities?.identity(of: text.string.utf8) ?? ""
        MeasuredValue.text(MeasuredText(text, isPrompt: isPrompt, identity: identity)).write(to: &writer)
    }

    /// A blank text tells nothing, and how it is blank tells it from another.
    private static func kept(ofBlank text: ExactString) -> String {
        text.string.utf8.count <= maximumQuotedBytes ? text.string : ""
    }

    // MARK: Containers

    private func writeObject(
        _ members: [ProjectionShape.Member],
        isIdentified: Bool,
        _ reader: inout JSONReader,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        let start = reader.position
        guard try reader.enterObject() else { return }
        writer.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            if let member = members.first(where: { $0.name ~= key }) {
                writer.key(member.name)
                try write(member.shape, &reader, to: &writer)
            } else {
                try reader.skipValue()
            }
        }
        if isIdentified, identities != nil {
            writer.member("redacted", identity(of: start..<reader.position, reader).string)
        }
        writer.endObject()
    }

    private func writeList(
        _ shape: ProjectionShape,
        _ reader: inout JSONReader,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        guard try reader.enterArray() else { return }
        writer.beginArray()
        var isFirst = true
        while try reader.nextElement(&isFirst) { try write(shape, &reader, to: &writer) }
        writer.endArray()
    }

    private func writeMap(
        of shape: ProjectionShape,
        _ reader: inout JSONReader,
        to writer: inout JSONWriter
    ) throws(JSONError) {
        guard try reader.enterObject() else { return }
        writer.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            writer.escapedKey(key.string)
            try write(shape, &reader, to: &writer)
        }
        writer.endObject()
    }

    private func writeKeys(_ reader: inout JSONReader, to writer: inout JSONWriter) throws(JSONError) {
        guard try reader.enterObject() else { return }
        writer.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            writer.escapedKey(key.string)
            if try reader.peek() == .null { writer.null() } else { writer.boolean(true) }
            try reader.skipValue()
        }
        writer.endObject()
    }

    private func writeParameters(_ reader: inout JSONReader, to writer: inout JSONWriter) throws(JSONError) {
        guard try reader.enterObject() else { return }
        writer.beginObject()
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let key = ExactString(key.string)
            writer.escapedKey(key.string)
            guard try reader.peek() == .string else {
                try writeForbidden(&reader, to: &writer)
                continue
            }
            let value = ExactString(try reader.readString() ?? "")
            // A blank one is kept: how it is blank and how long are read, and it tells nothing.
            if value.isBlank || disclosure.keeps(key) {
                writer.string((disclosure.isAddress(key) ? UserInformation.redacted(value) : value).string)
            } else {
                write(value, isPrompt: disclosure.mayBePrompt(key), to: &writer)
            }
        }
        writer.endObject()
    }

    /// A parameter's value of another type than string, which no rule reads.
    private func writeForbidden(_ reader: inout JSONReader, to writer: inout JSONWriter) throws(JSONError) {
        let kind = try reader.peek()
        let range = try reader.skipValue()
        if kind == .null { writer.null() } else { writeOther(kind, range, reader, to: &writer) }
    }
}
