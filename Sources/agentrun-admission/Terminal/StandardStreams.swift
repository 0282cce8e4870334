private import Glibc

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
        exit(CommandFailure.exitCode)
    }
}

/// Writes to standard error, unbuffered.
enum StandardError {
    static func write(_ text: String) { write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) { FileDescriptor.write(bytes, to: STDERR_FILENO) }
}

/// Reads standard input.
enum StandardInput {
    /// Everything up to its end; nil when that is more than `maximumBytes`.
    ///
    /// - Throws: ``CommandFailure``.
    static func contents(maximumBytes: Int) throws(CommandFailure) -> [UInt8]? {
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

/// The system's words for what went wrong.
enum SystemError {
    /// The reason of the call that failed just now.
    static var last: String { text(errno) }

    static func text(_ number: Int32) -> String {
        // The text is the C library's own and is copied at once.
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
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
