/// Reads the headers of all frames that come, beside the library, which reports none of those it ignores.
///
/// It looks at nine bytes a frame and steps over the rest, so an ordinary request costs it two of those looks.
struct HTTP2FrameScanner {
    /// `PRI * HTTP/2.0`, which comes before the first frame (RFC 9113, section 3.4).
    private static let prefaceBytes = 24

    /// Length, type and flags; the stream's number comes behind them.
    private static let prefixBytes = 5
    private static let streamNumberBytes = 4

    /// Bytes to step over before the next frame begins.
    private var bytesToSkip = prefaceBytes

    /// The beginning of a frame's header, as far as it has come.
    private var prefix: UInt64 = 0
    private var prefixCount = 0

    /// Frames since this was last set to 0.
    var frameCount = 0

    /// Bytes of the block of header fields that came last: of a HEADERS frame and its CONTINUATIONs.
    private(set) var headBytes = 0

    /// Takes received bytes, in any pieces.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            if bytesToSkip > 0 {
                let count = min(bytesToSkip, bytes.count - position)
                bytesToSkip -= count
                position += count
            } else {
                unsafe prefix = prefix << 8 | UInt64(bytes[position])
                position += 1
                prefixCount += 1
                if prefixCount == Self.prefixBytes { begin() }
            }
        }
    }

    private mutating func begin() {
        let length = Int(truncatingIfNeeded: prefix >> 16)
        switch UInt8(truncatingIfNeeded: prefix >> 8) {
        case 1: headBytes = length  // HEADERS
        case 9: headBytes += length  // CONTINUATION
        default: break
        }
        frameCount += 1
        bytesToSkip = Self.streamNumberBytes + length
        prefix = 0
        prefixCount = 0
    }
}
