package import AgentRuns
internal import Digest
package import JSONPull

/// A line of the decision log that is too long, in pieces: whoever puts their texts together has the line again.
package struct LineParts {
    /// Braces, keys, numbers, time and hash of a line with a piece.
    private static let frameBytes = 256

    private let pieces: [ArraySlice<UInt8>]
    private let sha256: String

    /// - Parameters:
    ///   - line: JSON fit to print, with its line end, which is in no piece.
    ///   - maximumBytes: what a line with a piece may have, at least 512.
    package init(_ line: [UInt8], maximumBytes: Int) {
        let text = line.dropLast()
        sha256 = SHA256.hexDigest(of: text)
        var pieces: [ArraySlice<UInt8>] = []
        var (start, size) = (text.startIndex, 0)
        for (index, byte) in text.enumerated() {
            // In a string each of these takes two bytes; there are no control characters in the line.
            let bytes = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 2 : 1
            size += bytes
            // A character has four bytes at the most, and is not cut.
            guard size > maximumBytes - Self.frameBytes - 4, byte & 0xC0 != 0x80 else { continue }
            pieces.append(text[start..<index])
            (start, size) = (index, bytes)
        }
        pieces.append(text[start...])
        self.pieces = pieces
    }

    /// A line a piece.
    package func lines(at time: Timestamp) -> [[UInt8]] {
        pieces.enumerated().map { index, piece in
            var writer = JSONWriter(capacity: piece.count + piece.count / 4 + Self.frameBytes)
            writer.beginObject()
            writer.member("time", time.text)
            // Whoever does not know parts reads that nothing is missing.
            writer.member("dropped", 0)
            writer.key("part")
            writer.beginObject()
            writer.member("sha256", sha256)
            writer.member("number", index + 1)
            writer.member("text", String(decoding: piece, as: UTF8.self))
            writer.endObject()
            writer.endObject()
            writer.newline()
            return writer.bytes
        }
    }

    /// The member by which the line behind the pieces says which they are.
    package func writeSum(to writer: inout JSONWriter) {
        writer.key("parts")
        writer.beginObject()
        writer.member("sha256", sha256)
        writer.member("count", pieces.count)
        writer.endObject()
    }
}
