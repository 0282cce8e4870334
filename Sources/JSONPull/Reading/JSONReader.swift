/// Pulls JSON values (RFC 8259) out of received bytes, one after the other, without building a tree.
///
/// A consumer asks for what it needs and passes over the rest; what is passed over is checked for grammar and UTF-8 all
/// the same, iteratively, so that nesting costs no stack. Keys are compared by bytes. The consumer decides what a
/// repeated key means by assigning again: the last one wins.
///
/// What the readers of this folder call for every value is `@inline(__always)`, and so is what ``JSONWriter`` calls for every
/// member: without it a review takes 10% more instructions.
///
/// The bytes are lent: a reader and the ``JSONKey`` values it returns must not outlive the call that lent them, which
/// ``read(_:maximumDepth:_:)-(UnsafeRawBufferPointer,_,_)`` ensures as long as the closure lets none escape.
@safe
package struct JSONReader: ~Copyable {
    /// Nesting that is passed over at the most.
    ///
    /// kube-apiserver sends just under 10,000 levels; each costs one bit here,
    /// and a body of 20 MiB of `[` stops at this bound instead of buying 2.5 MB of stack bits.
    package static let defaultMaximumDepth = 50_000

    let scanner: JSONStringScanner
    let maximumDepth: Int
    /// What the one who reads hands to the decoders of values; the reader itself does not look at it.
    package var companion: AnyObject?
    /// Members and elements that ``countKept()`` lets whoever reads keep, of all that is read.
    package var maximumKept = Int.max
    private var keptCount = 0
    /// The next byte to read.
    var next: UnsafePointer<UInt8>
    private var key: UnsafePointer<UInt8>

    /// Offset in bytes of the next byte to read.
    package var position: Int { unsafe next - scanner.base }
    /// Offset in bytes of the opening quote of the key that was read last.
    package var keyOffset: Int { unsafe key - scanner.base }

    init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        // An empty buffer may have no address; a reader of nothing never looks where it points.
        let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? Self.nothing
        unsafe scanner = JSONStringScanner(base: base, end: base + bytes.count)
        unsafe next = base
        unsafe key = base
        self.maximumDepth = maximumDepth
    }

    /// One member or element more is kept, in many times the bytes it has here.
    ///
    /// - Throws: when there are more than ``maximumKept``.
    package mutating func countKept() throws(JSONError) {
        keptCount += 1
        guard keptCount <= maximumKept else { throw JSONError(.tooMany(limit: maximumKept), at: position) }
    }

    /// An address to stand at where there are no bytes.
    // Never read, never written, never freed.
    private nonisolated(unsafe) static let nothing = unsafe UnsafePointer(
        UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    )

    /// Lends a reader over `bytes` to `body` and checks that nothing but white space follows what `body` read.
    package static func read<Value>(
        _ bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = defaultMaximumDepth,
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        var reader = unsafe JSONReader(bytes, maximumDepth: maximumDepth)
        let value = try body(&reader)
        try reader.finish()
        return value
    }

    /// Lends a reader over the part `range` of `bytes`; positions and errors count from the start of `bytes`.
    package static func read<Value>(
        _ bytes: UnsafeRawBufferPointer,
        in range: Range<Int>,
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound])
        var reader = unsafe JSONReader(part, maximumDepth: defaultMaximumDepth)
        unsafe reader.next += range.lowerBound
        let value = try body(&reader)
        try reader.finish()
        return value
    }

    /// Lends a reader over `bytes` to `body` and checks that nothing but white space follows what `body` read.
    package static func read<Value>(
        _ bytes: [UInt8],
        maximumDepth: Int = defaultMaximumDepth,
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let result: Result<Value, JSONError> = unsafe bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try unsafe read(buffer, maximumDepth: maximumDepth, body))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Checks that only white space is left.
    mutating func finish() throws(JSONError) {
        unsafe next = JSONWhitespace.pass(next, upTo: scanner.end)
        guard unsafe next == scanner.end else { throw JSONError(.trailingBytes, at: position) }
    }
}

// MARK: Structure

extension JSONReader {
    /// The type of the next value; white space before it is passed.
    package mutating func peek() throws(JSONError) -> JSONKind {
        unsafe next = try significant(next)
        let byte = unsafe next.pointee
        switch byte {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw JSONError(.unexpectedByte(byte), at: position)
        }
    }

    /// Enters the next value if it is an object; any other value is passed over and the answer is false.
    package mutating func enterObject() throws(JSONError) -> Bool {
        try enter(UInt8(ascii: "{"))
    }

    /// Enters the next value if it is an array; any other value is passed over and the answer is false.
    package mutating func enterArray() throws(JSONError) -> Bool {
        try enter(UInt8(ascii: "["))
    }

