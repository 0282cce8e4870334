import Glibc
import TestWire

/// A client without TLS that sends and reads when it is told to.
final class RawClient: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func connect(to port: Int) throws -> RawClient { RawClient(try LoopbackSocket.connect(port: port)) }

    func send(_ text: String) async throws {
        try await offTheTestThreads { [descriptor] in
            guard LoopbackSocket.send(Array(text.utf8), on: descriptor) else { throw SocketFailure(doing: "send") }
        }
    }

    /// What has come once `ending` has, or the server has closed.
    func receive(until ending: String? = nil) async throws -> String {
        try await offTheTestThreads { [descriptor] in
            var received: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = unsafe recv(descriptor, &chunk, 4096, 0)
                guard count > 0 else { break }
                received += chunk[..<count]
                if let ending, received.firstRange(of: Array(ending.utf8)) != nil { break }
            }
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// The peer is told at once; the descriptor stays until nobody uses it.
    func vanish() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
