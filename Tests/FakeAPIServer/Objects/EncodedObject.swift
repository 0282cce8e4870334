/// An object that is encoded without Foundation, for loads of many.
package struct EncodedObject: Sendable {
    package var namespace: String
    package var name: String
    package var uid: String
    /// The whole object as JSON with the given `metadata.resourceVersion`.
    package var encode: @Sendable (_ resourceVersion: Int) -> [UInt8]

    package init(
        namespace: String,
        name: String,
        uid: String,
        encode: @escaping @Sendable (_ resourceVersion: Int) -> [UInt8]
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.encode = encode
    }

    func stored(version: Int) -> StoredObject {
        StoredObject(namespace: namespace, name: name, uid: uid, version: version, bytes: encode(version))
    }
}
