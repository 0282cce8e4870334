import Glibc
import TestWire

/// A client that asks and does not read.
enum SlowScraper {
    /// Connects, sends what is taken within the time, and leaves.
    static func ask(_ bytes: [UInt8], port: Int, seconds: Int) async throws {
        try await offTheTestThreads {
            let descriptor = try LoopbackSocket.connect(port: port)
            defer { close(descriptor) }
            LoopbackSocket.setTimeout(.sending, seconds: seconds, of: descriptor)
            if LoopbackSocket.send(bytes, on: descriptor) { sleep(UInt32(seconds)) }
        }
    }
}
