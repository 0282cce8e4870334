private import Glibc

/// Reads standard input.
package enum StandardInput {
    /// What can be read now, at least a byte; nil at the end.
    ///
    /// - Throws: ``CommandFailure``.
    package static func chunk() throws(CommandFailure) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let size = chunk.count
        var count = -1
        repeat {
            // The system call fills the array and keeps nothing.
            count = unsafe chunk.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, size) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw CommandFailure("cannot read standard input: \(SystemError.last)") }
        return count == 0 ? nil : Array(chunk[..<count])
    }

    /// Everything up to its end; nil when that is more than `maximumBytes`.
    ///
    /// - Throws: ``CommandFailure``.
    package static func contents(maximumBytes: Int) throws(CommandFailure) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let size = chunk.count
            // The system call fills the array and keeps nothing.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, size) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure("cannot read standard input: \(SystemError.last); pass a file or a pipe")
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > maximumBytes { return nil }
        }
    }
}