    @inline(__always)
    private mutating func enter(_ bracket: UInt8) throws(JSONError) -> Bool {
        let start = unsafe try significant(next)
        guard unsafe start.pointee == bracket else {
            try skipValue()
            return false
        }
        unsafe next = start + 1
        return true
    }

    /// The key of the next member of the object that was entered, nil after the last one.
    ///
    /// After a key its value must be read or passed over. `isFirst` starts as true and belongs to one object.
    package mutating func nextKey(_ isFirst: inout Bool) throws(JSONError) -> JSONKey? {
        guard let quote = unsafe try advance(closing: UInt8(ascii: "}"), &isFirst) else { return nil }
        let start = unsafe try pass(UInt8(ascii: "\""), at: quote)
        unsafe key = quote
        let (end, content) = unsafe try scanner.passString(start)
        unsafe next = try pass(UInt8(ascii: ":"), at: significant(end))
        return unsafe Self.string(from: start, to: end, content)
    }

    /// Whether the array that was entered has a further element.
    package mutating func nextElement(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        guard let start = unsafe try advance(closing: UInt8(ascii: "]"), &isFirst) else { return false }
        unsafe next = start
        return true
    }

    /// Where the next item of a container is, or nil when the bracket that closes it has been passed.
    @inline(__always)
    private mutating func advance(
        closing: UInt8,
        _ isFirst: inout Bool
    ) throws(JSONError) -> UnsafePointer<UInt8>? {
        let start = unsafe try significant(next)
        if unsafe start.pointee == closing {
            unsafe next = start + 1
            return nil
        }
        if isFirst {
            isFirst = false
            return unsafe start
        }
        return unsafe JSONWhitespace.pass(try pass(UInt8(ascii: ","), at: start), upTo: scanner.end)
    }

    /// Behind `byte`, which must be at `place`.
    @inline(__always)
    private func pass(_ byte: UInt8, at place: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        guard unsafe place < scanner.end else { throw unsafe JSONError(.unexpectedEnd, at: place - scanner.base) }
        let found = unsafe place.pointee
        guard found == byte else { throw unsafe JSONError(.unexpectedByte(found), at: place - scanner.base) }
        return unsafe place + 1
    }

    /// The next byte that is no white space.
    @inline(__always)
    private func significant(_ start: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        let place = unsafe JSONWhitespace.pass(start, upTo: scanner.end)
        guard unsafe place < scanner.end else { throw unsafe JSONError(.unexpectedEnd, at: place - scanner.base) }
        return unsafe place
    }

    /// The string whose first character is at `start` and whose closing quote is before `end`.
    @inline(__always)
    private static func string(
        from start: UnsafePointer<UInt8>,
        to end: UnsafePointer<UInt8>,
        _ content: JSONStringContent
    ) -> JSONKey {
        unsafe JSONKey(raw: UnsafeRawBufferPointer(start: start, count: end - start - 1), content)
    }
}

// MARK: Values

extension JSONReader {
    /// The next value if it is a string, else nil after passing over it.
    package mutating func readString() throws(JSONError) -> String? {
        try readRawString()?.string
    }

    /// The next value as raw string bytes if it is a string, else nil after passing over it.
    package mutating func readRawString() throws(JSONError) -> JSONKey? {
        let quote = unsafe try significant(next)
        guard unsafe quote.pointee == UInt8(ascii: "\"") else {
            try skipValue()
            return nil
        }
        let (end, content) = unsafe try scanner.passString(quote + 1)
        unsafe next = end
        return unsafe Self.string(from: quote + 1, to: end, content)
    }

    /// The next value if it is `true` or `false`, else nil after passing over it.
    package mutating func readBoolean() throws(JSONError) -> Bool? {
        guard try peek() == .boolean else {
            try skipValue()
            return nil
        }
        let isTrue = unsafe next.pointee == UInt8(ascii: "t")
        try skipValue()
        return isTrue
    }

    /// The next value if it is a number, as it is written, else nil after passing over it.
    package mutating func readNumber() throws(JSONError) -> String? {
        guard try peek() == .number else {
            try skipValue()
            return nil
        }
        let start = unsafe next
        try skipValue()
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: next - start), as: UTF8.self)
    }

    /// The bytes of a value that has been read, and with it checked, as text.
    package func text(of range: Range<Int>) -> ExactString {
        unsafe withBytes(range) { unsafe ExactString(String(decoding: $0, as: UTF8.self)) }
    }

    /// The bytes of `range`, for a second look at a value that was passed over.
    package func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: scanner.base + range.lowerBound, count: range.count))
    }
}
