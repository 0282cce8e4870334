/// A string as it stands in the lent bytes: what `switch` compares with literals without making a `String`.
///
/// It must not outlive the reader it came from.
@safe
@frozen public struct JSONKey {
    /// The bytes between the quotes, escapes unresolved, already checked.
    @usableFromInline let raw: UnsafeRawBufferPointer
    @usableFromInline let content: JSONStringContent

    init(raw: UnsafeRawBufferPointer, _ content: JSONStringContent) {
        unsafe self.raw = raw
        self.content = content
    }

    /// The string, unescaped; a lone surrogate becomes U+FFFD.
    package var string: String {
        guard content != .escaped else { return unsafe JSONUnescaping.string(raw) }
        guard #available(macOS 26, *) else { return unsafe String(decoding: raw, as: UTF8.self) }
        // The scanner has checked the bytes; checking them again took a third of making a string.
        let bytes = unsafe raw.assumingMemoryBound(to: UInt8.self).span
        return unsafe String(copying: UTF8Span(unchecked: bytes, isKnownASCII: content == .ascii))
    }

    /// Whether the string is, byte for byte, `literal`.
    ///
    /// Inlined into every `switch` over keys, where the literal's bytes and length are constants: most cases differ in
    /// length, and a call for each would cost more than the comparison (measured: 10% of decoding).
    @inlinable @inline(__always)
    public static func ~= (literal: StaticString, key: JSONKey) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard unsafe key.raw.count == count else { return key.content == .escaped && key.equalsEscaped(literal) }
        // Escaped, it would be longer than what it stands for.
        for index in 0..<count where unsafe key.raw[index] != literal.utf8Start[index] { return false }
        return true
    }

    @usableFromInline
    package func equalsEscaped(_ literal: StaticString) -> Bool {
        literal.withUTF8Buffer { unsafe JSONUnescaping.equals(raw, $0) }
    }
}
