internal import FoundationEssentials
internal import JSONPull
internal import KubernetesClient

/// A Secret as it was read: enough to write it back with other data and nothing else changed.
struct SecretObject: Sendable {
    let resourceVersion: String
    /// By key; what is no UTF-8 text is left out.
    let texts: [String: String]
    /// `metadata` as it stands, and the data of others: JSON values.
    private let metadata: [UInt8]
    private let type: String
    private let others: [(key: String, base64: String)]

    static func decode(_ body: [UInt8]) throws(AnswerProblem) -> SecretObject {
        var fields = Fields()
        try AnswerProblem.readMembers(of: body) { reader, key throws(JSONError) in try fields.read(key, from: &reader) }
        guard let metadata = fields.metadata, let version = fields.resourceVersion else {
            throw .unexpected("no metadata.resourceVersion, so it is no Secret")
        }
        return SecretObject(fields, metadata: Array(body[metadata]), resourceVersion: version)
    }

    private init(_ fields: Fields, metadata: [UInt8], resourceVersion: String) {
        self.metadata = metadata
        self.resourceVersion = resourceVersion
        type = fields.type.isEmpty ? "Opaque" : fields.type
        others = fields.data.filter { !KeptCertificates.keys.contains($0.key) }
        var texts: [String: String] = [:]
        for (key, base64) in fields.data {
            texts[key] = Data(base64Encoded: base64).flatMap { String(validating: $0, as: UTF8.self) }
        }
        self.texts = texts
    }

    private struct Fields {
        var metadata: Range<Int>?
        var resourceVersion: String?
        var type = ""
        var data: [(key: String, base64: String)] = []

        mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws(JSONError) {
            switch key {
            case "metadata":
                _ = try reader.peek()
                let start = reader.position
                var version: String?
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "resourceVersion": version = try reader.readNonEmptyString()
                    default: try reader.skipValue()
                    }
                }
                (metadata, resourceVersion) = (start..<reader.position, version)
            case "type": type = try reader.readString() ?? ""
            case "data":
                var data: [(key: String, base64: String)] = []
                try reader.readMembers { reader, key throws(JSONError) in
                    let name = key.string
                    data.append((name, try reader.readString() ?? ""))
                }
                self.data = data
            default: try reader.skipValue()
            }
        }
    }

    /// The body of an update, refused by the API server when the Secret has changed since.
    func update(_ data: [(key: String, text: String)]) -> [UInt8] {
        Self.encode(metadata: metadata, type: type, data: data.map(Self.base64) + others)
    }

    /// The body of a creation.
    static func create(name: String, namespace: String, _ data: [(key: String, text: String)]) -> [UInt8] {
        var metadata = JSONWriter()
        metadata.beginObject()
        metadata.member("name", name)
        metadata.member("namespace", namespace)
        metadata.endObject()
        return encode(metadata: metadata.bytes, type: "Opaque", data: data.map(base64))
    }

    private static func base64(_ item: (key: String, text: String)) -> (key: String, base64: String) {
        (item.key, Data(item.text.utf8).base64EncodedString())
    }

    private static func encode(
        metadata: [UInt8],
        type: String,
        data: [(key: String, base64: String)]
    ) -> [UInt8] {
        var rest = JSONWriter()
        rest.beginObject()
        rest.member("type", type)
        rest.key("data")
        rest.beginObject()
        for (key, base64) in data {
            rest.escapedKey(key)
            rest.string(base64)
        }
        rest.endObject()
        rest.endObject()
        let head = Array(#"{"apiVersion":"v1","kind":"Secret","metadata":"#.utf8)
        return head + metadata + [UInt8(ascii: ",")] + rest.bytes.dropFirst()
    }
}
