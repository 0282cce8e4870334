import Glibc
import TestWire

/// What clients say to a port without TLS, or before it.
enum PlainClient {
    /// Sends bytes without TLS and collects what comes until the server closes; nil when it does not within the time.
    static func exchange(
        _ bytes: [UInt8],
        with webhook: Webhook,
        patience seconds: Int,
        ends: Bool = false,
        takesReset: Bool = true
    ) async throws -> [UInt8]? {
        try await exchange(bytes, withPort: webhook.port, patience: seconds, ends: ends, takesReset: takesReset)
    }

    /// With `ends` it waits for the first answer, then half-closes; without `takesReset` a connection that is reset has no
    /// answer, as for clients that go by the error.
    static func exchange(
        _ bytes: [UInt8],
        withPort port: Int,
        patience seconds: Int,
        ends: Bool = false,
        takesReset: Bool = true
    ) async throws -> [UInt8]? {
        try await offTheTestThreads {
            let descriptor = try LoopbackSocket.connect(port: port)
            defer { Glibc.close(descriptor) }
            LoopbackSocket.setTimeout(.receiving, seconds: seconds, of: descriptor)
            guard unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw SocketFailure(doing: "send")
            }
            var received: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = unsafe recv(descriptor, &chunk, 4096, 0)
                if count == 0 { return received }
                guard count > 0 else { return errno == ECONNRESET && takesReset ? received : nil }
                received += chunk[..<count]
                if ends { shutdown(descriptor, Int32(SHUT_WR)) }
            }
        }
    }

    /// Sends bytes without TLS, one at a time, until the server closes; how many it took.
    static func dribble(_ bytes: [UInt8], every pause: Duration, port: Int) async throws -> Int {
        let descriptor = try await offTheTestThreads { try LoopbackSocket.connect(port: port) }
        defer { Glibc.close(descriptor) }
        for (index, byte) in bytes.enumerated() {
            guard unsafe Glibc.send(descriptor, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { return index }
            try await Task.sleep(for: pause)
        }
        return bytes.count
    }

    /// Sockets that are connected, and on which nothing is said; close them.
    static func silent(_ count: Int, port: Int) async throws -> [Int32] {
        try await offTheTestThreads { try (0..<count).map { _ in try LoopbackSocket.connect(port: port) } }
    }
}
