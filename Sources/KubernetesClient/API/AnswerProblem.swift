/// Why an answer with a success code cannot be used.
package enum AnswerProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// No JSON, or JSON cut off; `reason` names the place.
    case malformed(reason: String)
    /// JSON, but not what was asked for.
    case unexpected(String)
    /// A watch event longer than is kept.
    case lineTooLong(limit: Int)
    /// The stream ended in the middle of an event.
    case truncated(bytes: Int)

    package var description: String {
        switch self {
        case .malformed(let reason):
            "the server's answer is not the JSON of a Kubernetes API: \(reason); check that the address is an API "
                + "server's and that no proxy or login page stands in between"
        case .unexpected(let what):
            "the server's answer has \(what); check that the address is a Kubernetes API server's"
        case .lineTooLong(let limit):
            "a watch event is longer than \(limit) bytes; find the oversized object and make it smaller"
        case .truncated(let bytes):
            "the watch ended in the middle of an event, after \(bytes) bytes of it; it is asked for again"
        }
    }
}
