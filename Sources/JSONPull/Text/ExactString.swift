#if canImport(Glibc)
public import Glibc
#elseif canImport(Musl)
public import Musl
#else
public import Darwin
#endif

/// A string that is compared, ordered and hashed by its UTF-8 bytes.
///
/// Swift's `String` equates canonically equivalent text; on this wire and in git two such names are two names.
///
/// Public and frozen for its inlinable parts alone, which are called so often and do so little that a call across modules
/// costs more than they do (measured: 10% of judging).
@frozen public struct ExactString: Sendable {
    /// The text.
    @usableFromInline package var string: String

    package init(_ string: String) {
        self.string = string
    }

    package init(_ string: Substring) {
        self.string = String(string)
    }

    /// Whether there are no bytes at all.
    @inlinable public var isEmpty: Bool { string.utf8.isEmpty }

    /// Whether the first bytes are those of `prefix`.
    package func starts(with prefix: ExactString) -> Bool {
        unsafe withBytes { bytes in
            unsafe prefix.withBytes { prefix in
                guard let start = prefix.baseAddress, let base = bytes.baseAddress else { return prefix.isEmpty }
                return unsafe prefix.count <= bytes.count && memcmp(base, start, prefix.count) == 0
            }
        }
    }

    /// Whether one of the bytes is `byte`.
    package func has(_ byte: UInt8) -> Bool {
        unsafe withBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, Int32(byte), bytes.count) != nil
        }
    }

    /// Lends the UTF-8 bytes to `body`, which must not keep them.
    @inlinable @inline(__always)
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = unsafe string.utf8.withContiguousStorageIfAvailable({ unsafe body($0) }) { return result }
        return unsafe Array(string.utf8).withUnsafeBufferPointer { unsafe body($0) }
    }

    /// Length in characters, which here are Unicode scalars.
    package var characterCount: Int {
        // Every byte but a continuation byte, 10xxxxxx, starts a scalar; eight are looked at as one integer.
        unsafe withBytes { text in
            let bytes = UnsafeRawBufferPointer(text)
            var continuations = 0
            var index = 0
            while index + 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                continuations += (word >> 7 & ~(word >> 6) & 0x0101_0101_0101_0101).nonzeroBitCount
                index += 8
            }
            while index < bytes.count {
                if unsafe bytes[index] & 0xC0 == 0x80 { continuations += 1 }
                index += 1
            }
            return bytes.count - continuations
        }
    }
}

extension ExactString: Hashable {
    /// Whether the bytes are the same.
    @inlinable
    public static func == (lhs: ExactString, rhs: ExactString) -> Bool {
        // Most unequal names differ in length.
        let count = lhs.string.utf8.count
        guard count == rhs.string.utf8.count else { return false }
        guard #available(macOS 26, *) else { return lhs.string.utf8.elementsEqual(rhs.string.utf8) }
        // Spans borrow the strings, where a closure within a closure would retain both.
        let (left, right) = (lhs.string.utf8.span, rhs.string.utf8.span)
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                guard let one = left.baseAddress, let other = right.baseAddress else { return true }
                return unsafe memcmp(one, other, count) == 0
            }
        }
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        unsafe withBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension ExactString: Comparable {
    /// Orders by the bytes.
    public static func < (lhs: ExactString, rhs: ExactString) -> Bool {
        lhs.string.utf8.lexicographicallyPrecedes(rhs.string.utf8)
    }
}

extension ExactString: ExpressibleByStringLiteral {
    // The compiler makes the literal a constant, which costs nothing to copy.
    /// Makes the text of a literal.
    @inlinable
    public init(stringLiteral value: String) {
        string = value
    }
}

extension ExactString: CustomStringConvertible {
    /// The text.
    public var description: String { string }
}
