#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Pulls JSON values (RFC 8259) out of received bytes, one after the other, without building a tree.
///
/// A consumer asks for what it needs and passes over the rest; what is passed over is checked for grammar and UTF-8 all
/// the same, iteratively, so that nesting costs no stack. Keys are compared by bytes. The consumer decides what a
/// repeated key means by assigning again: the last one wins.
///
/// The bytes are lent: a reader and the ``JSONKey`` values it returns must not outlive the call that lent them, which
/// ``read(_:maximumDepth:_:)`` ensures as long as the closure lets none escape.
@safe
package struct JSONReader: ~Copyable {
    /// Nesting that is passed over at the most.
    ///
    /// kube-apiserver sends just under 10,000 levels; each costs one bit here,
    /// and a body of 20 MiB of `[` stops at this bound instead of buying 2.5 MB of stack bits.
    package static let defaultMaximumDepth = 50_000

    let bytes: UnsafeRawBufferPointer
    let maximumDepth: Int
    /// Offset in bytes of the next byte to read.
    package private(set) var position = 0
    /// Offset in bytes of the opening quote of the key that was read last.
    package private(set) var keyOffset = 0

    init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        unsafe self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

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
        reader.position = range.lowerBound
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
}

// MARK: Structure

extension JSONReader {
    /// The type of the next value; white space before it is passed.
    package mutating func peek() throws(JSONError) -> JSONKind {
        skipWhitespace()
        guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        let byte = unsafe bytes[position]
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
        guard startsNext(bracket) else {
            try skipValue()
            return false
        }
        position += 1
        return true
    }

    /// The key of the next member of the object that was entered, nil after the last one.
    ///
    /// After a key its value must be read or passed over. `isFirst` starts as true and belongs to one object.
    package mutating func nextKey(_ isFirst: inout Bool) throws(JSONError) -> JSONKey? {
        guard try advance(closing: UInt8(ascii: "}"), &isFirst) else { return nil }
        let key = try readKey()
        skipWhitespace()
        try expect(UInt8(ascii: ":"))
        return key
    }

    /// Whether the array that was entered has a further element.
    package mutating func nextElement(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        try advance(closing: UInt8(ascii: "]"), &isFirst)
    }

    @inline(__always)
    private mutating func advance(closing: UInt8, _ isFirst: inout Bool) throws(JSONError) -> Bool {
        skipWhitespace()
        guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        if unsafe bytes[position] == closing {
            position += 1
            return false
        }
        if isFirst {
            isFirst = false
        } else {
            try expect(UInt8(ascii: ","))
            skipWhitespace()
        }
        return true
    }

