private import Glibc

/// The lines of a file or of standard input, one after the other: a log may be larger than memory.
struct LogLines: ~Copyable {
    /// A line without its line end.
    enum Line {
        case whole([UInt8])
        /// The last line has no line end: whoever wrote it was interrupted, or writes it now, or kept no line end for it.
        case unended([UInt8])
        case tooLong
    }

    /// Twice what the server writes at the most.
    static let maximumLineBytes = 8 << 20
    private static let chunkBytes = 256 << 10

    /// The file as given.
    let path: String
    /// Number of the line that was read last, from 1.
    private(set) var number = 0
    private let descriptor: Int32
    /// Where the system puts what it reads.
    private var chunk = [UInt8](repeating: 0, count: chunkBytes)
    private var buffer: [UInt8] = []
    /// Bytes of ``buffer`` that belong to lines that were read.
    private var start = 0
    private var isAtEnd = false

    /// - Parameter path: a file; `-` is standard input.
    /// - Throws: ``CommandFailure`` when it cannot be opened.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        guard path != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot read the decision log \(path): \(SystemError.last); correct the path")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next line; nil at the end.
    mutating func next() throws(CommandFailure) -> Line? {
        var isTooLong = false
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                defer { start = end + 1 }
                return isTooLong ? .tooLong : .whole(Array(buffer[start..<end]))
            }
            if buffer.count - start > Self.maximumLineBytes {
                isTooLong = true
                buffer.removeAll(keepingCapacity: true)
                start = 0
            }
            if isAtEnd {
                guard isTooLong || start < buffer.count else { return nil }
                defer { start = buffer.count }
                number += 1
                return isTooLong ? .tooLong : .unended(Array(buffer[start...]))
            }
            searched = buffer.count - start
            try fill()
        }
    }

    /// Reads on, behind what is left of the buffer.
    private mutating func fill() throws(CommandFailure) {
        buffer.removeSubrange(..<start)
        start = 0
        var received = -1
        repeat {
            // The system call fills the array and keeps nothing.
            received = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        } while received < 0 && errno == EINTR
        let reason = received < 0 ? SystemError.last : ""
        guard received >= 0 else {
            throw CommandFailure("cannot read the decision log \(path): \(reason); name a file that serve has written")
        }
        buffer.append(contentsOf: chunk[..<received])
        isAtEnd = received == 0
    }
}
