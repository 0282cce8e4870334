package import JSONPull

/// `loop` of a workflow step (2026-08): how often it is repeated, and what is kept between the iterations.
package struct WorkflowLoop: Sendable {
    /// A value that must be one of a few strings.
    package enum Choice: Sendable, Equatable {
        case absent
        case text(ExactString)
        /// A value of another type than string, as JSON.
        case notText(ExactString)
    }

    /// `maxIterations`, truncated; 0 when it is no number.
    package private(set) var maxIterations = 0.0
    /// Whether `condition` is an object.
    package private(set) var hasCondition = false
    /// `condition.expression`, nil when blank.
    package private(set) var expression: ExactString?
    /// `condition.source.path`, nil when blank.
    package private(set) var path: ExactString?
    /// `condition.source.onMissing`.
    package private(set) var onMissing = Choice.absent
    /// `condition.source.onInvalid`.
    package private(set) var onInvalid = Choice.absent
    /// Whether `state.required` is the boolean `true`.
    package private(set) var requiresState = false
    /// `state.volumeNames`.
    package private(set) var volumeNames: [ExactString] = []

    /// The loop as JSON.
    package private(set) var text: ExactString = ""

    private init() {}

    /// Reads `loop`, nil unless it is an object.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> WorkflowLoop? {
        var loop = WorkflowLoop()
        _ = try reader.peek()
        let start = reader.position
        let isObject = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "maxIterations": loop.maxIterations = try reader.readWholeNumber()
            case "condition": try loop.readCondition(&reader)
            case "state": try loop.readState(&reader)
            default: try reader.skipValue()
            }
        }
        loop.text = reader.text(of: start..<reader.position)
        return isObject ? loop : nil
    }

    /// What stands at `path`, as `.loop.state.volumeNames`, as JSON; empty where nothing does.
    package func written(at path: StaticString) -> ExactString {
        let members = ExactString(path.description).split(at: ".").dropFirst(2)
        // The text is a piece of what was read, so that it can be read again.
        let written = try? JSONReader.read(Array(text.string.utf8)) { reader throws(JSONError) in
            try Self.written(at: members, in: &reader)
        }
        return written ?? ""
    }

    private static func written(
        at members: ArraySlice<ExactString>,
        in reader: inout JSONReader
    ) throws(JSONError) -> ExactString {
        guard let name = members.first else {
            let isNull = try reader.peek() == .null
            let range = try reader.skipValue()
            return isNull ? "" : reader.text(of: range)
        }
        var written: ExactString = ""
        try reader.readMembers { reader, key throws(JSONError) in
            if ExactString(key.string) == name {
                written = try Self.written(at: members.dropFirst(), in: &reader)
            } else {
                try reader.skipValue()
            }
        }
        return written
    }

    private mutating func readCondition(_ reader: inout JSONReader) throws(JSONError) {
        var loop = self
        (loop.expression, loop.path, loop.onMissing, loop.onInvalid) = (nil, nil, .absent, .absent)
        loop.hasCondition = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "expression": loop.expression = try reader.readNonBlank()
            case "source": try loop.readSource(&reader)
            default: try reader.skipValue()
            }
        }
        self = loop
    }

    private mutating func readSource(_ reader: inout JSONReader) throws(JSONError) {
        var loop = self
        (loop.path, loop.onMissing, loop.onInvalid) = (nil, .absent, .absent)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "path": loop.path = try reader.readNonBlank()
            case "onMissing": loop.onMissing = try Choice(&reader)
            case "onInvalid": loop.onInvalid = try Choice(&reader)
            default: try reader.skipValue()
            }
        }
        self = loop
    }

    private mutating func readState(_ reader: inout JSONReader) throws(JSONError) {
        var loop = self
        (loop.requiresState, loop.volumeNames) = (false, [])
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "required": loop.requiresState = try reader.readBoolean() ?? false
            case "volumeNames": loop.volumeNames = try reader.readList()
            default: try reader.skipValue()
            }
        }
        self = loop
    }
}

extension WorkflowLoop.Choice {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .string: self = try reader.readNonBlank().map(Self.text) ?? .absent
        case .null:
            try reader.skipValue()
            self = .absent
        default: self = .notText(reader.text(of: try reader.skipValue()))
        }
    }
}

extension JSONReader {
    /// A number, or a string that holds one, truncated; 0 for anything else.
    mutating func readWholeNumber() throws(JSONError) -> Double {
        let text = try peek() == .string ? readNonBlank()?.string : readNumber()
        // Nearly all are a few digits, which `strtod` takes its time for.
        if let text, text.utf8.count <= 9, let value = Int(text) { return Double(value) }
        guard let value = text.flatMap(Self.number), value.isFinite else { return 0 }
        return value.rounded(.towardZero)
    }

    /// As ECMAScript's `Number` reads a trimmed text: decimal, or whole behind `0x`, `0o` and `0b`.
    private static func number(_ text: String) -> Double? {
        let digits = text.utf8.dropFirst(2)
        guard text.utf8.first == UInt8(ascii: "0"), let radix = radix(text.utf8.dropFirst().first), !digits.isEmpty
        else {
            // Swift reads what is none of these, too.
            let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
            return isDecimal ? Double(text) : nil
        }
        var value = 0.0
        for byte in digits {
            guard let digit = Int(String(Unicode.Scalar(byte)), radix: radix) else { return nil }
            value = value * Double(radix) + Double(digit)
        }
        return value
    }

    private static func radix(_ mark: UInt8?) -> Int? {
        switch mark {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): 16
        case UInt8(ascii: "o"), UInt8(ascii: "O"): 8
        case UInt8(ascii: "b"), UInt8(ascii: "B"): 2
        default: nil
        }
    }
}
