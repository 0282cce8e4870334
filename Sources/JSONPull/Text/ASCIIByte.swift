/// An ASCII character that foreign text is cut at, as its one byte.
///
/// A byte of ASCII is never part of another character's UTF-8, so cutting there is exact whatever follows it; a combining
/// mark behind a separator hides it from Swift's `Character`, not from this.
package struct ASCIIByte: Sendable, Hashable, ExpressibleByUnicodeScalarLiteral {
    package let value: UInt8

    /// A literal outside ASCII traps: it is this program's own text.
    package init(unicodeScalarLiteral scalar: Unicode.Scalar) {
        value = UInt8(ascii: scalar)
    }
}

extension UInt8 {
    /// Whether it is a letter or a digit of ASCII.
    @inlinable
    package var isASCIIAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
