package import JSONPull

/// `admission.k8s.io` `AdmissionRequest`: what is asked, with the objects left as bytes for whoever knows their kind.
///
/// A class because it is handed on: with `AdmissionRequest`, `RequestMatch.Request` and `HTTPResponse` as structures a request was 1.4%
/// dearer (docs/performance-aims.md).
// Unchecked: nothing is set once the review has been read.
package final class AdmissionRequest: @unchecked Sendable {
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
    package internal(set) var uid = ""
    /// Type of ``object`` and ``oldObject``.
    package internal(set) var kind = GroupVersionKind()
    /// Collection the request was converted to.
    package internal(set) var resource = GroupVersionResource()
    /// `status`, `scale`, …; empty for the object itself.
    package internal(set) var subResource: ExactString = ""
    /// Name of the object; empty for a DELETE of a collection and where a name is still to be generated.
    package internal(set) var name: ExactString = ""
    /// Namespace of the object; empty for cluster-scoped ones.
    package internal(set) var namespace: ExactString = ""
    package internal(set) var operation = Operation.unknown("")
    package internal(set) var userInfo = UserInfo()
    /// Whether nothing will be stored.
    package internal(set) var dryRun = false
    /// Where `request.object` stands in the body; nil if absent or null.
    package internal(set) var object: Range<Int>?
    /// Where `request.oldObject` stands in the body; nil if absent or null.
    package internal(set) var oldObject: Range<Int>?

    init() {}
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
