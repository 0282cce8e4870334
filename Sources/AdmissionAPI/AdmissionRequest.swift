package import JSONPull

/// `admission.k8s.io` `AdmissionRequest`: what is asked, with the objects left as bytes for whoever knows their kind.
///
/// A class because every step looks at it: handing it on costs one retain instead of twelve.
package final class AdmissionRequest: Sendable {
    /// The verbs an admission webhook is called for.
    package enum Operation: Equatable, Sendable {
        case create
        case update
        case delete
        case connect
        /// An operation this version of the API does not define.
        case unknown(ExactString)

        init(_ name: ExactString) {
            switch name.string {
            case "CREATE": self = .create
            case "UPDATE": self = .update
            case "DELETE": self = .delete
            case "CONNECT": self = .connect
            default: self = .unknown(name)
            }
        }

        /// The word on the wire.
        package var name: ExactString {
            switch self {
            case .create: "CREATE"
            case .update: "UPDATE"
            case .delete: "DELETE"
            case .connect: "CONNECT"
            case .unknown(let name): name
            }
        }
    }

    /// Identifies this review; the answer repeats it.
    package let uid: String
    /// Type of ``object`` and ``oldObject``.
    package let kind: GroupVersionKind
    /// Collection the request was converted to.
    package let resource: GroupVersionResource
    /// `status`, `scale`, …; empty for the object itself.
    package let subResource: ExactString
    /// Name of the object; empty for a DELETE of a collection and where a name is still to be generated.
    package let name: ExactString
    /// Namespace of the object; empty for cluster-scoped ones.
    package let namespace: ExactString
    package let operation: Operation
    package let userInfo: UserInfo
    /// Whether nothing will be stored.
    package let dryRun: Bool
    /// Where `request.object` stands in the body; nil if absent or null.
    package let object: Range<Int>?
    /// Where `request.oldObject` stands in the body; nil if absent or null.
    package let oldObject: Range<Int>?

    init(
        uid: String,
        kind: GroupVersionKind,
        resource: GroupVersionResource,
        subResource: ExactString,
        name: ExactString,
        namespace: ExactString,
        operation: Operation,
        userInfo: UserInfo,
        dryRun: Bool,
        object: Range<Int>?,
        oldObject: Range<Int>?
    ) {
        self.uid = uid
        self.kind = kind
        self.resource = resource
        self.subResource = subResource
        self.name = name
        self.namespace = namespace
        self.operation = operation
        self.userInfo = userInfo
        self.dryRun = dryRun
        self.object = object
        self.oldObject = oldObject
    }
}

/// `authentication.k8s.io` `UserInfo`: who asks; only what policies match.
package struct UserInfo: Equatable, Sendable {
    package var username: ExactString
    package var groups: [ExactString]

    /// - Parameters:
    ///   - username: empty for nobody.
    ///   - groups: in the order sent.
    package init(username: ExactString = "", groups: [ExactString] = []) {
        self.username = username
        self.groups = groups
    }
}
