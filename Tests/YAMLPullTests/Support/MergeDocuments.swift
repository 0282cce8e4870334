import TestRandomness

/// Makes YAML mappings at random that anchor, alias and merge one another, most of them good.
struct MergeDocuments {
    private var random: SplitMix
    /// What `*name` may stand for here.
    private var mappings: [String] = []
    private var others: [String] = []
    private var anchors = 0

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
    }

    /// A list of mappings, in flow style on one line.
    mutating func next() -> String {
        (mappings, others, anchors) = ([], [], 0)
        return "[" + (0..<Int.random(in: 2...6, using: &random)).map { _ in value(depth: 0) }.joined(separator: ", ")
            + "]"
    }

    private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func one(_ choices: String...) -> String { choices.randomElement(using: &random) ?? "" }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5 where depth < 4: return anchored(isMapping: true) { $0.mapping(depth: depth + 1) }
        case 5 where depth < 4:
            return anchored(isMapping: false) { generator in
                let values = (0..<Int.random(in: 0...3, using: &generator.random)).map { _ in
                    generator.value(depth: depth + 1)
                }
                return "[" + values.joined(separator: ", ") + "]"
            }
        case 6 where !mappings.isEmpty || !others.isEmpty: return alias(mappings + others)
        case 7: return anchored(isMapping: false) { $0.one("x", "'z'", "yes", "0x1f", "~", "1.50", "2001-12-14", "<<") }
        default: return "v\(Int.random(in: 0..<100, using: &random))"
        }
    }

    private mutating func alias(_ names: [String]) -> String { "*" + (names.randomElement(using: &random) ?? "none") }

    /// A value with an anchor or without.
    private mutating func anchored(isMapping: Bool, _ value: (inout Self) -> String) -> String {
        guard happens(60) else { return value(&self) }
        // Some names are given twice: the last one counts.
        anchors += happens(90) ? 1 : 0
        let name = "n\(anchors)"
        // Seldom, a value that contains itself.
        if happens(1) { mappings.append(name) }
        let text = value(&self)
        mappings.removeAll { $0 == name }
        others.removeAll { $0 == name }
        if isMapping { mappings.append(name) } else { others.append(name) }
        return "&\(name) \(text)"
    }

    private mutating func mapping(depth: Int) -> String {
        let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            guard happens(35) else { return "\(key()): \(value(depth: depth))" }
            return "\(mergeKey()): \(mergeValue(depth: depth))"
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private mutating func key() -> String {
        happens(85)
            ? one("a", "b", "c", "d", "repository", "head")
            : one(
                "'a'",
                "\"b\"",
                "! c",
                "!!str d",
                "yes",
                "on",
                "1",
                "0x1",
                "1.5",
                "'<<'",
                "<",
                "!!binary YQ==",
                "&k d"
            )
    }

    private mutating func mergeKey() -> String {
        happens(80) ? "<<" : one("!!merge <<", "!!merge '<<'", "! <<", "! '<<'", "'<<'", "\"<<\"", "!!str <<", "!x <<")
    }

    private mutating func mergeValue(depth: Int) -> String {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<60 where !mappings.isEmpty: return alias(mappings)
        case 60..<78:
            let sources = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                mappings.isEmpty || happens(30) ? mapping(depth: depth + 1) : alias(mappings)
            }
            return "[" + sources.joined(separator: ", ") + "]"
        case 78: return one("x", "~", "[x]", "[[{a: 1}]]")
        case 79 where !others.isEmpty: return alias(others)
        default: return depth < 5 ? anchored(isMapping: true) { $0.mapping(depth: depth + 1) } : "{}"
        }
    }
}
