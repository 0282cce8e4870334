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

    /// - Returns: nil when the pattern is blank.
    package init?(_ pattern: ExactString, isCaseSensitive: Bool = true) {
        guard let trimmed = pattern.nonBlank else { return nil }
        self.pattern = trimmed
        folded = isCaseSensitive ? trimmed : trimmed.asciiLowercased
        let bytes = folded.string.utf8
        let star = UInt8(ascii: "*")
        prefixLength = bytes.firstIndex(of: star).map { bytes.distance(from: bytes.startIndex, to: $0) }
        suffixLength =
            bytes.reversed().firstIndex(of: star).map { bytes.distance(from: $0.base, to: bytes.endIndex) } ?? 0
    }

    /// Whether the pattern matches all of `text`, which is in lower case where case makes no difference.
    package func matches(_ text: ExactString) -> Bool {
        guard let prefixLength else { return folded == text }
        return unsafe folded.withBytes { pattern in
            unsafe text.withBytes { text in
                unsafe Self.matches(text, pattern, prefixLength: prefixLength, suffixLength: suffixLength)
            }
        }
    }

    private static func matches(
        _ text: UnsafeBufferPointer<UInt8>,
        _ pattern: UnsafeBufferPointer<UInt8>,
        prefixLength: Int,
        suffixLength: Int
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
            while unsafe pattern[pieceEnd] != UInt8(ascii: "*") { pieceEnd += 1 }
            let literal = unsafe UnsafeBufferPointer(rebasing: pattern[piece..<pieceEnd])
            guard let found = unsafe find(literal, in: text, from: start, to: end),
                unsafe !containsLineTerminator(text, from: start, to: found)
            else { return false }
            start = found + (pieceEnd - piece)
            piece = pieceEnd + 1
        }
        return unsafe !containsLineTerminator(text, from: start, to: end)
    }

    private static func find(
        _ literal: UnsafeBufferPointer<UInt8>,
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        to end: Int
    ) -> Int? {
        var place = start
        while place + literal.count <= end {
            var index = 0
            while unsafe index < literal.count && text[place + index] == literal[index] { index += 1 }
            if index == literal.count { return place }
            place += 1
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
