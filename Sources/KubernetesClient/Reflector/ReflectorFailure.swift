/// Why a list or watch came to nothing, as far as the next step depends on it.
package enum ReflectorFailure: Equatable, Sendable {
    /// The API answered with an error.
    case status(APIStatus)
    /// No usable answer: a broken connection, a time-out, HTML, a cut stream.
    case request(RequestError)
    /// A watch that looked open brought nothing for so long.
    case stalled(seconds: Int64)
    /// Pages without an end.
    case endless(EndlessList)
    /// In words of this program's own that are the same each time.
    case other(String)

    /// What an operator has to know, one line, with what to grant or install.
    ///
    /// - Parameter resource: as RBAC names it: `agentruns.core.example.dev`.
    /// - Returns: the message.
    package func message(resource: String) -> String {
        switch self {
        case .status(let status) where status.code == 403:
            "cannot list and watch \(resource): \(status); grant the verbs list and watch on it to this identity"
        case .status(let status) where status.code == 404:
            "cannot list and watch \(resource): \(status); install its CustomResourceDefinition"
        case .status(let status) where status.code == 401:
            "cannot list and watch \(resource): \(status); renew the token or client certificate"
        case .status(let status):
            "cannot list and watch \(resource): \(status)"
        case .request(let error):
            "cannot list and watch \(resource): \(APIStatus.oneLine(error.description))"
        case .stalled(let seconds):
            "cannot list and watch \(resource): nothing came from the watch for \(seconds) s"
        case .endless(let list):
            "cannot list and watch \(resource): \(list)"
        case .other(let reason):
            "cannot list and watch \(resource): \(APIStatus.oneLine(reason))"
        }
    }
}
