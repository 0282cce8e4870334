internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension HTTPServerError {
    /// Says in an operator's words why the address could not be listened on, and what to do.
    static func cannotListen(onHost host: String, port: Int, because error: any Error) -> HTTPServerError {
        let (reason, remedy) = explanation(of: error)
        return .cannotListen(
            host: host,
            port: port,
            reason: reason,
            remedy: remedy,
            isOfAddress: isOfAddress(error)
        )
    }

    /// Whether the machine has no such address, or knows no addresses of that kind.
    var isOfAddress: Bool {
        guard case .cannotListen(_, _, _, _, let isOfAddress) = self else { return false }
        return isOfAddress
    }

    private static func isOfAddress(_ error: any Error) -> Bool {
        guard let code = (error as? IOError)?.errnoCode else { return false }
        return [EADDRNOTAVAIL, EAFNOSUPPORT, EPROTONOSUPPORT].contains(code)
    }

    private static func explanation(of error: any Error) -> (reason: String, remedy: String) {
        guard let error = error as? IOError else {
            return ("\(error)", "check the host name and that it resolves to an address of this machine")
        }
        switch error.errnoCode {
        case EADDRINUSE:
            return (
                "the port is in use",
                "stop the process that listens on it (`ss -ltnp` names it) or choose another port"
            )
        case EACCES, EPERM:
            return ("permission denied", "choose a port above 1023 or grant the capability NET_BIND_SERVICE")
        case EADDRNOTAVAIL:
            return (
                "this machine has no such address", "leave --host out for all addresses, or use one of this machine's"
            )
        case EAFNOSUPPORT:
            return (
                "this machine does not support that kind of address",
                "leave --host out, or use 0.0.0.0 for all IPv4 addresses"
            )
        default:
            return ("\(error)", "check the address and the limits on open files")
        }
    }
}
