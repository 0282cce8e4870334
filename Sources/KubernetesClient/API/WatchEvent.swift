internal import JSONPull

/// One line of a watch: `{"type": …, "object": …}`.
package enum WatchEvent: Equatable, Sendable {
    /// An object as it stands in the line, and its version.
    package struct Item: Equatable, Sendable {
        /// The object's bytes in the line.
        package var object: Range<Int>
        package var resourceVersion: String

        package init(object: Range<Int>, resourceVersion: String) {
            self.object = object
            self.resourceVersion = resourceVersion
        }
    }

    case added(Item)
    case modified(Item)
    /// The object as it was last.
    case deleted(Item)
    /// Nothing happened up to this version.
    case bookmark(resourceVersion: String)
    /// The server ends the watch.
    case error(APIStatus)

    /// Where a watch has to start to see what comes after this event; nil after an error.
    package var resourceVersion: String? {
        switch self {
        case .added(let item), .modified(let item), .deleted(let item): item.resourceVersion
        case .bookmark(let resourceVersion): resourceVersion
        case .error: nil
        }
    }

    /// Reads one line, whose members may come in any order.
    package static func decode(_ line: [UInt8]) throws(AnswerProblem) -> WatchEvent {
        var type = ""
        var object: Range<Int>?
        var resourceVersion: String?
        var status = StatusFields()
        do throws(JSONError) {
            _ = try JSONReader.read(line) { reader throws(JSONError) in
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "type": type = try reader.readString() ?? ""
                    case "object":
                        _ = try reader.peek()
                        let start = reader.position
                        try reader.readMembers { reader, key throws(JSONError) in
                            switch key {
                            case "metadata": resourceVersion = try reader.readResourceVersion()
                            default: try status.read(key, from: &reader)
                            }
                        }
                        object = start..<reader.position
                    default: try reader.skipValue()
                    }
                }
            }
        } catch {
            throw .malformed(reason: error.located(in: line).description)
        }
        if type == "ERROR" { return .error(status.status(code: 500)) }
        guard let object, let resourceVersion else {
            throw .unexpected("a watch event without object or metadata.resourceVersion")
        }
        return try make(type, Item(object: object, resourceVersion: resourceVersion))
    }

    private static func make(_ type: String, _ item: Item) throws(AnswerProblem) -> WatchEvent {
        switch type {
        case "ADDED": return .added(item)
        case "MODIFIED": return .modified(item)
        case "DELETED": return .deleted(item)
        case "BOOKMARK": return .bookmark(resourceVersion: item.resourceVersion)
        default: throw .unexpected("a watch event of type \(VisibleText.quoted(ExactString(type)))")
        }
    }
}

extension JSONReader {
    /// `metadata.resourceVersion`; nil when there is none.
    mutating func readResourceVersion() throws(JSONError) -> String? {
        var resourceVersion: String?
        try readMembers { reader, key throws(JSONError) in
            switch key {
            case "resourceVersion": resourceVersion = try reader.readNonEmptyString()
            default: try reader.skipValue()
            }
        }
        return resourceVersion
    }
}
