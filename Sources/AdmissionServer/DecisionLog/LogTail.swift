internal import Replay

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// How the file ends that lines are about to be added to.
struct LogTail {
    /// More than two lines.
    private static let maximumBytes = 64 << 10

    /// What a start says that it found.
    let predecessor: Checkpoint.Predecessor

    /// Nil for what is no regular file, or cannot be read.
    init?(_ path: String) {
        // Without waiting: see DecisionFile.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let count = min(Int(status.st_size), Self.maximumBytes)
        var bytes = [UInt8](repeating: 0, count: count)
        // The system call fills the array and keeps nothing.
        let read = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, status.st_size - off_t(count))
        }
        guard read == count else { return nil }
        self.init(bytes, isWhole: count == Int(status.st_size))
    }

    /// - Parameters:
    ///   - bytes: the last of the file.
    ///   - isWhole: whether these are all.
    init(_ bytes: [UInt8], isWhole: Bool) {
        let lineEnd = UInt8(ascii: "\n")
        guard let last = bytes.lastIndex(of: lineEnd) else {
            predecessor = Checkpoint.Predecessor(isCutOff: !bytes.isEmpty)
            return
        }
        let start = bytes[..<last].lastIndex(of: lineEnd).map { $0 + 1 } ?? (isWhole ? 0 : last)
        predecessor = Checkpoint.Predecessor(
            last: ChainedLine(Array(bytes[start..<last]))?.asLast,
            isCutOff: last != bytes.count - 1
        )
    }
}
