/// The objects of one kind, in one namespace or in all, as paths and RBAC rules name them.
package struct WatchedResource: Hashable, Sendable {
    /// Items a page of a list.
    package static let pageLimit = 500

    /// API group, empty for the core group.
    package var group: String
    package var version: String
    /// Plural, lower case: `agentruns`.
    package var resource: String
    /// Nil for every namespace.
    package var namespace: String?
    /// Nil for every object; else this one's, chosen by `fieldSelector`, which RBAC grants for a `resourceNames` rule.
    package var objectName: String?
    /// Asks for `metadata` alone (`PartialObjectMetadata`): what else is in the objects never leaves the API server.
    package var isMetadataOnly: Bool
    /// Asks for objects with these labels only; nil for all.
    package var labelSelector: String?

    package init(
        group: String,
        version: String,
        resource: String,
        namespace: String? = nil,
        objectName: String? = nil,
        isMetadataOnly: Bool = false,
        labelSelector: String? = nil
    ) {
        (self.group, self.version, self.resource) = (group, version, resource)
        (self.namespace, self.objectName, self.isMetadataOnly) = (namespace, objectName, isMetadataOnly)
        self.labelSelector = labelSelector
    }

    /// Path of one object.
    package func path(of name: String) -> String { "\(path)/\(APIRequest.escape(name))" }

    /// Path of the collection.
    package var path: String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        return namespace.map { "\(root)/namespaces/\(APIRequest.escape($0))/\(resource)" } ?? "\(root)/\(resource)"
    }

    /// For messages: `agentruns.agents.proompteng.ai` or `agentruns.agents.proompteng.ai in namespace x`.
    package var name: String {
        let resource = group.isEmpty ? resource : "\(resource).\(group)"
        return namespace.map { "\(resource) in namespace \($0)" } ?? resource
    }

    /// A page of the list.
    ///
    /// Without a `resourceVersion`, so that it is as new as etcd: that is what ``ReflectorSink/commitList(heardAt:failure:)`` says
    /// of its time, and what the age of a verdict rests on. What the API server has in memory (`resourceVersion=0`) may be
    /// of any age, as after a restart, and it knows no pages. A list that is streamed as the beginning of a watch
    /// (`sendInitialEvents`) would be as new, too; but lists are rare here (at start, after 410, when watches stand still), of
    /// bounded size each, and since 1.31 answered from memory as soon as that is known to be new.
    func listRequest(limit: Int, continueToken: String?) -> APIRequest {
        var request = APIRequest(.get, path, query: [("limit", String(limit))] + selectors)
        if let continueToken { request.query.append(("continue", continueToken)) }
        if isMetadataOnly {
            request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        }
        return request
    }

    /// A list of one object at the most, whose `resourceVersion` is as new as etcd when it is asked for.
    ///
    /// Without `resourceVersion` it may be answered from memory only when that is as new; without `limit`, as API servers before
    /// 1.34 answer pages from etcd alone, and then their memory is not brought up to date.
    func progressRequest() -> APIRequest {
        let name = objectName ?? Self.nameOfNone
        var request = APIRequest(.get, path, query: [("fieldSelector", "metadata.name=\(name)")])
        if isMetadataOnly {
            request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        }
        return request
    }

    /// Whether there is an object of this name makes no difference.
    private static let nameOfNone = "agentrun-admission-asks-for-progress"

    /// A watch of what comes after `resourceVersion`.
    func watchRequest(resourceVersion: String, timeoutSeconds: Int) -> APIRequest {
        var request = APIRequest(
            .get,
            path,
            query: [
                ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
                ("timeoutSeconds", String(timeoutSeconds)),
            ] + selectors
        )
        if isMetadataOnly { request.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" }
        return request
    }

    private var selectors: [(name: String, value: String)] {
        let fields = objectName.map { ("fieldSelector", "metadata.name=\($0)") }
        let labels = labelSelector.map { ("labelSelector", $0) }
        return [fields, labels].compactMap { $0 }
    }
}
