internal import JSONPull

/// What of an editor's message is read: `{"id": …, "method": …, "params": {"textDocument": …, "position": …}}`.
struct ClientMessage {
    /// As JSON; nil for a notification.
    var id: String?
    var method = ""
    var uri = ""
    /// The whole text that is sent, if one is.
    var text: String?
    /// From 0.
    var line = 0
    /// In UTF-16 code units, from 0.
    var character = 0
    var endLine = 0

    init(_ reader: inout JSONReader) throws(JSONError) {
        var message = ClientMessage()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "id":
                let range = try reader.skipValue()
                // A number or a text; whatever else it is, it is told back as it came, if it is short.
                let text = reader.text(of: range).string
                if text.utf8.count <= 256 { message.id = text }
            case "method": message.method = try reader.readString() ?? ""
            case "params": try message.readParameters(&reader)
            default: try reader.skipValue()
            }
        }
        self = message
    }

    private init() {}

    private mutating func readParameters(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "textDocument": try readDocument(&reader)
            case "contentChanges": try readChanges(&reader)
            case "position": (line, character) = try Self.place(&reader)
            case "range": try readRange(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readDocument(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "uri": uri = try reader.readString() ?? ""
            case "text": text = try reader.readString()
            default: try reader.skipValue()
            }
        }
    }

    /// The last change counts: each is the whole text.
    private mutating func readChanges(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterArray() else { return }
        var isFirst = true
        while try reader.nextElement(&isFirst) {
            guard try reader.enterObject() else { continue }
            var isFirst = true
            while let key = try reader.nextKey(&isFirst) {
                switch key {
                case "text": text = try reader.readString()
                default: try reader.skipValue()
                }
            }
        }
    }

    private mutating func readRange(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.enterObject() else { return }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "start": (line, character) = try Self.place(&reader)
            case "end": endLine = try Self.place(&reader).line
            default: try reader.skipValue()
            }
        }
    }

    private static func place(_ reader: inout JSONReader) throws(JSONError) -> (line: Int, character: Int) {
        var place = (line: 0, character: 0)
        guard try reader.enterObject() else { return place }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "line": place.line = try reader.readNumber().flatMap { Int($0) } ?? 0
            case "character": place.character = try reader.readNumber().flatMap { Int($0) } ?? 0
            default: try reader.skipValue()
            }
        }
        return place
    }
}
