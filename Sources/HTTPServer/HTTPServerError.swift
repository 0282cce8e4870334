/// Why the server could not start.
package enum HTTPServerError: Error, Hashable, CustomStringConvertible {
    /// The address cannot be listened on.
    case cannotListen(host: String, port: Int, reason: String, remedy: String, isOfAddress: Bool)
    /// ``HTTPServer/start()`` was called twice, or after the server was stopped.
    case alreadyStarted

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason, let remedy, _):
            "cannot listen on \(host) port \(port): \(reason); \(remedy)"
        case .alreadyStarted:
            "cannot start the server: it was started before; make a new one"
        }
    }
}
