internal import JSONPull

/// A value as it was pulled out, in the order of the text, to be written again; without recursion, as what it checks.
struct JSONValue {
    private enum Token {
        case null
        case boolean(Bool)
        case string(String)
        /// As it is written.
        case number(String)
        case key(String)
        case beginArray
        case endArray
        case beginObject
        case endObject
    }

    private var tokens: [Token] = []

    init(_ reader: inout JSONReader) throws(JSONError) {
        var open: [(isObject: Bool, isFirst: Bool)] = []
        repeat {
            switch try reader.peek() {
            case .null:
                try reader.skipValue()
                tokens.append(.null)
            case .boolean: tokens.append(.boolean(try reader.readBoolean() ?? false))
            case .string: tokens.append(.string(try reader.readString() ?? ""))
            case .number: tokens.append(.number(try reader.readNumber() ?? ""))
            case .array:
                _ = try reader.enterArray()
                tokens.append(.beginArray)
                open.append((false, true))
                require(open.count <= JSONReader.defaultMaximumDepth + 1, "\(open.count) levels")
            case .object:
                _ = try reader.enterObject()
                tokens.append(.beginObject)
                open.append((true, true))
            }
            while let last = open.last {
                if last.isObject, let key = try reader.nextKey(&open[open.count - 1].isFirst) {
                    tokens.append(.key(key.string))
                    break
                }
                if !last.isObject, try reader.nextElement(&open[open.count - 1].isFirst) { break }
                tokens.append(last.isObject ? .endObject : .endArray)
                open.removeLast()
            }
        } while !open.isEmpty
    }

    var written: [UInt8] {
        var writer = JSONWriter()
        for token in tokens {
            switch token {
            case .null: writer.null()
            case .boolean(let value): writer.boolean(value)
            case .string(let value): writer.string(value)
            case .number(let text): writer.value(ExactString(text))
            case .key(let key): writer.escapedKey(key)
            case .beginArray: writer.beginArray()
            case .endArray: writer.endArray()
            case .beginObject: writer.beginObject()
            case .endObject: writer.endObject()
            }
        }
        return writer.bytes
    }
}

/// Ends the process if a text for people has what they cannot see.
func requireVisible(_ text: String, file: StaticString = #file, line: UInt = #line) {
    require(
        text.unicodeScalars.allSatisfy { VisibleText.isVisible($0) || $0 == "\n" },
        "a character that is not seen in: \(text.debugDescription)",
        file: file,
        line: line
    )
}
