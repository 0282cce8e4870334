internal import JSONPull

/// The object an Event is about: `regarding`, by which `kubectl describe` finds it.
///
/// Its names become part of a path and of an object, so it is only made of such as an API server gives.
package struct EventObjectReference: Hashable, Sendable {
    let apiVersion: String
    let kind: String
    /// Also that of the Event.
    let namespace: String
    let name: String
    /// Empty for a Namespace, whose uid a review does not tell.
    let uid: String

    /// Of `metadata.name` (RFC 1123 subdomain).
    private static let maximumNameBytes = 253
    private static let maximumNamespaceBytes = 63
    /// A UUID has 36.
    private static let maximumUIDBytes = 64
    private static let maximumWordBytes = 128

    /// An object with a uid; nil when a name or the uid is none.
    init?(
        group: ExactString,
        version: ExactString,
        kind: ExactString,
        namespace: ExactString,
        name: ExactString,
        uid: ExactString
    ) {
        let apiVersion = group.isEmpty ? version : ExactString("\(group)/\(version)")
        guard Self.isNamespace(namespace), Self.isName(name), Self.isWord(uid, upTo: Self.maximumUIDBytes),
            Self.isWord(kind, upTo: Self.maximumWordBytes), Self.isWord(apiVersion, upTo: Self.maximumWordBytes)
        else { return nil }
        (self.apiVersion, self.kind, self.namespace) = (apiVersion.string, kind.string, namespace.string)
        (self.name, self.uid) = (name.string, uid.string)
    }

    /// A namespace; nil when that is no name of one.
    init?(namespace: ExactString) {
        guard Self.isNamespace(namespace) else { return nil }
        (apiVersion, kind, self.namespace) = ("v1", "Namespace", namespace.string)
        (name, uid) = (namespace.string, "")
    }

    private static func isNamespace(_ text: ExactString) -> Bool {
        text.string.utf8.count <= maximumNamespaceBytes && isLabel(text)
    }

    private static func isName(_ text: ExactString) -> Bool {
        text.string.utf8.count <= maximumNameBytes && text.split(at: ".").allSatisfy(isLabel)
    }

    private static func isLabel(_ text: ExactString) -> Bool {
        let (bytes, hyphen) = (text.string.utf8, UInt8(ascii: "-"))
        return !bytes.isEmpty && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { $0 == hyphen || $0.isASCIIAlphanumeric && !(0x41...0x5A).contains($0) }
    }

    /// Letters, digits and `.-_/`, so many at the most.
    private static func isWord(_ text: ExactString, upTo limit: Int) -> Bool {
        let bytes = text.string.utf8
        return (1...limit).contains(bytes.count)
            && bytes.allSatisfy {
                $0.isASCIIAlphanumeric || (UInt8(ascii: "-")...UInt8(ascii: "/")).contains($0)
                    || $0 == UInt8(ascii: "_")
            }
    }
}
