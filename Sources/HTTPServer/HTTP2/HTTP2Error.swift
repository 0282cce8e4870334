/// Why an HTTP/2 connection cannot go on.
struct HTTP2Error: Error, Hashable, CustomStringConvertible {
    /// What was being done, as a verb phrase.
    var action: String

    /// The library's words for its error code.
    var reason: String

    var description: String { "cannot \(action): \(reason)" }
}
