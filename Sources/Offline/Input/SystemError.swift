private import Glibc

/// The system's words for what went wrong.
package enum SystemError {
    /// The reason of the call that failed just now.
    package static var last: String { text(errno) }

    package static func text(_ number: Int32) -> String {
        // The text is the C library's own and is copied at once.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}
