#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Cuts the body of a watch, which comes in arbitrary pieces, into lines of one event each.
package struct WatchLines: Sendable {
    /// The longest event that is kept.
    ///
    /// etcd takes 1.5 MiB a request by default; escaping and managed fields can multiply that by less than ten.
    package static let defaultMaximumLineBytes = 16 << 20

    private let maximumLineBytes: Int
    private var buffer: [UInt8] = []
    /// Where the line that is being collected starts in `buffer`.
    private var start = 0
    /// Up to where `buffer` has no line end after `start`: no byte is looked at twice.
    private var scanned = 0

    package init(maximumLineBytes: Int = WatchLines.defaultMaximumLineBytes) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// Adds a piece of the body; ``next()`` is to be called until it answers nil before the next piece.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            scanned -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole line without its end, empty ones left out; nil when more bytes are needed.
    package mutating func next() throws(AnswerProblem) -> [UInt8]? {
        while let end = lineEnd() {
            let line = start..<end
            start = end + 1
            scanned = start
            guard line.count <= maximumLineBytes else { throw .lineTooLong(limit: maximumLineBytes) }
            if !line.isEmpty { return Array(buffer[line]) }
        }
        scanned = buffer.count
        guard buffer.count - start <= maximumLineBytes else { throw .lineTooLong(limit: maximumLineBytes) }
        return nil
    }

    /// Offset of the first line end from `scanned` on.
    private func lineEnd() -> Int? {
        let start = scanned
        // The C library looks at many bytes at once; the bytes are lent for the call.
        return unsafe buffer.withUnsafeBytes { bytes -> Int? in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Says that the body ended; part of a line is an error, as its event is lost.
    package func finish() throws(AnswerProblem) {
        guard start == buffer.count else { throw .truncated(bytes: buffer.count - start) }
    }
}
