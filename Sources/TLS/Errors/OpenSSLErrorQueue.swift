internal import COpenSSL

/// What OpenSSL had on the calling thread's error queue, taken off it whole.
///
/// The queue is per thread and one event loop thread serves many connections, so it is cleared before every call whose
/// result depends on it and drained on the same thread right after a failure.
struct OpenSSLErrorQueue: Sendable, Hashable, CustomStringConvertible {
    /// One error, oldest first in the queue.
    struct Entry: Sendable, Hashable {
        /// The part of OpenSSL that failed, an `ERR_LIB_*` value.
        var library: CInt
        /// Why: an `SSL_R_*`, `PEM_R_*` or the like of that library; an errno for the system library.
        var reason: CInt
        /// The reason in words.
        var text: String
    }

    private(set) var entries: [Entry] = []

    /// All reasons in words, oldest first.
    var description: String {
        entries.isEmpty ? "no reason given" : entries.map(\.text).joined(separator: "; ")
    }

    /// Whether some entry comes from `library` with `reason`.
    func contains(library: CInt, reason: CInt) -> Bool {
        entries.contains { $0.library == library && $0.reason == reason }
    }

    /// Forgets what earlier calls on this thread left behind.
    static func clear() {
        // Looking is one read, clearing walks over all sixteen entries; nearly always there is nothing.
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// Takes everything off the queue of this thread.
    static func drain() -> OpenSSLErrorQueue {
        var queue = OpenSSLErrorQueue()
        while case let code = ERR_get_error(), code != 0 {
            queue.entries.append(
                Entry(library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code), text: words(for: code))
            )
        }
        return queue
    }

    /// The last part of `error:<hex>:<library>:<function>:<reason>`: it also covers system errors, which
    /// `ERR_reason_error_string` does not.
    private static func words(for code: UInt) -> String {
        // ERR_error_string_n(3): 256 bytes hold any message, longer ones are cut.
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            unsafe ERR_error_string_n(code, buffer.baseAddress, buffer.count)
            return unsafe buffer.baseAddress.map { unsafe String(cString: $0) } ?? ""
        }
        return text.split(separator: ":").last.map(String.init) ?? text
    }
}
