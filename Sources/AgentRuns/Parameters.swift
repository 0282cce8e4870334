package import JSONPull

/// `spec.parameters` or a step's: what is in the map, null entries left out, of a repeated key the last.
package struct Parameters: Sendable {
    /// The value of an entry.
    package enum Value: Sendable, Equatable {
        case string(ExactString)
        /// A value the CRD forbids.
        case notString(JSONKind, json: ExactString)
    }

    /// One entry.
    package struct Entry: Sendable {
        /// The key as one the controller knows; nil for any other.
        package let name: ParameterName?
        package let key: ExactString
        package let value: Value
        /// Whether the value is a string; the controller passes over others.
        package let isString: Bool
        /// Whether there is a ``text``.
        let hasText: Bool

        init(name: ParameterName?, key: ExactString, value: Value) {
            (self.name, self.key, self.value) = (name, key, value)
            switch value {
            case .string(let text): (isString, hasText) = (true, !text.isBlank)
            case .notString: (isString, hasText) = (false, false)
            }
        }

        /// The value trimmed; nil when it is blank or no string.
        package var text: ExactString? {
            if case .string(let text) = value { text.nonBlank } else { nil }
        }

        /// Whether the keys are the same; known ones are told apart by a byte.
        func hasKey(of other: Entry) -> Bool {
            name == other.name && (name != nil || key == other.key)
        }

        /// Whether the key is, trimmed and in any case, `prompt`, which 2026-08 refuses.
        package var isPromptInAnyCase: Bool { name == .prompt || key.trimmed.asciiLowercased == "prompt" }
    }

    /// Entries in the order written.
    package private(set) var entries: [Entry] = []

    /// Up to this many keys, comparing each with each is cheaper than hashing them.
    private static let fewEntries = 16

    package init() {}

    /// Reads the map; anything but an object is empty.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        var entries: [Entry] = []
        // Null takes part until the end: it may be the last of a repeated key.
        var nulls: [Int] = []
        // The known names that were seen, a bit each, and whether one came twice; other keys are compared afterwards.
        var seen: UInt32 = 0
        var mayRepeat = false
        try reader.readMembers { reader, key throws(JSONError) in
            if entries.isEmpty { entries.reserveCapacity(8) }
            let name = ParameterName(key)
            let bit: UInt32 = if let name { 1 << UInt32(name.rawValue) } else { 0 }
            mayRepeat = mayRepeat || bit == 0 || seen & bit != 0
            seen |= bit
            let text = name?.key ?? ExactString(key.string)
            let kind = try reader.peek()
            if kind == .string, let string = try reader.readExactString() {
                entries.append(Entry(name: name, key: text, value: .string(string)))
            } else {
                if kind == .null { nulls.append(entries.count) }
                let json = reader.text(of: try reader.skipValue())
                entries.append(Entry(name: name, key: text, value: .notString(kind, json: json)))
            }
        }
        self.entries = entries
        let repeated = mayRepeat ? Self.superseded(entries) : []
        guard !repeated.isEmpty || !nulls.isEmpty else { return }
        let dropped = Set(nulls).union(repeated)
        self.entries = entries.indices.filter { !dropped.contains($0) }.map { entries[$0] }
    }

    /// Indices of entries that a later one of the same key replaces.
    private static func superseded(_ entries: [Entry]) -> [Int] {
        if entries.count <= fewEntries {
            return entries.indices.filter { index in
                entries[(index + 1)...].contains { $0.hasKey(of: entries[index]) }
            }
        }
        var last: [ExactString: Int] = [:]
        for index in entries.indices { last[entries[index].key] = index }
        return entries.indices.filter { last[entries[$0].key] != $0 }
    }

    /// The entry of exactly this key.
    package func entry(_ key: ExactString) -> Entry? {
        entries.first { $0.key == key }
    }

    /// The entry of a key the controller knows.
    package func entry(_ name: ParameterName) -> Entry? {
        for entry in entries where entry.name == name { return entry }
        return nil
    }
}
