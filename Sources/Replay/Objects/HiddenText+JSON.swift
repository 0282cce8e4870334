internal import AgentRuns
internal import JSONPull

/// What is kept of it: `{"unseen": {"tag": 2, "line": 1, "column": 5}, "bidirectional": …}`, each only where there is any.
extension HiddenText {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let hidden { hidden.write("unseen", to: &writer) }
        if let bidirectional { bidirectional.write("bidirectional", to: &writer) }
        writer.endObject()
    }

    /// Reads what ``write(to:)`` wrote.
    convenience init(kept reader: inout JSONReader) throws(JSONError) {
        var (hidden, bidirectional): (Marks?, Marks?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "unseen": hidden = try Marks(kept: &reader)
            case "bidirectional": bidirectional = try Marks(kept: &reader)
            default: try reader.skipValue()
            }
        }
        self.init(hidden: hidden, bidirectional: bidirectional)
    }
}

extension HiddenText.Marks {
    fileprivate func write(_ name: StaticString, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginObject()
        for kind in HiddenText.Kind.allCases {
            guard let count = counts[kind] else { continue }
            writer.escapedKey(kind.rawValue)
            writer.integer(count)
        }
        writer.member("line", position.line)
        writer.member("column", position.column)
        writer.endObject()
    }

    fileprivate init(kept reader: inout JSONReader) throws(JSONError) {
        var counts: [HiddenText.Kind: Int] = [:]
        var (line, column) = (1, 1)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "line": line = try reader.readCount()
            case "column": column = try reader.readCount()
            default:
                if let kind = HiddenText.Kind(rawValue: key.string) {
                    counts[kind] = try reader.readCount()
                } else {
                    try reader.skipValue()
                }
            }
        }
        self.init(counts: counts, position: SourcePosition(line: line, column: column))
    }
}
