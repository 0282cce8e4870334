package import JSONPull

/// One YAML document as JSON, with a map back to the YAML.
package struct YAMLDocument: Sendable {
    /// The document as compact JSON, keys in the order of the YAML.
    package let json: [UInt8]
    /// The place of the document's root.
    package let position: SourcePosition
    /// What reads, but hardly as it was meant.
    package let warnings: [YAMLWarning]
    /// Where every key and value of ``json`` stands.
    package let positions: YAMLPositionMap

    /// The place of the key or value that stands at `offset` in ``json``, or is the last to start before it.
    ///
    /// An alias stands where it is written; what is inside of its value, and what a merge key brings, where the
    /// anchor is.
    package func position(ofJSONOffset offset: Int) -> SourcePosition {
        positions.position(ofJSONOffset: offset) ?? position
    }
}

/// Where every key and value of a document's JSON stands in the YAML, sorted by offset.
package struct YAMLPositionMap: Sendable {
    /// 12 bytes an entry; ``YAMLLimits`` keep all three far below 2³².
    private struct Entry {
        var offset: UInt32
        var line: UInt32
        var column: UInt32
    }

    private var entries: [Entry] = []

    /// Adds an entry; offsets must not fall.
    mutating func append(offset: Int, position: YAMLMark) {
        entries.append(Entry(offset: UInt32(truncatingIfNeeded: offset), line: position.line, column: position.column))
    }

    /// The position of the last entry at or before `offset`.
    package func position(ofJSONOffset offset: Int) -> SourcePosition? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Int(entries[middle].offset) <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let entry = entries[low - 1]
        return YAMLMark(line: entry.line, column: entry.column).position
    }
}
