package import JSONPull

/// A pattern over a whole string: `*` matches any run of characters without line terminators, everything else itself;
/// a lone `*` matches everything (`controller-semantics.md` section 8.2).
package struct Glob: Sendable {
    /// The pattern as written, trimmed.
    package let pattern: ExactString
    /// What is compared: the pattern, in lower case where case makes no difference.
    package let folded: ExactString
    /// Length in bytes of what stands before the first `*`; nil when there is none.
    package let prefixLength: Int?
    /// Length in bytes of what stands behind the last `*`.
    package let suffixLength: Int
    /// For each byte of what is between the first `*` and the last how many bytes before and with it are the start of its
    /// piece, too: what lets a search go on without going back (Knuth, Morris, Pratt).
    private let restarts: [UInt32]

    /// - Returns: nil when the pattern is blank.
    package init?(_ pattern: ExactString, isCaseSensitive: Bool = true) {
        guard let trimmed = pattern.nonBlank else { return nil }
        self.pattern = trimmed
        folded = isCaseSensitive ? trimmed : trimmed.asciiLowercased
        let bytes = folded.string.utf8
        let prefix = bytes.firstIndex(of: Self.star).map { bytes.distance(from: bytes.startIndex, to: $0) }
        let suffix =
            bytes.reversed().firstIndex(of: Self.star).map { bytes.distance(from: $0.base, to: bytes.endIndex) } ?? 0
        (prefixLength, suffixLength) = (prefix, suffix)
        restarts = prefix.map { Self.restarts(in: bytes.dropFirst($0 + 1).dropLast(suffix)) } ?? []
    }

    private static let star = UInt8(ascii: "*")

    /// What ``restarts`` is for `pieces`, each with its `*`; nearly always there are none.
    private static func restarts(in pieces: Substring.UTF8View) -> [UInt32] {
        if pieces.isEmpty { return [] }
        let bytes = Array(pieces)
        var restarts = [UInt32](repeating: 0, count: bytes.count)
        var start = 0
        var length = 0
        for index in bytes.indices {
            if bytes[index] == star {
                (start, length) = (index + 1, 0)
                continue
            }
            if index == start { continue }
            while length > 0, bytes[start + length] != bytes[index] { length = Int(restarts[start + length - 1]) }
            if bytes[start + length] == bytes[index] { length += 1 }
            restarts[index] = UInt32(truncatingIfNeeded: length)
        }
        return restarts
    }

    /// Whether the pattern matches all of `text`, which is in lower case where case makes no difference.
    ///
    /// Costs no more than the two are long.
    package func matches(_ text: ExactString) -> Bool {
        guard let prefixLength else { return folded == text }
        return unsafe folded.withBytes { pattern in
            unsafe text.withBytes { text in unsafe matches(text, pattern, prefixLength: prefixLength) }
        }
    }

    private func matches(
        _ text: UnsafeBufferPointer<UInt8>,
        _ pattern: UnsafeBufferPointer<UInt8>,
        prefixLength: Int
    ) -> Bool {
        if pattern.count == 1 { return true }
        guard text.count >= prefixLength + suffixLength else { return false }
        for index in 0..<prefixLength where unsafe text[index] != pattern[index] { return false }
        for index in 1..<(suffixLength + 1)
        where unsafe text[text.count - index] != pattern[pattern.count - index] {
            return false
        }
        // What the wildcards match must not hold a line end; literal parts may, and are then found before.
        var start = prefixLength
        let end = text.count - suffixLength
        var piece = prefixLength + 1
        let lastPiece = pattern.count - suffixLength
        while piece < lastPiece {
            var pieceEnd = piece
            while unsafe pattern[pieceEnd] != Self.star { pieceEnd += 1 }
            let place = unsafe find(pattern, piece..<pieceEnd, behind: prefixLength + 1, in: text, from: start, to: end)
            guard let place, unsafe !Self.containsLineTerminator(text, from: start, to: place) else { return false }
            start = place + (pieceEnd - piece)
            piece = pieceEnd + 1
        }
        return unsafe !Self.containsLineTerminator(text, from: start, to: end)
    }

    /// Where the part `piece` of the pattern is first in a part of the text; ``restarts`` begin at `origin` of the pattern.
    private func find(
        _ pattern: UnsafeBufferPointer<UInt8>,
        _ piece: Range<Int>,
        behind origin: Int,
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        to end: Int
    ) -> Int? {
        if piece.isEmpty { return start }
        var matched = 0
        for place in start..<end {
            let byte = unsafe text[place]
            while unsafe matched > 0 && byte != pattern[piece.lowerBound + matched] {
                matched = Int(restarts[piece.lowerBound - origin + matched - 1])
            }
            if unsafe byte == pattern[piece.lowerBound + matched] { matched += 1 }
            if matched == piece.count { return place + 1 - matched }
        }
        return nil
    }

    /// LF, CR, U+2028, U+2029.
    private static func containsLineTerminator(
        _ text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        to end: Int
    ) -> Bool {
        for index in start..<end {
            switch unsafe text[index] {
            case 0x0A, 0x0D: return true
            case 0xE2:
                if index + 2 < end, unsafe text[index + 1] == 0x80, unsafe text[index + 2] & 0xFE == 0xA8 {
                    return true
                }
            default: break
            }
        }
        return false
    }
}
