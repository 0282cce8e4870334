import AgentRuns
import JSONPull
import TestPatience
import Testing

@Suite struct `Matching globs` {
    /// A matcher that tries every place for every piece.
    private static func matchesByTrying(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        if pattern == [UInt8(ascii: "*")] { return true }
        let pieces = pattern.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return pattern == text }
        guard text.count >= first.count + last.count, text.starts(with: first),
            text.reversed().starts(with: last.reversed())
        else { return false }
        var rest = text[first.count..<text.count - last.count]
        for piece in pieces.dropFirst().dropLast() {
            let found = rest.indices.first { rest[$0...].starts(with: piece) } ?? (piece.isEmpty ? rest.endIndex : nil)
            guard let found, !holdsLineEnd(rest[..<found]) else { return false }
            rest = rest[(found + piece.count)...]
        }
        return !holdsLineEnd(rest)
    }

    private static func holdsLineEnd(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains(0x0A) || bytes.contains(0x0D)
            || bytes.indices.contains {
                bytes[$0...].starts(with: [0xE2, 0x80, 0xA8]) || bytes[$0...].starts(with: [0xE2, 0x80, 0xA9])
            }
    }

    @Test func `agrees with trying every place`() throws {
        var random = SystemRandomNumberGenerator()
        let letters = ["a", "a", "a", "b", "b", "é", "\n", "\u{2028}", "\u{2027}"]
        func text(_ count: Int, _ letters: [String]) -> String {
            (0..<count).map { _ in letters.randomElement(using: &random) ?? "a" }.joined()
        }
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = text(.random(in: 1...8, using: &random), letters + ["*", "*", "*", "*"])
            guard let glob = Glob(ExactString(pattern)) else { continue }
            let subject = text(.random(in: 0...12, using: &random), letters)
            let trimmed = Array(glob.pattern.string.utf8)
            let expected = Self.matchesByTrying(trimmed, Array(subject.utf8))
            if expected { matched += 1 }
            #expect(
                glob.matches(ExactString(subject)) == expected,
                "\(pattern.debugDescription) \(subject.debugDescription)"
            )
        }
        #expect(matched > 100)
    }

    /// Few letters, so that a piece begins again within itself in every way there is.
    @Test func `agrees with trying every place, of every short piece`() throws {
        func texts(_ count: Int) -> [String] {
            (0..<(1 << count)).map { bits in
                String((0..<count).map { bits >> $0 & 1 == 0 ? "a" : "b" })
            }
        }
        let subjects = texts(8).map { (ExactString($0), Array($0.utf8)) }
        for piece in (1...5).flatMap(texts) {
            let pattern = "*\(piece)*"
            let glob = try #require(Glob(ExactString(pattern)))
            for (text, bytes) in subjects
            where glob.matches(text) != Self.matchesByTrying(Array(pattern.utf8), bytes) {
                Issue.record("\(pattern) \(text)")
            }
        }
    }

    /// One that goes back after each attempt takes 4 × 10¹¹ steps.
    @Test(.limit(minutes: 2)) func `costs no more than pattern and text`() throws {
        let start = String(repeating: "a", count: 500_000)
        let text = ExactString(start + start + start)
        #expect(try !#require(Glob(ExactString("*\(start)b*"))).matches(text))
        #expect(try #require(Glob(ExactString("*\(start)*\(start)*"))).matches(text))
    }
}
