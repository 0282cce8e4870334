/// Finds the end of a JSON string, eight bytes at a time while they are plain ASCII, and checks what is not.
@safe
struct JSONStringScanner {
    private let bytes: UnsafeRawBufferPointer
    /// Offset of the next byte; at the closing quote once ``scan()`` has returned.
    private(set) var position: Int
    /// Whether a backslash was seen.
    private(set) var sawEscape = false

    init(bytes: UnsafeRawBufferPointer, position: Int) {
        unsafe self.bytes = bytes
        self.position = position
    }

    /// Moves to the closing quote.
    @inline(__always)
    mutating func scan() throws(JSONError) {
        while true {
            skipPlain()
            guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: unsafe bytes.count) }
            let byte = unsafe bytes[position]
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"):
                sawEscape = true
                try passEscape()
            case 0..<0x20: throw JSONError(.controlCharacterInString(byte), at: position)
            case 0x80...: try passScalar(leadingByte: byte)
            default: position += 1
            }
        }
    }

    /// Passes bytes that are neither quote, backslash, control nor non-ASCII.
    ///
    /// Eight bytes are looked at as one integer ("SIMD within a register"): a borrow from subtracting a byte marks the
    /// high bit of each byte that matches. False marks appear only above the first true one, which is the one used.
    @inline(__always)
    private mutating func skipPlain() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        while unsafe position + 8 <= bytes.count {
            let word = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let matches =
                ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | (word &- ones &* 0x20) & ~word | word
            let marks = matches & highBits
            if marks != 0 {
                position += marks.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
    }

    /// Checks the escape at `position` and passes it.
    @inline(__always)
    private mutating func passEscape() throws(JSONError) {
        guard unsafe position + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: unsafe bytes.count) }
        switch unsafe bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            for offset in 2..<6 {
                guard unsafe position + offset < bytes.count else {
                    throw JSONError(.unexpectedEnd, at: unsafe bytes.count)
                }
                guard unsafe HexDigit.value(bytes[position + offset]) != nil else {
                    throw JSONError(.invalidEscape, at: position)
                }
            }
            position += 6
        default: throw JSONError(.invalidEscape, at: position)
        }
    }

    /// Checks the non-ASCII scalar at `position` (RFC 3629 section 4) and passes it.
    private mutating func passScalar(leadingByte: UInt8) throws(JSONError) {
        switch leadingByte {
        case 0xC2...0xDF: try passContinuation(count: 1, firstIn: 0x80...0xBF)
        case 0xE0: try passContinuation(count: 2, firstIn: 0xA0...0xBF)
        case 0xED: try passContinuation(count: 2, firstIn: 0x80...0x9F)
        case 0xE1...0xEF: try passContinuation(count: 2, firstIn: 0x80...0xBF)
        case 0xF0: try passContinuation(count: 3, firstIn: 0x90...0xBF)
        case 0xF4: try passContinuation(count: 3, firstIn: 0x80...0x8F)
        case 0xF1...0xF3: try passContinuation(count: 3, firstIn: 0x80...0xBF)
        default: throw JSONError(.invalidUTF8, at: position)
        }
    }

    private mutating func passContinuation(count: Int, firstIn range: ClosedRange<UInt8>) throws(JSONError) {
        for offset in 1...count {
            guard unsafe position + offset < bytes.count else {
                throw JSONError(.unexpectedEnd, at: unsafe bytes.count)
            }
            let allowed = offset == 1 ? range : 0x80...0xBF
            guard unsafe allowed.contains(bytes[position + offset]) else { throw JSONError(.invalidUTF8, at: position) }
        }
        position += count + 1
    }
}
