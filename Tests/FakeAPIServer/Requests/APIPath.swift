/// What the path of a request names.
struct APIPath {
    var resource: FakeResource
    var namespace: String?
    var name: String?
    var subresource: String?

    /// Nil for a path that names no resource, such as `/readyz`.
    init?(_ path: String) {
        var words = path.split(separator: "/").map(String.init)[...]
        guard let root = words.popFirst(), root == "api" || root == "apis" else { return nil }
        var group = ""
        if root == "apis" {
            guard let word = words.popFirst() else { return nil }
            group = word
        }
        guard let version = words.popFirst(), let first = words.popFirst() else { return nil }
        resource = FakeResource(group: group, version: version, resource: first)
        if first == "namespaces", words.count >= 2, let inner = words.dropFirst().first, !Self.ofNamespace(inner) {
            namespace = words.popFirst()
            resource.resource = inner
            words.removeFirst()
        }
        name = words.popFirst()
        subresource = words.popFirst()
        guard words.isEmpty else { return nil }
    }

    /// Subresources of a Namespace itself.
    private static func ofNamespace(_ word: String) -> Bool { word == "status" || word == "finalize" }
}
