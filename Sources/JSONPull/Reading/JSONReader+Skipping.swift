#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension JSONReader {
    /// Passes over the next value, checking all of it, and returns the range of its bytes.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        let skipper = JSONSkipper(scanner: scanner, maximumDepth: maximumDepth)
        let start = unsafe try skipper.passWhitespace(next)
        unsafe next = try skipper.passValue(start)
        return unsafe (start - scanner.base)..<position
    }

    /// Passes over the next value if it is an object or array written exactly like `json`; else nothing has moved.
    package mutating func skipValue(ifWritten json: StaticString) -> Bool {
        let count = json.utf8CodeUnitCount
        guard unsafe scanner.end - next >= count, unsafe memcmp(next, json.utf8Start, count) == 0 else { return false }
        unsafe next += count
        return true
    }
}

/// JSON's white space (RFC 8259 section 2).
enum JSONWhitespace {
    /// Whether `byte` is white space; most bytes that are asked about are not, and are above all of it.
    @inline(__always)
    static func contains(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
    }

    /// Behind the white space at `start`: at a byte that is none, or at `end`.
    ///
    /// What a program writes has hardly any, so only the look for it is inlined.
    @inline(__always)
    static func pass(_ start: UnsafePointer<UInt8>, upTo end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        if unsafe start < end, unsafe start.pointee > 0x20 { return unsafe start }
        return unsafe passRun(start, end)
    }

    @inline(never)
    private static func passRun(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        var next = unsafe start
        while unsafe next < end, unsafe contains(next.pointee) { unsafe next += 1 }
        return unsafe next
    }
}

/// Passes over values, checking grammar and UTF-8, iteratively: nesting costs one bit a level.
///
/// Like the scanner's, its functions take where something starts and return where it ends.
@safe
private struct JSONSkipper {
    let scanner: JSONStringScanner
    let maximumDepth: Int

    typealias Pointer = UnsafePointer<UInt8>

    /// Passes the value at `next`.
    @inline(__always)
    func passValue(_ next: Pointer) throws(JSONError) -> Pointer {
        switch unsafe next.pointee {
        case UInt8(ascii: "\""): unsafe try scanner.passString(next + 1).end
        case UInt8(ascii: "{"), UInt8(ascii: "["): unsafe try passContainer(next)
        default: unsafe try passScalar(next)
        }
    }

    /// Passes the object or array at `start` with all it contains.
    private func passContainer(_ start: Pointer) throws(JSONError) -> Pointer {
        var levels = JSONContainerStack()
        var next = unsafe start
        while true {
            // Here a value starts.
            unsafe next = try passWhitespace(next)
            let byte = unsafe next.pointee
            switch byte {
            case UInt8(ascii: "\""): unsafe next = try scanner.passString(next + 1).end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard levels.count < maximumDepth else {
                    throw unsafe error(.tooDeep(limit: maximumDepth), at: next)
                }
                unsafe next = try passWhitespace(next + 1)
                if unsafe next.pointee != byte + Self.fromOpeningToClosing {
                    levels.push(isObject: byte == UInt8(ascii: "{"))
                    if levels.isObject { unsafe next = try passKey(next, levels.count) }
                    continue
                }
                // Empty: nothing to remember.
                unsafe next += 1
            default: unsafe next = try passScalar(next)
            }
            // Behind a value: a comma, or brackets that close.
            while levels.count > 0 {
                unsafe next = try passWhitespace(next)
                let separator = unsafe next.pointee
                if separator == UInt8(ascii: ",") {
                    unsafe next += 1
                    if levels.isObject { unsafe next = try passKey(passWhitespace(next), levels.count) }
                    break
                }
                guard separator == (levels.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw unsafe error(.unexpectedByte(separator), at: next)
                }
                unsafe next += 1
                levels.pop()
            }
            if levels.count == 0 { return unsafe next }
        }
    }

    /// From `{` to `}` and from `[` to `]` in ASCII.
    private static let fromOpeningToClosing: UInt8 = 2

