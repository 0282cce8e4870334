private import Digest
package import JSONPull

/// `spec.parameters` or a step's: what is in the map, null entries left out, of a repeated key the last.
package struct Parameters: Sendable {
    /// The value of an entry.
    package enum Value: Sendable, Equatable {
        case string(ExactString)
        case other(Other)

        /// What an entry has in the place of a string.
        ///
        /// A class because nearly all entries have strings, and copies of them are on the way of every review.
        package final class Other: Sendable, Equatable {
            /// What it is.
            package enum Content: Sendable, Equatable {
                /// A value the CRD forbids.
                case notString(JSONKind, json: ExactString)
                /// A string that is not blank, and of which only measures are known.
                case measured(MeasuredText)
            }

            package let content: Content

            init(_ content: Content) {
                self.content = content
            }

            package static func == (lhs: Other, rhs: Other) -> Bool { lhs.content == rhs.content }
        }

        /// What is known of a string that is not known itself.
        package var measured: MeasuredText? {
            if case .other(let other) = self, case .measured(let text) = other.content { text } else { nil }
        }

        /// Length of a string in UTF-8 bytes; nil of anything else.
        package var byteCount: Int? {
            switch self {
            case .string(let text): text.string.utf8.count
            case .other: measured?.byteCount
            }
        }

        /// What nobody sees in a string; nil for nothing.
        package var suspect: SuspectText? {
            switch self {
            case .string(let text): SuspectText(text)
            case .other: measured.flatMap { SuspectText($0) }
            }
        }

        /// Whether there is a `$` in a string that is kept.
        var hasDollar: Bool { if case .string(let text) = self { text.has(UInt8(ascii: "$")) } else { false } }

        /// What tells two values of an entry apart; never a string itself.
        package var identity: ExactString {
            switch self {
            case .string(let text): ExactString(SHA256.hexDigest(of: text.string))
            case .other(let other):
                switch other.content {
                case .notString(_, let json): json
                case .measured(let text): text.identity
                }
            }
        }
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
            case .other:
                isString = value.measured != nil
                hasText = isString
            }
        }

        /// The value trimmed; nil when it is blank or no string.
        package var text: ExactString? {
            switch value {
            case .string(let text): text.nonBlank
            case .other: value.measured?.standIn
            }
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
    /// Where each key is, once there are many.
    private var index: Index?

    /// Up to this many keys, comparing each with each is cheaper than hashing them.
    private static let fewEntries = 16

    /// Finds keys among many.
    ///
    /// A class because nearly no map has one: what it holds would be on the way of every other.
    private final class Index: Sendable {
        let places: [ExactString: Int]
        /// Places of the keys the controller knows, in order.
        let known: [Int]

        init(_ entries: [Entry]) {
            // Equal keys are dropped by now.
            places = Dictionary(zip(entries.lazy.map(\.key), entries.indices)) { $1 }
            known = entries.indices.filter { entries[$0].name != nil }
        }
    }

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
            try reader.countKept()
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
                entries.append(Entry(name: name, key: text, value: try Value(other: kind, &reader)))
            }
        }
        self.entries = entries
        let repeated = mayRepeat ? Self.superseded(entries) : []
        if !repeated.isEmpty || !nulls.isEmpty {
            let dropped = Set(nulls).union(repeated)
            self.entries = entries.indices.filter { !dropped.contains($0) }.map { entries[$0] }
        }
        if self.entries.count > Self.fewEntries { index = Index(self.entries) }
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

    /// What tells two maps apart, however they are written; never a string itself.
    ///
    /// Costs a digest of every value.
    package var identity: ExactString {
        let sorted = entries.sorted { $0.key < $1.key }
        let members = sorted.map { "\($0.key.string.utf8.count):\($0.key.string)=\($0.value.identity.string)" }
        return ExactString(SHA256.hexDigest(of: members.joined(separator: "\n")))
    }

    /// Where the entry of exactly this key is.
    func place(of key: ExactString) -> Int? {
        if let index { return index.places[key] }
        for place in entries.indices where entries[place].key == key { return place }
        return nil
    }

    /// Where the entry of a key is that the controller knows.
    func place(of name: ParameterName) -> Int? {
        if let index { return index.known.first { entries[$0].name == name } }
        for place in entries.indices where entries[place].name == name { return place }
        return nil
    }

    /// Calls `body` with the places of the keys the controller knows, in order.
    func forEachKnown(_ body: (Int) -> Void) {
        if let index {
            for place in index.known { body(place) }
        } else {
            for place in entries.indices where entries[place].name != nil { body(place) }
        }
    }

    /// The entry of a key the controller knows.
    package func entry(_ name: ParameterName) -> Entry? { place(of: name).map { entries[$0] } }
}

extension Parameters.Value {
    /// Reads a value of another type than string, which may stand for one that is not known.
    @inline(never)
    fileprivate init(other kind: JSONKind, _ reader: inout JSONReader) throws(JSONError) {
        guard let known = try reader.readMeasuredValue() else {
            self = .other(Other(.notString(kind, json: reader.text(of: try reader.skipValue()))))
            return
        }
        switch known {
        case .text(let text): self = .other(Other(.measured(text)))
        case .other(let kind, let identity): self = .other(Other(.notString(kind, json: identity)))
        }
    }
}
