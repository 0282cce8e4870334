/// Writes compact JSON into a growing buffer; commas are its business, well-formed nesting is the caller's.
///
/// The buffer is its own memory: an array asks before each byte whether it is shared and has room, which made up half of
/// writing an answer.
// Unchecked: the memory is reached through the one owner alone.
@safe
package struct JSONWriter: ~Copyable, @unchecked Sendable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes written so far.
    package private(set) var count = 0
    private var needsComma = false

    /// - Parameter capacity: expected size in bytes, to allocate once.
    package init(capacity: Int = 1024) {
        self.capacity = max(capacity, 16)
        unsafe start = .allocate(capacity: self.capacity)
    }

    deinit { unsafe start.deallocate() }

    /// What has been written so far.
    package var bytes: [UInt8] { unsafe withBytes { unsafe [UInt8]($0) } }

    /// Lends what has been written so far to `body`, which must not keep it.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: start, count: count))
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a key that needs no escaping.
    package mutating func key(_ key: StaticString) {
        key.withUTF8Buffer { unsafe appendQuoted($0, isKey: true) }
        needsComma = false
    }

    /// Writes any key.
    ///
    /// Not an overload: a literal would choose it.
    package mutating func escapedKey(_ key: String) {
        string(key)
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string value: `"`, `\` and control characters escaped, everything else as it is.
    package mutating func string(_ value: String) {
        unsafe ExactString(value).withBytes { text in
            if unsafe Self.endOfPlainText(UnsafeRawBufferPointer(text), from: 0) == text.count {
                unsafe appendQuoted(text, isKey: false)
            } else {
                separate()
                append(UInt8(ascii: "\""))
                unsafe appendEscaped(text)
                append(UInt8(ascii: "\""))
            }
        }
        needsComma = true
    }

    package mutating func boolean(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    package mutating func integer(_ value: Int) {
        separate()
        append(String(value))
        needsComma = true
    }

    package mutating func null() {
        literal("null")
    }

    /// Writes a value that is JSON already.
    package mutating func value(_ json: ExactString) {
        separate()
        append(json.string)
        needsComma = true
    }

    /// Writes a member that is a string.
    package mutating func member(_ key: StaticString, _ value: String) {
        unsafe ExactString(value).withBytes { text in
            guard unsafe Self.endOfPlainText(UnsafeRawBufferPointer(text), from: 0) == text.count else {
                self.key(key)
                return string(value)
            }
            key.withUTF8Buffer { unsafe appendMember($0, text) }
        }
    }

    /// Writes a member that is a whole number.
    package mutating func member(_ key: StaticString, _ value: Int) {
        self.key(key)
        integer(value)
    }

    /// Writes a line end between two top-level values.
    package mutating func newline() {
        append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { unsafe append($0) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { append(UInt8(ascii: ",")) }
    }

    // MARK: Appending

    private mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe start[count] = byte
        count += 1
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        reserve(text.count)
        unsafe put(text)
    }

    private mutating func append(_ text: String) {
        unsafe ExactString(text).withBytes { unsafe append($0) }
    }

    /// Appends a string that needs no escape, with the comma before it and, behind a key, the colon.
    private mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, isKey: Bool) {
        reserve(text.count + 4)
        unsafe putQuoted(text, needsComma)
        if isKey { put(UInt8(ascii: ":")) }
    }

    /// The same for a member whose key and value need no escape.
    private mutating func appendMember(_ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        reserve(key.count + value.count + 6)
        unsafe putQuoted(key, needsComma)
        put(UInt8(ascii: ":"))
        unsafe putQuoted(value, false)
        needsComma = true
    }

    // What follows has been given room.

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        unsafe start[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress else { return }
        unsafe (start + count).update(from: base, count: text.count)
        count += text.count
    }

    @inline(__always)
    private mutating func putQuoted(_ text: UnsafeBufferPointer<UInt8>, _ comma: Bool) {
        if comma { put(UInt8(ascii: ",")) }
        put(UInt8(ascii: "\""))
        unsafe put(text)
        put(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(by: more) }
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let larger = max(2 * capacity, count + more)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe memory.update(from: start, count: count)
        unsafe start.deallocate()
        unsafe start = memory
        capacity = larger
    }

    // MARK: Escaping

    /// Appends runs that need no escape as they are.
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while true {
            let end = unsafe Self.endOfPlainText(UnsafeRawBufferPointer(text), from: start)
            unsafe append(UnsafeBufferPointer(rebasing: text[start..<end]))
            guard end < text.count else { return }
            unsafe appendEscape(of: text[end])
            start = end + 1
        }
    }

    /// Where the first byte is, from `start` on, that needs an escape, or the end; eight bytes are looked at as one
    /// integer, as ``JSONStringScanner`` looks at them.
    private static func endOfPlainText(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= text.count {
            let marks = unsafe marks(of: text, at: index)
            if marks != 0 { return index + marks.trailingZeroBitCount >> 3 }
            index += 8
        }
        // The last few bytes with some before them, which are plain.
        if index < text.count, text.count - start >= 8 {
            let marks = unsafe marks(of: text, at: text.count - 8)
            return marks == 0 ? text.count : text.count - 8 + marks.trailingZeroBitCount >> 3
        }
        while index < text.count {
            let byte = unsafe text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            index += 1
        }
        return index
    }

    /// The high bit of the first of eight bytes that needs an escape, and maybe of others behind it.
    @inline(__always)
    private static func marks(of text: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let word = unsafe UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word))
            & highBits
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        default:
            append("u00")
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 0xF))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
