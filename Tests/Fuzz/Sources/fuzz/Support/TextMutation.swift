/// Changes a text by what it is made of: words, strings, and what is between brackets.
///
/// A change of single bytes leaves little JSON or YAML that is whole; these leave most of it whole, and get behind the readers.
struct TextMutation {
    private var random: SplitMix
    private let words: [[UInt8]]

    /// - Parameters:
    ///   - seed: decides the change.
    ///   - words: what may be put in place of others.
    init(seed: UInt32, words: [[UInt8]]) {
        random = SplitMix(seed: UInt64(seed))
        self.words = words
    }

    /// The text with one to four changes; at most `maximumBytes` of it.
    mutating func mutate(_ text: [UInt8], maximumBytes: Int) -> [UInt8] {
        var text = text
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            let tokens = Self.tokens(of: text)
            guard !tokens.isEmpty else { return text }
            text = change(text, tokens)
            if text.count > maximumBytes { text.removeLast(text.count - maximumBytes) }
        }
        return text
    }

    private mutating func change(_ text: [UInt8], _ tokens: [Range<Int>]) -> [UInt8] {
        let place = span(text, tokens)
        var text = text
        switch Int.random(in: 0..<9, using: &random) {
        case 0: text.removeSubrange(place)
        case 1: text.replaceSubrange(place, with: text[span(text, tokens)])
        case 2, 3:
            let word = words.randomElement(using: &random) ?? Array("null".utf8)
            let isQuoted = text[place.lowerBound] == Self.quote
            text.replaceSubrange(place, with: isQuoted ? [Self.quote] + word + [Self.quote] : word)
        case 4:
            // As an item or member beside it.
            let copy = Array(text[span(text, tokens)])
            text.insert(contentsOf: copy + [UInt8(ascii: ",")], at: place.lowerBound)
        case 5:
            // Many of them: what grows with the square shows.
            let count = [2, 10, 100, 1000].randomElement(using: &random) ?? 2
            let item = Array(text[place]) + [UInt8(ascii: ",")]
            let copies = repeatElement(item, count: min(count, 16_384 / item.count)).joined()
            text.insert(contentsOf: Array(copies), at: place.lowerBound)
        case 6:
            let values = ["null", "{}", "[]", "\"\"", "true", "0", "-1", "1e400", "[null]", "{\"a\":1}", "\"\\u0000\""]
            text.replaceSubrange(place, with: (values.randomElement(using: &random) ?? "0").utf8)
        case 7:
            // A long word.
            let count = [16, 64, 300, 5000].randomElement(using: &random) ?? 16
            let byte = UInt8.random(in: 0x20..<0x7F, using: &random)
            text.insert(contentsOf: repeatElement(byte, count: count), at: (place.lowerBound + place.upperBound) / 2)
        default:
            let line = Self.line(around: place.lowerBound, in: text)
            let other = Array(text[Self.line(around: span(text, tokens).lowerBound, in: text)])
            text.insert(contentsOf: other, at: line.lowerBound)
        }
        return text
    }

    /// A token, or with it all up to the bracket that closes it.
    private mutating func span(_ text: [UInt8], _ tokens: [Range<Int>]) -> Range<Int> {
        let index = Int.random(in: 0..<tokens.count, using: &random)
        let start = tokens[index]
        guard Self.opening.contains(text[start.lowerBound]) else { return start }
        var depth = 0
        for token in tokens[index...] {
            let byte = text[token.lowerBound]
            if Self.opening.contains(byte) { depth += 1 }
            if Self.closing.contains(byte) { depth -= 1 }
            if depth == 0 { return start.lowerBound..<token.upperBound }
        }
        return start
    }

    private static let quote = UInt8(ascii: "\"")
    private static let opening = Array("{[".utf8)
    private static let closing = Array("}]".utf8)

    /// Strings with their quotes, words, and single bytes of everything else but white space.
    private static func tokens(of text: [UInt8]) -> [Range<Int>] {
        var tokens: [Range<Int>] = []
        var index = 0
        while index < text.count {
            let start = index
            index += 1
            switch text[start] {
            case 0, 0x09, 0x0A, 0x0D, 0x20: continue
            case quote:
                while index < text.count, text[index] != quote { index += text[index] == UInt8(ascii: "\\") ? 2 : 1 }
                index = min(index + 1, text.count)
            case let byte where isWord(byte): while index < text.count, isWord(text[index]) { index += 1 }
            default: break
            }
            tokens.append(start..<index)
        }
        return tokens
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "/"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private static func line(around place: Int, in text: [UInt8]) -> Range<Int> {
        let start = text[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = text[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
        return start..<end
    }
}

/// Random numbers from a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
