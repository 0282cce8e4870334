package import JSONPull

/// `metav1.GroupVersionKind`: which type an object is of.
package struct GroupVersionKind: Hashable, Sendable {
    package var group: ExactString
    package var version: ExactString
    package var kind: ExactString

    package init(group: ExactString = "", version: ExactString = "", kind: ExactString = "") {
        self.group = group
        self.version = version
        self.kind = kind
    }
}

/// `metav1.GroupVersionResource`: which collection an object is in.
package struct GroupVersionResource: Hashable, Sendable {
    package var group: ExactString
    package var version: ExactString
    package var resource: ExactString

    package init(group: ExactString = "", version: ExactString = "", resource: ExactString = "") {
        self.group = group
        self.version = version
        self.resource = resource
    }
}
