package import JSONPull

/// Names one object of a kind.
package struct ObjectKey: Hashable, Sendable {
    package var namespace: ExactString
    package var name: ExactString

    package init(namespace: ExactString, name: ExactString) {
        self.namespace = namespace
        self.name = name
    }
}

extension ObjectKey: Comparable {
    /// By namespace, then name, bytewise.
    package static func < (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        lhs.namespace == rhs.namespace ? lhs.name < rhs.name : lhs.namespace < rhs.namespace
    }
}
