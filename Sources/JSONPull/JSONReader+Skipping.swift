extension JSONReader {
    /// Passes over the next value, checking all of it, and returns the range of its bytes.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        let skipper = JSONSkipper(scanner: scanner, maximumDepth: maximumDepth)
        var end = unsafe next
        unsafe try skipper.passWhitespace(&end)
        let start = unsafe end - scanner.base
        unsafe try skipper.passValue(&end)
        unsafe next = end
        return start..<position
    }
}

/// JSON's white space (RFC 8259 section 2).
enum JSONWhitespace {
    /// Whether `byte` is white space; most bytes that are asked about are not, and are above all of it.
    @inline(__always)
    static func contains(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
    }
}

/// Passes over values, checking grammar and UTF-8, iteratively: nesting costs one bit a level.
@safe
private struct JSONSkipper {
    let scanner: JSONStringScanner
    let maximumDepth: Int

    typealias Pointer = UnsafePointer<UInt8>

    /// Passes the value at `next`.
    @inline(__always)
    func passValue(_ next: inout Pointer) throws(JSONError) {
        switch unsafe next.pointee {
        case UInt8(ascii: "\""):
            unsafe next += 1
            _ = unsafe try scanner.passString(&next)
        case UInt8(ascii: "{"), UInt8(ascii: "["): unsafe try passContainer(&next)
        default: unsafe try passScalar(&next)
        }
    }

    /// Passes the object or array at `next` with all it contains.
    private func passContainer(_ start: inout Pointer) throws(JSONError) {
        var levels = JSONContainerStack()
        var next = unsafe start
        while true {
            // Here a value starts.
            let byte = unsafe try significantByte(&next)
            switch byte {
            case UInt8(ascii: "\""):
                unsafe next += 1
                _ = unsafe try scanner.passString(&next)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard levels.count < maximumDepth else {
                    throw unsafe error(.tooDeep(limit: maximumDepth), at: next)
                }
                unsafe next += 1
                if unsafe try significantByte(&next) != byte + Self.fromOpeningToClosing {
                    levels.push(isObject: byte == UInt8(ascii: "{"))
                    if levels.isObject { unsafe try passKey(&next) }
                    continue
                }
                // Empty: nothing to remember.
                unsafe next += 1
            default: unsafe try passScalar(&next)
            }
            // Behind a value: a comma, or brackets that close.
            while levels.count > 0 {
                let separator = unsafe try significantByte(&next)
                unsafe next += 1
                if separator == UInt8(ascii: ",") {
                    if levels.isObject { unsafe try passKey(&next) }
                    break
                }
                guard separator == (levels.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw unsafe error(.unexpectedByte(separator), at: next - 1)
                }
                levels.pop()
            }
            if levels.count == 0 { break }
        }
        unsafe start = next
    }

    /// From `{` to `}` and from `[` to `]` in ASCII.
    private static let fromOpeningToClosing: UInt8 = 2

    @inline(__always)
    private func passKey(_ next: inout Pointer) throws(JSONError) {
        let quote = unsafe try significantByte(&next)
        guard quote == UInt8(ascii: "\"") else { throw unsafe error(.unexpectedByte(quote), at: next) }
        unsafe next += 1
        _ = unsafe try scanner.passString(&next)
        let separator = unsafe try significantByte(&next)
        guard separator == UInt8(ascii: ":") else { throw unsafe error(.unexpectedByte(separator), at: next) }
        unsafe next += 1
    }

    /// The next byte that is no white space, which is passed.
    @inline(__always)
    private func significantByte(_ next: inout Pointer) throws(JSONError) -> UInt8 {
        unsafe try passWhitespace(&next)
        return unsafe next.pointee
    }

    /// Passes white space; what follows must not be the end.
    @inline(__always)
    func passWhitespace(_ next: inout Pointer) throws(JSONError) {
        while unsafe next < scanner.end, unsafe JSONWhitespace.contains(next.pointee) { unsafe next += 1 }
        guard unsafe next < scanner.end else { throw unsafe error(.unexpectedEnd, at: next) }
    }

    private func error(_ reason: JSONError.Reason, at next: Pointer) -> JSONError {
        unsafe JSONError(reason, at: next - scanner.base)
    }

    // MARK: Scalars

    @inline(never)
    private func passScalar(_ next: inout Pointer) throws(JSONError) {
        let byte = unsafe next.pointee
        switch byte {
        case UInt8(ascii: "t"): unsafe try pass("true", &next)
        case UInt8(ascii: "f"): unsafe try pass("false", &next)
        case UInt8(ascii: "n"): unsafe try pass("null", &next)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): unsafe try passNumber(&next)
        default: throw unsafe error(.unexpectedByte(byte), at: next)
        }
    }

    @inline(__always)
    private func pass(_ literal: StaticString, _ next: inout Pointer) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard unsafe next < scanner.end else { throw unsafe error(.unexpectedEnd, at: next) }
            let byte = unsafe next.pointee
            guard unsafe byte == literal.utf8Start[index] else { throw unsafe error(.unexpectedByte(byte), at: next) }
            unsafe next += 1
        }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, RFC 8259 section 6.
    private func passNumber(_ next: inout Pointer) throws(JSONError) {
        if unsafe next.pointee == UInt8(ascii: "-") { unsafe next += 1 }
        let first = unsafe next
        let digits = unsafe passDigits(&next)
        guard digits > 0, unsafe digits == 1 || first.pointee != UInt8(ascii: "0") else {
            // Too few digits at the end of the input may be a number cut off; too many never were one.
            let isCutOff = unsafe digits == 0 && next == scanner.end
            throw unsafe error(isCutOff ? .unexpectedEnd : .invalidNumber, at: next)
        }
        if unsafe next < scanner.end, unsafe next.pointee == UInt8(ascii: ".") {
            unsafe next += 1
            unsafe try requireDigits(&next)
        }
        guard unsafe next < scanner.end, unsafe next.pointee | 0x20 == UInt8(ascii: "e") else { return }
        unsafe next += 1
        if unsafe next < scanner.end,
            unsafe next.pointee == UInt8(ascii: "+") || next.pointee == UInt8(ascii: "-")
        {
            unsafe next += 1
        }
        unsafe try requireDigits(&next)
    }

    private func requireDigits(_ next: inout Pointer) throws(JSONError) {
        guard unsafe passDigits(&next) > 0 else {
            throw unsafe error(next < scanner.end ? .invalidNumber : .unexpectedEnd, at: next)
        }
    }

    private func passDigits(_ next: inout Pointer) -> Int {
        let start = unsafe next
        while unsafe next < scanner.end, unsafe (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next.pointee) {
            unsafe next += 1
        }
        return unsafe next - start
    }
}
