import Dispatch
import Glibc

/// A client without TLS that sends and reads when it is told to.
final class RawClient: Sendable {
    struct Failure: Error {
        var doing: String
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    static func connect(to port: Int) throws -> RawClient {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(doing: "connect") }
        return RawClient(descriptor)
    }

    func send(_ text: String) async throws {
        try await Self.offTheTestThreads { [descriptor] in
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let rest = bytes.count - sent
                let count = unsafe bytes[sent...].withUnsafeBytes {
                    unsafe Glibc.send(descriptor, $0.baseAddress, rest, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(doing: "send") }
                sent += count
            }
        }
    }

    /// What has come once `ending` has, or the server has closed.
    func receive(until ending: String? = nil) async throws -> String {
        try await Self.offTheTestThreads { [descriptor] in
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

    private func close() { Glibc.close(descriptor) }

    /// Blocking work may not hold one of the few threads the tests share.
    private static func offTheTestThreads<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
