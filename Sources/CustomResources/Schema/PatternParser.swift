internal import JSONPull

/// Reads a pattern; nil wherever it has something that is beyond it.
struct PatternParser {
    private static let maximumDepth = 50
    private static let maximumRepetitions = 1000

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    /// Whether there was a repetition of more than RE2 takes.
    private var isBroken = false

    init(_ text: ExactString) {
        scalars = Array(text.string.unicodeScalars)
    }

    mutating func parse() -> PatternNode? {
        guard let node = parseEither(), index == scalars.count else { return nil }
        return node
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private mutating func parseEither() -> PatternNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { return nil }
        var options: [PatternNode] = []
        repeat {
            guard let sequence = parseSequence() else { return nil }
            options.append(sequence)
        } while take("|")
        return options.count == 1 ? options[0] : .either(options)
    }

    private mutating func parseSequence() -> PatternNode? {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            guard var node = parseOne() else { return nil }
            if let repeated = parseRepetition(of: node) {
                node = repeated
                // RE2 takes no repetition of a repetition.
                if let scalar = next, "*+?".unicodeScalars.contains(scalar) || counts() != nil { return nil }
            }
            if isBroken { return nil }
            nodes.append(node)
        }
        return .sequence(nodes)
    }

    /// The node with the repetition that follows; nil when none does.
    private mutating func parseRepetition(of node: PatternNode) -> PatternNode? {
        let repeated: PatternNode
        if take("*") {
            repeated = .repeated(node, atLeast: 0, atMost: nil)
        } else if take("+") {
            repeated = .repeated(node, atLeast: 1, atMost: nil)
        } else if take("?") {
            repeated = .repeated(node, atLeast: 0, atMost: 1)
        } else if next == "{", let (minimum, maximum, end) = counts() {
            index = end
            isBroken = isBroken || max(minimum, maximum ?? 0) > Self.maximumRepetitions || minimum > maximum ?? .max
            repeated = .repeated(node, atLeast: minimum, atMost: maximum)
        } else {
            return nil
        }
        // Whether as few or as many as possible makes no difference to whether there is a match.
        _ = take("?")
        return repeated
    }

    /// What `{2}`, `{2,}` and `{2,3}` say, and where they end; nil when it is no repetition, but that text.
    private func counts() -> (Int, Int?, end: Int)? {
        guard let end = scalars[index...].firstIndex(where: { $0 == "}" }), end - index < 12 else { return nil }
        let parts = scalars[(index + 1)..<end].split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," })
            .map { part in
                String(String.UnicodeScalarView(part))
            }
        guard let first = parts.first, let minimum = Int(first), minimum >= 0 else { return nil }
        if parts.count == 1 { return (minimum, minimum, end + 1) }
        guard parts.count == 2 else { return nil }
        if parts[1].utf8.isEmpty { return (minimum, nil, end + 1) }
        guard let maximum = Int(parts[1]), maximum >= 0 else { return nil }
        return (minimum, maximum, end + 1)
    }

    private mutating func parseOne() -> PatternNode? {
        guard let scalar = next else { return nil }
        index += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .set(ScalarSet(ranges: [0x0A...0x0A], isInverted: true))
        case "(":
            if take("?"), !take(":") { return nil }
            guard let node = parseEither(), take(")") else { return nil }
            return node
        case "[": return parseClass().map { .set($0) }
        case "\\": return parseEscape().map { .set($0) }
        case "*", "+", "?": return nil
        default: return .set(ScalarSet(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func parseClass() -> ScalarSet? {
        var set = ScalarSet(isInverted: take("^"))
        var isFirst = true
        while let scalar = next, isFirst || scalar != "]" {
            isFirst = false
            index += 1
            // `[:alpha:]` and its like.
            if scalar == "[", next == ":" { return nil }
            var low = scalar.value
            if scalar == "\\" {
                guard let escape = parseEscape(), !escape.isInverted else { return nil }
                guard escape.ranges.count == 1, escape.ranges[0].count == 1 else {
                    set.ranges += escape.ranges
                    continue
                }
                low = escape.ranges[0].lowerBound
            }
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                set.ranges.append(low...low)
                continue
            }
            index += 1
            var high = scalars[index].value
            index += 1
            if high == 0x5C {
                guard let escape = parseEscape(), escape.ranges.count == 1, escape.ranges[0].count == 1 else {
                    return nil
                }
                high = escape.ranges[0].lowerBound
            }
            guard low <= high else { return nil }
            set.ranges.append(low...high)
        }
        return take("]") ? set : nil
    }

    /// What stands behind a backslash.
    private mutating func parseEscape() -> ScalarSet? {
        guard let scalar = next else { return nil }
        index += 1
        let digits: [ClosedRange<UInt32>] = [0x30...0x39]
        let words: [ClosedRange<UInt32>] = digits + [0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
        let blanks: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
        let controls: [Unicode.Scalar: UInt32] = ["n": 0x0A, "t": 0x09, "r": 0x0D, "f": 0x0C, "v": 0x0B, "a": 0x07]
        switch scalar {
        case "d": return ScalarSet(ranges: digits)
        case "D": return ScalarSet(ranges: digits, isInverted: true)
        case "w": return ScalarSet(ranges: words)
        case "W": return ScalarSet(ranges: words, isInverted: true)
        case "s": return ScalarSet(ranges: blanks)
        case "S": return ScalarSet(ranges: blanks, isInverted: true)
        default: break
        }
        if let control = controls[scalar] { return ScalarSet(ranges: [control...control]) }
        // Letters and digits mean something that is beyond this; marks mean themselves.
        let isWord = words.contains { $0.contains(scalar.value) } && scalar != "_"
        return isWord ? nil : ScalarSet(ranges: [scalar.value...scalar.value])
    }
}
