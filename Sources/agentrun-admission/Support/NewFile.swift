private import Glibc
internal import Offline

/// Files that must not take the place of others.
enum NewFile {
    /// Writes a file that does not exist yet.
    static func write(_ text: String, to path: String) throws(CommandFailure) {
        // The path is lent to the system call.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            let remedy = isThere ? "name another file, or remove it" : "correct the path"
            throw CommandFailure("cannot write \(path): \(SystemError.last); \(remedy)")
        }
        let isWritten = FileDescriptor.write(Array(text.utf8), to: descriptor)
        let reason = SystemError.last
        close(descriptor)
        guard isWritten else { throw CommandFailure("cannot write \(path): \(reason); make room for it") }
    }
}
