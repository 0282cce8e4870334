import JSONPull

/// Passes over one value; nil when it is good.
func errorOfSkipping(_ bytes: [UInt8]) -> JSONError? {
    errorOf(bytes) { reader throws(JSONError) in try reader.skipValue() }
}

/// Pulls every key and value out one by one; nil when all is good.
func errorOfPulling(_ bytes: [UInt8]) -> JSONError? {
    errorOf(bytes) { reader throws(JSONError) in
        var writer = JSONWriter()
        try copyValue(&reader, to: &writer)
    }
}

/// Every value pulled out and written again.
func copy(_ bytes: [UInt8]) throws(JSONError) -> [UInt8] {
    try JSONReader.read(bytes) { reader throws(JSONError) in
        var writer = JSONWriter()
        try copyValue(&reader, to: &writer)
        return writer.bytes
    }
}

private func errorOf<Value>(
    _ bytes: [UInt8],
    _ read: (inout JSONReader) throws(JSONError) -> Value
) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONReader.read(bytes) { reader throws(JSONError) in try read(&reader) }
        return nil
    } catch {
        return error
    }
}

/// Numbers are written as integers where they are, else as their text in a string.
private func copyValue(_ reader: inout JSONReader, to writer: inout JSONWriter) throws(JSONError) {
    switch try reader.peek() {
    case .null:
        try reader.skipValue()
        writer.null()
    case .boolean: writer.boolean(try reader.readBoolean() ?? false)
    case .string: writer.string(try reader.readString() ?? "")
    case .number:
        let text = try reader.readNumber() ?? ""
        if let value = Int(text) { writer.integer(value) } else { writer.string(text) }
    case .array:
        writer.beginArray()
        var isFirst = true
        _ = try reader.enterArray()
        while try reader.nextElement(&isFirst) { try copyValue(&reader, to: &writer) }
        writer.endArray()
    case .object:
        writer.beginObject()
        var isFirst = true
        _ = try reader.enterObject()
        while let key = try reader.nextKey(&isFirst) {
            writer.escapedKey(key.string)
            try copyValue(&reader, to: &writer)
        }
        writer.endObject()
    }
}

/// The one string of a document `"…"`.
func string(_ bytes: [UInt8]) throws(JSONError) -> String? {
    try JSONReader.read(bytes) { reader throws(JSONError) in try reader.readString() }
}
