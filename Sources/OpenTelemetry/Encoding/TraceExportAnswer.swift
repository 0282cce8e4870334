internal import JSONPull

/// What a collector says of an export that it has taken (`ExportTraceServiceResponse`).
struct TraceExportAnswer: Hashable, Sendable {
    /// Spans it has not taken after all.
    var rejected = 0
    /// Why, in its words; also a hint where it has taken all.
    var message: ExactString = ""

    /// Longer than anybody reads.
    private static let maximumMessageLength = 256

    /// Reads the body; one that says nothing that is understood has taken all.
    init(_ body: [UInt8]) {
        do throws(JSONError) {
            self = try JSONReader.read(body) { reader throws(JSONError) in
                var answer = TraceExportAnswer()
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "partialSuccess": try answer.readPartialSuccess(&reader)
                    default: try reader.skipValue()
                    }
                }
                return answer
            }
        } catch {
            self = TraceExportAnswer()
        }
    }

    private init() {}

    private mutating func readPartialSuccess(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "rejectedSpans":
                // A string by the mapping; some write a number.
                let text = try reader.peek() == .string ? try reader.readString() : try reader.readNumber()
                rejected = max(0, text.flatMap { Int($0) } ?? 0)
            case "errorMessage":
                message = ExactString(try reader.readString() ?? "").prefix(characters: Self.maximumMessageLength)
            default: try reader.skipValue()
            }
        }
    }
}
