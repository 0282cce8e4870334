private import Glibc
internal import Offline
internal import Reports

/// Writes to standard output, unbuffered.
enum StandardOutput {
    static func write(_ text: String) { write(Array(text.utf8)) }

    /// Ends the program with exit code 2 when that cannot be done, as to a closed pipe or a full disk.
    static func write(_ bytes: [UInt8]) {
        guard !FileDescriptor.write(bytes, to: STDOUT_FILENO) else { return }
        let reason = SystemError.last
        StandardError.write(
            "agentrun-admission: cannot write standard output: \(reason); read it to its end, or write to a file\n"
        )
        exit(CommandStatus.failed.rawValue)
    }
}

/// Writes to standard error, unbuffered.
enum StandardError {
    static func write(_ text: String) { write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) { FileDescriptor.write(bytes, to: STDERR_FILENO) }
}

/// Whole writes to a file descriptor.
enum FileDescriptor {
    /// Writes all of `bytes`; false, with `errno` set, when that cannot be done.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        // The bytes are lent to the system call.
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}
