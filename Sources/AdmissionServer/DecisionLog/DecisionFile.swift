#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Where the lines go: a file that is rotated by size, or standard output.
///
/// Calls block, so it belongs to a thread of its own. What is no regular file (a pipe, a terminal) is never waited for longer
/// than a tenth of a second, and never rotated.
package struct DecisionFile: ~Copyable {
    /// Which file, and how large it may get.
    package struct Location: Sendable, Equatable {
        /// A path; `-` is standard output.
        package var path: String
        /// A file that would get larger is rotated first.
        package var maximumBytes: Int
        /// Rotated files that are kept: `PATH.1` is the youngest.
        package var rotatedFiles: Int

        package init(path: String, maximumBytes: Int, rotatedFiles: Int) {
            (self.path, self.maximumBytes, self.rotatedFiles) = (path, maximumBytes, rotatedFiles)
        }

        var isStandardOutput: Bool { path == "-" }
    }

    /// Why something cannot be done.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// `write`, `open`, `rotate`.
        package var action: String
        package var path: String
        package var reason: String

        package var description: String { "cannot \(action) \(path): \(reason)" }

        fileprivate init(_ action: String, _ path: String, errorNumber: Int32) {
            (self.action, self.path) = (action, path)
            // The text is copied before another call on this thread can replace it.
            reason = unsafe String(cString: strerror(errorNumber))
        }
    }

    /// What a reader that does not read is waited for, in milliseconds.
    private static let patience: Int32 = 100
    /// What a pipe takes whole or not at all, and without waiting once it is ready (POSIX: `PIPE_BUF`, at least 512).
    private static let pipeBytes = 4096

    private let location: Location
    private var descriptor: Int32
    private var identity = Identity(device: 0, number: 0)
    private var isRegular = false
    /// Bytes of the open file.
    private var size = 0
    /// The size at which rotating is tried again after it failed.
    private var nextRotation = 0

    private struct Identity: Equatable {
        var device: UInt64
        var number: UInt64
    }

    /// Opens the file, or makes it, readable by its owner alone.
    init(opening location: Location) throws(Failure) {
        self.location = location
        descriptor = location.isStandardOutput ? STDOUT_FILENO : try Self.open(location.path)
        examine()
    }

    deinit {
        if !location.isStandardOutput { close(descriptor) }
    }

    private static func open(_ path: String) throws(Failure) -> Int32 {
        // Without waiting: a named pipe that nobody reads would hold the server's start.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let descriptor = unsafe Glibc.open(path, flags, S_IRUSR | S_IWUSR)
        guard descriptor >= 0 else { throw Failure("open", path, errorNumber: errno) }
        return descriptor
    }

    private mutating func examine() {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return }
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        isRegular = status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : 0
        nextRotation = 0
    }

    // MARK: Writing

    /// Writes `bytes` from the place `written` on, which moves along.
    mutating func write(_ bytes: [UInt8], from written: inout Int) throws(Failure) {
        while written < bytes.count {
            if !isRegular { try waitUntilReady() }
            let end = isRegular ? bytes.count : min(bytes.count, written + Self.pipeBytes)
            // The bytes are lent to the system call.
            let count = unsafe bytes[written..<end].withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("write", location.path, errorNumber: count == 0 ? ENOSPC : errno) }
            written += count
            if isRegular { size += count }
        }
    }

    private func waitUntilReady() throws(Failure) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let count = unsafe poll(&entry, 1, Self.patience)
        guard count == 0 else { return }
        throw Failure("write", location.path, errorNumber: EAGAIN)
    }

    // MARK: Rotating

    /// Whether a line of `count` bytes would make the file too large once the `waiting` bytes before it are written; an empty
    /// file takes any line.
    func needsRotation(for count: Int, after waiting: Int = 0) -> Bool {
        isRegular && !location.isStandardOutput && size + waiting > 0
            && size + waiting + count > max(location.maximumBytes, nextRotation)
    }

    /// Renames the file to `PATH.1`, what has that name to `PATH.2` and so on, the oldest giving way, and begins a new one.
    ///
    /// On failure the file stays in use, and rotating is tried again when it has grown by an eighth of its bound.
    mutating func rotate() throws(Failure) {
        nextRotation = size + max(location.maximumBytes / 8, 1)
        let path = location.path
        for number in stride(from: location.rotatedFiles - 1, to: 0, by: -1) {
            let moved = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
            guard moved == 0 || errno == ENOENT else { throw Failure("rotate", path, errorNumber: errno) }
        }
        guard unsafe rename(path, "\(path).1") == 0 || errno == ENOENT else {
            throw Failure("rotate", path, errorNumber: errno)
        }
        try reopen()
    }

    /// Opens the path again if it is no longer the file that is open, as after another program rotated it; true if so.
    mutating func reopenIfMoved() throws(Failure) -> Bool {
        guard !location.isStandardOutput else { return false }
        var status = stat()
        if unsafe stat(location.path, &status) == 0,
            Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) == identity
        {
            return false
        }
        try reopen()
        return true
    }

    private mutating func reopen() throws(Failure) {
        let new = try Self.open(location.path)
        close(descriptor)
        descriptor = new
        examine()
    }
}
