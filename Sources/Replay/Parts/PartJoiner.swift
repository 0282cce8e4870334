internal import Digest
internal import JSONPull

/// Puts lines together again that came in parts, those of several writers in one stream too.
package struct PartJoiner {
    /// What is kept of lines whose end has not come: four of the longest (``LineParts`` of 4 MiB).
    private static let maximumBytes = 16 << 20
    /// Where a line with a part says so, behind the time.
    private static let mark = Array(#","dropped":0,"part":{"#.utf8)
    private static let bytesBeforeMark = 64

    /// What an entry takes beside its text: parts without any are counted, too.
    private static let bytesOfText = 512

    private struct Text {
        var number = 0
        var bytes: [UInt8] = []

        var size: Int { PartJoiner.bytesOfText + bytes.count }
    }

    /// By the SHA-256 of the whole.
    private var texts: [String: Text] = [:]
    private var bytes = 0

    package init() {}

    /// What a line is: itself, the whole whose last line it is, or nil for a part, which is kept.
    ///
    /// Of a line whose parts are not all there the last line is returned as it is.
    package mutating func join(_ line: [UInt8]) -> [UInt8]? {
        let isPart = line.prefix(Self.bytesBeforeMark).contains(Self.mark)
        guard isPart || !texts.isEmpty, let mark = try? Mark(line) else { return line }
        if let part = mark.part {
            add(part)
            return nil
        }
        guard let sum = mark.sum else { return line }
        guard let text = take(sum.sha256) else { return line }
        return text.number == sum.number && SHA256.hexDigest(of: text.bytes) == sum.sha256 ? text.bytes : line
    }

    private mutating func add(_ part: Mark.Part) {
        var text = take(part.sha256) ?? Text()
        // A writer that was interrupted begins again.
        if part.number == 1 { text = Text() }
        guard part.number == text.number + 1 else { return }
        text.number += 1
        text.bytes += part.text.utf8
        if bytes + text.size > Self.maximumBytes { (texts, bytes) = ([:], 0) }
        guard text.size <= Self.maximumBytes else { return }
        texts[part.sha256] = text
        bytes += text.size
    }

    private mutating func take(_ sha256: String) -> Text? {
        guard let text = texts.removeValue(forKey: sha256) else { return nil }
        bytes -= text.size
        return text
    }

    /// How many lines are waited for.
    package var count: Int { texts.count }
}

/// What a line says about parts.
private struct Mark {
    struct Part {
        var sha256 = ""
        /// From 1; of the sum how many there are.
        var number = 0
        var text = ""
    }

    var part: Part?
    var sum: Part?

    init(_ line: [UInt8]) throws(JSONError) {
        var (part, sum): (Part?, Part?) = (nil, nil)
        try JSONReader.read(line) { reader throws(JSONError) in
            _ = try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "part": part = try Self.part(&reader)
                case "parts": sum = try Self.part(&reader)
                default: try reader.skipValue()
                }
            }
        }
        (self.part, self.sum) = (part, sum)
    }

    private static func part(_ reader: inout JSONReader) throws(JSONError) -> Part? {
        var part = Part()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "sha256": part.sha256 = try reader.readString() ?? ""
            case "number", "count": part.number = try reader.readNumber().flatMap { Int($0) } ?? 0
            case "text": part.text = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        return SHA256.isHexDigest(part.sha256) ? part : nil
    }
}