    /// Passes the key at `start`, which is `depth` levels deep, and the colon behind it; with it all before that have an
    /// empty object for a value and no white space, as managed fields do.
    @inline(__always)
    private func passKey(_ start: Pointer, _ depth: Int) throws(JSONError) -> Pointer {
        let quote = unsafe start.pointee
        guard quote == UInt8(ascii: "\"") else { throw unsafe error(.unexpectedByte(quote), at: start) }
        var end = unsafe try scanner.passString(start + 1).end
        if depth < maximumDepth {
            while unsafe isEmptyMember(end) { unsafe end = try scanner.passString(end + 5).end }
        }
        let next = unsafe try passWhitespace(end)
        let separator = unsafe next.pointee
        guard separator == UInt8(ascii: ":") else { throw unsafe error(.unexpectedByte(separator), at: next) }
        return unsafe next + 1
    }

    /// Whether `:{},"` is at `next`, which is behind a key: what is between two keys of managed fields.
    @inline(__always)
    private func isEmptyMember(_ next: Pointer) -> Bool {
        guard unsafe scanner.end - next >= 5 else { return false }
        let bytes = unsafe UInt32(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt32.self))
        return unsafe bytes == Self.emptyMember && next[4] == UInt8(ascii: "\"")
    }

    /// `:{},`, the first byte lowest.
    private static let emptyMember: UInt32 = 0x2C7D_7B3A

    /// Passes white space; what follows must not be the end.
    @inline(__always)
    func passWhitespace(_ start: Pointer) throws(JSONError) -> Pointer {
        let next = unsafe JSONWhitespace.pass(start, upTo: scanner.end)
        guard unsafe next < scanner.end else { throw unsafe error(.unexpectedEnd, at: next) }
        return unsafe next
    }

    private func error(_ reason: JSONError.Reason, at next: Pointer) -> JSONError {
        unsafe JSONError(reason, at: next - scanner.base)
    }

    // MARK: Scalars

    @inline(never)
    private func passScalar(_ start: Pointer) throws(JSONError) -> Pointer {
        let byte = unsafe start.pointee
        switch byte {
        case UInt8(ascii: "t"): return unsafe try pass("true", start)
        case UInt8(ascii: "f"): return unsafe try pass("false", start)
        case UInt8(ascii: "n"): return unsafe try pass("null", start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return unsafe try passNumber(start)
        default: throw unsafe error(.unexpectedByte(byte), at: start)
        }
    }

    @inline(__always)
    private func pass(_ literal: StaticString, _ start: Pointer) throws(JSONError) -> Pointer {
        var next = unsafe start
        for index in 0..<literal.utf8CodeUnitCount {
            guard unsafe next < scanner.end else { throw unsafe error(.unexpectedEnd, at: next) }
            let byte = unsafe next.pointee
            guard unsafe byte == literal.utf8Start[index] else { throw unsafe error(.unexpectedByte(byte), at: next) }
            unsafe next += 1
        }
        return unsafe next
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, RFC 8259 section 6.
    private func passNumber(_ start: Pointer) throws(JSONError) -> Pointer {
        let first = unsafe start.pointee == UInt8(ascii: "-") ? start + 1 : start
        var next = unsafe passDigits(first)
        let digits = unsafe next - first
        guard digits > 0, unsafe digits == 1 || first.pointee != UInt8(ascii: "0") else {
            // Too few digits at the end of the input may be a number cut off; too many never were one.
            let isCutOff = unsafe digits == 0 && next == scanner.end
            throw unsafe error(isCutOff ? .unexpectedEnd : .invalidNumber, at: next)
        }
        if unsafe next < scanner.end, unsafe next.pointee == UInt8(ascii: ".") {
            unsafe next = try requireDigits(next + 1)
        }
        guard unsafe next < scanner.end, unsafe next.pointee | 0x20 == UInt8(ascii: "e") else { return unsafe next }
        unsafe next += 1
        if unsafe next < scanner.end,
            unsafe next.pointee == UInt8(ascii: "+") || next.pointee == UInt8(ascii: "-")
        {
            unsafe next += 1
        }
        return unsafe try requireDigits(next)
    }

    private func requireDigits(_ start: Pointer) throws(JSONError) -> Pointer {
        let next = unsafe passDigits(start)
        guard unsafe next > start else {
            throw unsafe error(next < scanner.end ? .invalidNumber : .unexpectedEnd, at: next)
        }
        return unsafe next
    }

    private func passDigits(_ start: Pointer) -> Pointer {
        var next = unsafe start
        while unsafe next < scanner.end, unsafe (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next.pointee) {
            unsafe next += 1
        }
        return unsafe next
    }
}
