package import JSONPull

/// A pattern over a whole string: `*` matches any run of characters without line terminators, everything else itself;
/// a lone `*` matches everything (`controller-semantics.md` section 8.2).
package struct Glob: Sendable {
    /// The pattern as written, trimmed.
    package let pattern: ExactString
    private let pieces: [[UInt8]]
    private let isCaseSensitive: Bool

    /// - Returns: nil when the pattern is blank.
    package init?(_ pattern: ExactString, isCaseSensitive: Bool = true) {
        guard let trimmed = pattern.nonBlank else { return nil }
        self.pattern = trimmed
        self.isCaseSensitive = isCaseSensitive
        let text = isCaseSensitive ? trimmed : trimmed.asciiLowercased
        pieces = text.string.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether the pattern matches all of `text`.
    package func matches(_ text: ExactString) -> Bool {
        if pattern == "*" { return true }
        let subject = Array((isCaseSensitive ? text : text.asciiLowercased).string.utf8)
        guard pieces.count > 1 else { return subject == pieces[0] }
        let (prefix, suffix) = (pieces[0], pieces[pieces.count - 1])
        guard subject.count >= prefix.count + suffix.count, subject.starts(with: prefix),
            subject.suffix(suffix.count).elementsEqual(suffix)
        else { return false }
        // What the wildcards match must not hold a line end; literal parts may, and are then found before.
        var start = prefix.count
        let end = subject.count - suffix.count
        for piece in pieces[1..<(pieces.count - 1)] where !piece.isEmpty {
            guard let found = Self.find(piece, in: subject[start..<end]) else { return false }
            guard !Self.containsLineTerminator(subject[start..<found]) else { return false }
            start = found + piece.count
        }
        return !Self.containsLineTerminator(subject[start..<end])
    }

    private static func find(_ piece: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= piece.count else { return nil }
        return (text.startIndex...(text.endIndex - piece.count)).first { text[$0...].starts(with: piece) }
    }

    /// LF, CR, U+2028, U+2029.
    private static func containsLineTerminator(_ text: ArraySlice<UInt8>) -> Bool {
        text.indices.contains { index in
            switch text[index] {
            case 0x0A, 0x0D: true
            case 0xE2:
                text[index...].starts(with: [0xE2, 0x80, 0xA8]) || text[index...].starts(with: [0xE2, 0x80, 0xA9])
            default: false
            }
        }
    }
}

/// Globs of which one is enough; blank ones are dropped, and none at all is "not configured".
package struct GlobList: Sendable {
    private let globs: [Glob]

    package init(_ patterns: [ExactString], isCaseSensitive: Bool = true) {
        globs = patterns.compactMap { Glob($0, isCaseSensitive: isCaseSensitive) }
    }

    package var isEmpty: Bool { globs.isEmpty }

    /// The first pattern that matches one of `texts`.
    package func match(_ texts: ExactString...) -> ExactString? {
        globs.first { glob in texts.contains { glob.matches($0) } }?.pattern
    }
}
