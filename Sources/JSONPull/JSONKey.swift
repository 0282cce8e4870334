/// A string as it stands in the lent bytes: what `switch` compares with literals without making a `String`.
///
/// It must not outlive the reader it came from.
@safe
package struct JSONKey {
    /// The bytes between the quotes, escapes unresolved, already checked.
    @usableFromInline let raw: UnsafeRawBufferPointer
    /// Whether `raw` contains a backslash.
    @usableFromInline let isEscaped: Bool

    init(raw: UnsafeRawBufferPointer, isEscaped: Bool) {
        unsafe self.raw = raw
        self.isEscaped = isEscaped
    }

    /// The string, unescaped; a lone surrogate becomes U+FFFD.
    package var string: String {
        if isEscaped { return unsafe JSONUnescaping.string(raw) }
        return unsafe String(decoding: raw, as: UTF8.self)
    }

    /// Whether the string is, byte for byte, `literal`.
    ///
    /// Inlined into every `switch` over keys: most cases differ in length, and a call for each would cost more than the
    /// comparison (measured: 4% of decoding).
    @inlinable @inline(__always)
    package static func ~= (literal: StaticString, key: JSONKey) -> Bool {
        if key.isEscaped { return key.equalsEscaped(literal) }
        guard unsafe literal.utf8CodeUnitCount == key.raw.count else { return false }
        for index in 0..<literal.utf8CodeUnitCount where unsafe key.raw[index] != literal.utf8Start[index] {
            return false
        }
        return true
    }

    @usableFromInline
    package func equalsEscaped(_ literal: StaticString) -> Bool {
        literal.withUTF8Buffer { unsafe JSONUnescaping.equals(raw, $0) }
    }
}
