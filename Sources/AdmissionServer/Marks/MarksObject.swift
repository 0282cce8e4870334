internal import AgentRuns
internal import FoundationEssentials
internal import JSONPull
internal import KubernetesClient

/// One of the ConfigMaps that marks are kept in, as it was read: enough to write it back with other marks.
struct MarksObject: Sendable {
    /// How many ConfigMaps there are.
    static let count = 16
    /// Most marks in one: 128 KiB, and 175 KB as base64 in a ConfigMap, which may have 1 MiB.
    static let maximumMarks = 16_384
    /// Of an answer with one of them: what an API server keeps of an object, escaped and with managed fields.
    static let maximumBytes = 4 << 20

    /// The name of each.
    static func name(_ index: Int) -> String { "agentrun-admission-marks-\(String(index, radix: 16))" }

    let resourceVersion: String
    /// Nil when it says none.
    let createdAt: Timestamp?
    let marks: SortedMarks
    /// What somebody else has made of it, which the next write puts right; nil when it is as it was written.
    let flaw: String?
    /// As it stands.
    private let metadata: [UInt8]

    static func decode(_ body: [UInt8]) throws(AnswerProblem) -> MarksObject {
        var fields = Fields()
        try AnswerProblem.readMembers(of: body) { reader, key throws(JSONError) in try fields.read(key, from: &reader) }
        guard let metadata = fields.metadata, let version = fields.resourceVersion else {
            throw .unexpected("no metadata.resourceVersion, so it is no ConfigMap")
        }
        return MarksObject(fields, metadata: Array(body[metadata]), resourceVersion: version)
    }

    private init(_ fields: Fields, metadata: [UInt8], resourceVersion: String) {
        (self.metadata, self.resourceVersion) = (metadata, resourceVersion)
        createdAt = Timestamp(fields.createdAt)
        (marks, flaw) = Self.reading(fields)
    }

    private static func reading(_ fields: Fields) -> (SortedMarks, flaw: String?) {
        let others = fields.hasOthers ? "has data beside binaryData.marks" : nil
        guard let text = fields.marks else {
            return (SortedMarks(), others)
        }
        guard let bytes = Data(base64Encoded: text) else {
            return (SortedMarks(), "has a binaryData.marks that is no base64")
        }
        guard let marks = SortedMarks(bytes: bytes) else {
            return (SortedMarks(), "has a binaryData.marks of \(bytes.count) bytes, where a mark has 8")
        }
        guard marks.count <= maximumMarks else {
            return (marks.prefix(maximumMarks), "has \(marks.count) marks, and \(maximumMarks) are read")
        }
        guard marks.bytes.elementsEqual(bytes) else { return (marks, "has marks out of order") }
        return (marks, others)
    }

    private struct Fields {
        var metadata: Range<Int>?
        var resourceVersion: String?
        var createdAt: ExactString = ""
        /// Base64; nil when there is none.
        var marks: String?
        var hasOthers = false

        mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws(JSONError) {
            switch key {
            case "metadata": try readMetadata(&reader)
            case "binaryData":
                marks = nil
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "marks": marks = try reader.readString() ?? ""
                    default:
                        hasOthers = true
                        try reader.skipValue()
                    }
                }
            case "data":
                try reader.readMembers { reader, _ throws(JSONError) in
                    hasOthers = true
                    try reader.skipValue()
                }
            default: try reader.skipValue()
            }
        }

        private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
            _ = try reader.peek()
            let start = reader.position
            // Of two the later counts, whole.
            (resourceVersion, createdAt) = (nil, "")
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "resourceVersion": resourceVersion = try reader.readNonEmptyString()
                case "creationTimestamp": createdAt = ExactString(try reader.readString() ?? "")
                default: try reader.skipValue()
                }
            }
            metadata = start..<reader.position
        }
    }

    /// The body of an update, refused by the API server when the ConfigMap has changed since.
    func update(_ marks: SortedMarks) -> [UInt8] { Self.encode(metadata: metadata, marks) }

    /// The body of a creation.
    static func create(_ index: Int, namespace: String, _ marks: SortedMarks) -> [UInt8] {
        var metadata = JSONWriter()
        metadata.beginObject()
        metadata.member("name", name(index))
        metadata.member("namespace", namespace)
        metadata.key("labels")
        metadata.beginObject()
        metadata.member("app.kubernetes.io/managed-by", "agentrun-admission")
        metadata.member("app.kubernetes.io/component", "review-marks")
        metadata.endObject()
        metadata.endObject()
        return encode(metadata: metadata.bytes, marks)
    }

    private static func encode(metadata: [UInt8], _ marks: SortedMarks) -> [UInt8] {
        var rest = JSONWriter(capacity: 12 * marks.count + 64)
        rest.beginObject()
        rest.key("binaryData")
        rest.beginObject()
        rest.member("marks", Data(marks.bytes).base64EncodedString())
        rest.endObject()
        rest.endObject()
        let head = Array(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":"#.utf8)
        return head + metadata + [UInt8(ascii: ",")] + rest.bytes.dropFirst()
    }
}
