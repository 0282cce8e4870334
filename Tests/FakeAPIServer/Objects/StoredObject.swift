/// One version of one object, encoded as it is sent.
package final class StoredObject: Sendable {
    /// Empty for an object of the cluster.
    package let namespace: String
    package let name: String
    package let uid: String
    package let version: Int
    package let bytes: [UInt8]
    /// Where `kind` and `apiVersion` end that the lists of built-in resources leave out; 0 for custom ones.
    let typeEnd: Int
    /// Lists are ordered by it, as etcd orders keys.
    let key: String

    init(namespace: String, name: String, uid: String, version: Int, bytes: [UInt8], typeEnd: Int = 0) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.version = version
        self.bytes = bytes
        self.typeEnd = typeEnd
        key = Self.key(namespace: namespace, name: name)
    }

    static func key(namespace: String, name: String) -> String {
        namespace.isEmpty ? name : "\(namespace)/\(name)"
    }

    /// The value of `metadata.resourceVersion`.
    package var resourceVersion: String { String(version) }

    /// The object as JSON text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The object, decoded.
    package var json: [String: Any] { JSONObject.decode(bytes) ?? [:] }

    /// The object's `metadata`, decoded.
    package var metadata: [String: Any] { json["metadata"] as? [String: Any] ?? [:] }
}
