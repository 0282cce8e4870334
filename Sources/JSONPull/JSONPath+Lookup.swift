extension JSONPath {
    /// Where a path leads in a document.
    package struct Place: Equatable, Sendable {
        /// Offset of the member's key or of the list's element.
        package var offset: Int
        /// The same as a JSON Pointer (RFC 6901).
        package var pointer: String
        /// Whether the path leads there to its end; else this is the last thing on its way that there is.
        package var isExact: Bool
    }

    /// Finds what `path`, a text with whole keys (``wholeMember(_:)``), names in `bytes`, which must be JSON.
    ///
    /// Of a repeated key the last one counts, as everywhere.
    package static func place(of path: String, in bytes: UnsafeRawBufferPointer) -> Place {
        var lookup = JSONPathLookup()
        // The first name has no dot in front.
        let isName = !path.isEmpty && path.utf8.first != UInt8(ascii: "[")
        let steps = isName ? ".\(path)" : path
        do throws(JSONError) {
            try unsafe JSONReader.read(bytes) { reader throws(JSONError) in
                try lookup.visit(&reader, rest: ExactString(steps))
            }
        } catch {
            // What was found before the fault stands.
        }
        return lookup.place
    }
}

/// Follows a path through a document.
private struct JSONPathLookup {
    private(set) var place = JSONPath.Place(offset: 0, pointer: "", isExact: false)

    /// Looks for `rest` in the next value, which ``place`` leads to.
    mutating func visit(_ reader: inout JSONReader, rest: ExactString) throws(JSONError) {
        place.isExact = rest.isEmpty
        guard !rest.isEmpty else {
            try reader.skipValue()
            return
        }
        switch try reader.peek() {
        case .object: try visitMembers(&reader, rest)
        case .array: try visitElements(&reader, rest)
        default: try reader.skipValue()
        }
    }

    private mutating func visitMembers(_ reader: inout JSONReader, _ rest: ExactString) throws(JSONError) {
        guard try reader.enterObject() else { return }
        let parent = place.pointer
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            let name = key.string
            let step = JSONPath.wholeMember(name)
            guard let behind = Self.dropping(step, from: rest) else {
                try reader.skipValue()
                continue
            }
            place.offset = reader.keyOffset
            place.pointer = "\(parent)/\(Self.escaped(name))"
            try visit(&reader, rest: behind)
        }
    }

    private mutating func visitElements(_ reader: inout JSONReader, _ rest: ExactString) throws(JSONError) {
        guard try reader.enterArray() else { return }
        let parent = place.pointer
        var isFirst = true
        var index = 0
        while try reader.nextElement(&isFirst) {
            _ = try reader.peek()
            if let behind = Self.dropping("[\(index)]", from: rest) {
                place.offset = reader.position
                place.pointer = "\(parent)/\(index)"
                try visit(&reader, rest: behind)
            } else {
                try reader.skipValue()
            }
            index += 1
        }
    }

    /// What follows `step`, if `path` starts with it and it ends there.
    private static func dropping(_ step: String, from path: ExactString) -> ExactString? {
        guard let rest = path.dropping(prefix: ExactString(step)) else { return nil }
        return rest.isEmpty || rest.starts(with: ".") || rest.starts(with: "[") ? rest : nil
    }

    /// A reference token: `~` and `/` escaped.
    private static func escaped(_ key: String) -> String {
        var token = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