    /// Checks that only white space is left.
    mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard unsafe position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }

    @inline(__always)
    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        let found = unsafe bytes[position]
        guard found == byte else { throw JSONError(.unexpectedByte(found), at: position) }
        position += 1
    }

    /// Whether the next value starts with `byte`; white space before it is passed.
    @inline(__always)
    private mutating func startsNext(_ byte: UInt8) -> Bool {
        skipWhitespace()
        return unsafe position < bytes.count && bytes[position] == byte
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while unsafe position < bytes.count {
            switch unsafe bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}

// MARK: Values

extension JSONReader {
    @inline(__always)
    private mutating func readKey() throws(JSONError) -> JSONKey {
        guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        let byte = unsafe bytes[position]
        guard byte == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte(byte), at: position) }
        keyOffset = position
        return try scanString()
    }

    /// The next value if it is a string, else nil after passing over it.
    package mutating func readString() throws(JSONError) -> String? {
        guard startsNext(UInt8(ascii: "\"")) else {
            try skipValue()
            return nil
        }
        return try scanString().string
    }

    /// The next value as raw string bytes if it is a string, else nil after passing over it.
    package mutating func readRawString() throws(JSONError) -> JSONKey? {
        guard startsNext(UInt8(ascii: "\"")) else {
            try skipValue()
            return nil
        }
        return try scanString()
    }

    /// The next value if it is `true` or `false`, else nil after passing over it.
    package mutating func readBoolean() throws(JSONError) -> Bool? {
        guard try peek() == .boolean else {
            try skipValue()
            return nil
        }
        let isTrue = unsafe bytes[position] == UInt8(ascii: "t")
        try skipLiteral(isTrue ? "true" : "false")
        return isTrue
    }

    /// The next value if it is a number, as it is written, else nil after passing over it.
    package mutating func readNumber() throws(JSONError) -> String? {
        guard try peek() == .number else {
            try skipValue()
            return nil
        }
        let start = position
        try skipNumber()
        return unsafe String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Passes over the next value, checking all of it, and returns the range of its bytes.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        if startsNext(UInt8(ascii: "\"")) {
            let start = position
            _ = try scanString()
            return start..<position
        }
        let kind = try peek()
        let start = position
        switch kind {
        case .object, .array: try skipContainers()
        default: try skipScalar(kind)
        }
        return start..<position
    }

    private mutating func skipScalar(_ kind: JSONKind) throws(JSONError) {
        switch kind {
        case .string: _ = try scanString()
        case .number: try skipNumber()
        case .boolean: try skipLiteral(unsafe bytes[position] == UInt8(ascii: "t") ? "true" : "false")
        case .null: try skipLiteral("null")
        case .object, .array: break
        }
    }

    /// Passes over an object or array with all it contains, keeping one bit a level.
    private mutating func skipContainers() throws(JSONError) {
        var levels = JSONContainerStack()
        repeat {
            // Here a value may start.
            if startsNext(UInt8(ascii: "\"")) {
                _ = try scanString()
                try closeContainers(&levels)
                continue
            }
            let kind = try peek()
            if kind == .object || kind == .array {
                guard levels.count < maximumDepth else { throw JSONError(.tooDeep(limit: maximumDepth), at: position) }
                levels.push(isObject: kind == .object)
                position += 1
                if try !startsFirstItem(inObject: kind == .object) { continue }
                levels.pop()
            } else {
                try skipScalar(kind)
            }
            try closeContainers(&levels)
        } while levels.count > 0
    }

    /// After an opening bracket: false when an item follows (past its key), true when the container is empty and passed.
    @inline(__always)
    private mutating func startsFirstItem(inObject: Bool) throws(JSONError) -> Bool {
        skipWhitespace()
        guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        if unsafe bytes[position] == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            position += 1
            return true
        }
        if inObject { try skipKey() }
        return false
    }

    /// After a value: passes closing brackets until a comma, or the end of the outermost container.
    private mutating func closeContainers(_ levels: inout JSONContainerStack) throws(JSONError) {
        while levels.count > 0 {
            skipWhitespace()
            guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            let byte = unsafe bytes[position]
            if byte == UInt8(ascii: ",") {
                position += 1
                if levels.isObject {
                    skipWhitespace()
                    try skipKey()
                }
                return
            }
            guard byte == (levels.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw JSONError(.unexpectedByte(byte), at: position)
            }
            position += 1
            levels.pop()
        }
    }

    @inline(__always)
    private mutating func skipKey() throws(JSONError) {
        _ = try readKey()
        skipWhitespace()
        try expect(UInt8(ascii: ":"))
    }

    private mutating func skipLiteral(_ literal: StaticString) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard unsafe position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            let byte = unsafe bytes[position]
            guard unsafe byte == literal.utf8Start[index] else { throw JSONError(.unexpectedByte(byte), at: position) }
            position += 1
        }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`, RFC 8259 section 6.
    private mutating func skipNumber() throws(JSONError) {
        if unsafe bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        let digits = skipDigits()
        guard digits > 0, unsafe digits == 1 || bytes[first] != UInt8(ascii: "0") else {
            // Too few digits at the end of the input may be a number cut off; too many never were one.
            let isCutOff = unsafe digits == 0 && position == bytes.count
            throw JSONError(isCutOff ? .unexpectedEnd : .invalidNumber, at: position)
        }
        if unsafe position < bytes.count, unsafe bytes[position] == UInt8(ascii: ".") {
            position += 1
            try requireDigits()
        }
        guard unsafe position < bytes.count, unsafe bytes[position] | 0x20 == UInt8(ascii: "e") else { return }
        position += 1
        if unsafe position < bytes.count,
            unsafe bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
        {
            position += 1
        }
        try requireDigits()
    }

    private mutating func requireDigits() throws(JSONError) {
        guard skipDigits() > 0 else {
            throw JSONError(unsafe position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
        }
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while unsafe position < bytes.count, unsafe (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }

    /// Reads the string whose opening quote is next and checks its escapes and its UTF-8.
    @inline(__always)
    private mutating func scanString() throws(JSONError) -> JSONKey {
        let start = position + 1
        var scanner = unsafe JSONStringScanner(bytes: bytes, position: start)
        try scanner.scan()
        position = scanner.position + 1
        let raw = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<scanner.position])
        return unsafe JSONKey(raw: raw, isEscaped: scanner.sawEscape)
    }

    /// The bytes of `range`, for a second look at a value that was passed over.
    package func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
}
