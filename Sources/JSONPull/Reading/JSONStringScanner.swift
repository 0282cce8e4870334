internal import CVector

/// What stands between the quotes of a JSON string that has been checked.
@frozen @usableFromInline enum JSONStringContent: UInt8 {
    /// ASCII without a backslash.
    case ascii
    /// UTF-8 without a backslash, and not ASCII.
    case utf8
    /// Anything with a backslash.
    case escaped
}

/// Finds the end of a JSON string, sixteen bytes at a time while they are plain ASCII, and checks what is not.
///
/// It works on pointers that live in registers: the position of a reader, kept in memory, would be read and written for
/// every byte.
@safe
struct JSONStringScanner {
    /// The first byte of the document, from which errors count.
    let base: UnsafePointer<UInt8>
    /// Behind the last byte of the document.
    let end: UnsafePointer<UInt8>

    typealias Pointer = UnsafePointer<UInt8>

    /// Behind the closing quote of the string whose first character is at `start`, and what it is made of.
    ///
    /// Positions are returned rather than moved in place: one whose address is handed on would live in memory.
    @inline(__always)
    func passString(_ start: Pointer) throws(JSONError) -> (end: Pointer, content: JSONStringContent) {
        let next = unsafe passPlain(start)
        if unsafe next < end, unsafe next.pointee == UInt8(ascii: "\"") { return unsafe (next + 1, .ascii) }
        return unsafe try passRest(next)
    }

    /// The rest of a string that is not plain throughout.
    @inline(never)
    private func passRest(_ start: Pointer) throws(JSONError) -> (end: Pointer, content: JSONStringContent) {
        // What stopped the way here was a backslash, or a byte that is not ASCII.
        var content = JSONStringContent.utf8
        var next = unsafe start
        while true {
            guard unsafe next < end else { throw unsafe JSONError(.unexpectedEnd, at: end - base) }
            let byte = unsafe next.pointee
            // JSON within a string, such as kubectl keeps in an annotation, is full of these.
            if byte == UInt8(ascii: "\\"), unsafe end - next > 1, unsafe next[1] == UInt8(ascii: "\"") {
                content = .escaped
                unsafe next = passPlain(next + 2)
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): return unsafe (next + 1, content)
            case UInt8(ascii: "\\"):
                content = .escaped
                if unsafe end - next > 1, unsafe Self.isShortEscape(next[1]) {
                    unsafe next += 2
                } else {
                    unsafe next = try passEscape(next)
                }
            case 0..<0x20: throw unsafe JSONError(.controlCharacterInString(byte), at: next - base)
            case 0x80...: unsafe next = try passScalar(next, leadingByte: byte)
            default: break
            }
            unsafe next = passPlain(next)
        }
    }

    /// Passes bytes that are neither quote, backslash, control nor non-ASCII.
    @inline(__always)
    private func passPlain(_ start: Pointer) -> Pointer {
        var next = unsafe start
        while unsafe end - next >= 16 {
            let count = unsafe Int(agentrun_admission_plain_prefix(next))
            if count < 16 { return unsafe next + count }
            unsafe next += 16
        }
        return unsafe passPlainAtEnd(next)
    }

    /// The same within the last fifteen bytes of the document.
    @inline(never)
    private func passPlainAtEnd(_ start: Pointer) -> Pointer {
        var next = unsafe start
        while unsafe next < end {
            switch unsafe next.pointee {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x80...: return unsafe next
            default: unsafe next += 1
            }
        }
        return unsafe next
    }

    /// Whether `letter` behind a backslash stands for one character (RFC 8259 section 7).
    @inline(__always)
    private static func isShortEscape(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            true
        default: false
        }
    }

    /// Checks `\uXXXX` at `next` and passes it.
    private func passEscape(_ next: Pointer) throws(JSONError) -> Pointer {
        guard unsafe end - next > 1 else { throw unsafe JSONError(.unexpectedEnd, at: end - base) }
        guard unsafe next[1] == UInt8(ascii: "u") else { throw unsafe JSONError(.invalidEscape, at: next - base) }
        for offset in 2..<6 {
            guard unsafe offset < end - next else { throw unsafe JSONError(.unexpectedEnd, at: end - base) }
            guard unsafe HexDigit.value(next[offset]) != nil else {
                throw unsafe JSONError(.invalidEscape, at: next - base)
            }
        }
        return unsafe next + 6
    }

    /// Checks the non-ASCII scalar at `next` (RFC 3629 section 4) and passes it.
    private func passScalar(_ next: Pointer, leadingByte: UInt8) throws(JSONError) -> Pointer {
        let (count, first): (Int, ClosedRange<UInt8>)
        switch leadingByte {
        case 0xC2...0xDF: (count, first) = (1, 0x80...0xBF)
        case 0xE0: (count, first) = (2, 0xA0...0xBF)
        case 0xED: (count, first) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (count, first) = (2, 0x80...0xBF)
        case 0xF0: (count, first) = (3, 0x90...0xBF)
        case 0xF4: (count, first) = (3, 0x80...0x8F)
        case 0xF1...0xF3: (count, first) = (3, 0x80...0xBF)
        default: throw unsafe JSONError(.invalidUTF8, at: next - base)
        }
        for offset in 1...count {
            guard unsafe offset < end - next else { throw unsafe JSONError(.unexpectedEnd, at: end - base) }
            let allowed = offset == 1 ? first : 0x80...0xBF
            guard unsafe allowed.contains(next[offset]) else {
                throw unsafe JSONError(.invalidUTF8, at: next - base)
            }
        }
        return unsafe next + count + 1
    }
}
