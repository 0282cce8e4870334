import Dispatch
import Glibc

/// What a client on this machine could not do with a socket.
package struct SocketFailure: Error {
    package var doing: String

    package init(doing: String) { self.doing = doing }
}

/// Blocking TCP sockets of this machine, for clients that keep to no rule.
package enum LoopbackSocket {
    /// A descriptor that is connected to the port; whoever has it closes it.
    ///
    /// With a small receive buffer the server soon finds that nobody reads.
    package static func connect(port: Int, receiveBuffer: Int32? = nil) throws(SocketFailure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw SocketFailure(doing: "connect")
        }
        return descriptor
    }

    /// How long a call waits to receive, or to send.
    package static func setTimeout(_ direction: Direction, seconds: Int, of descriptor: Int32) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let option = direction == .receiving ? SO_RCVTIMEO : SO_SNDTIMEO
        unsafe setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    package enum Direction: Sendable {
        case receiving
        case sending
    }

    /// Sends all of it; false when the peer does not take it.
    package static func send(_ bytes: [UInt8], on descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes.count - sent
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, rest, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// Blocking work may not hold one of the few threads the tests share.
///
/// Writing to a connection that the peer has closed is an error there, not the end of the tests.
package func offTheTestThreads<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            var signals = sigset_t()
            unsafe sigemptyset(&signals)
            unsafe sigaddset(&signals, SIGPIPE)
            unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
            continuation.resume(with: Result { try body() })
        }
    }
}
