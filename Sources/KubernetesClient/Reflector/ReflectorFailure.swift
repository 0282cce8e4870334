/// Why a list or watch came to nothing, as far as the next step depends on it.
package enum ReflectorFailure: Error, Equatable, Sendable {
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
    /// - Parameters:
    ///   - resource: as RBAC names it: `agentruns.core.example.dev`.
    ///   - verbs: what was wanted of it.
    ///   - others: what is wanted of it next, so that the right to it is granted at once.
    /// - Returns: the message.
    package func message(
        resource: String,
        verbs: [String] = ["list", "watch"],
        andThen others: [String] = []
    ) -> String {
        let deed = "cannot \(verbs.joined(separator: " and ")) \(resource)"
        let rights = verbs + others
        let last = rights.last.map { rights.count == 1 ? $0 : " and \($0)" } ?? ""
        let grant = "grant the verb\(rights.count == 1 ? "" : "s") \(rights.dropLast().joined(separator: ", "))\(last)"
        return switch self {
        case .status(let status) where status.code == 403:
            "\(deed): \(status); \(grant) on it to this identity"
        case .status(let status) where status.code == 404:
            "\(deed): \(status); install its CustomResourceDefinition"
        case .status(let status) where status.code == 401:
            "\(deed): \(status); renew the token or client certificate"
        case .status(let status):
            "\(deed): \(status)"
        case .request(let error):
            "\(deed): \(APIStatus.oneLine(error.description))"
        case .stalled(let seconds):
            "\(deed): nothing came from the watch for \(seconds) s"
        case .endless(let list):
            "\(deed): \(list)"
        case .other(let reason):
            "\(deed): \(APIStatus.oneLine(reason))"
        }
    }
}
