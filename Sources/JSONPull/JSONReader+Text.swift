extension JSONReader {
    /// The bytes of a value that has been read, as text.
    package func text(of range: Range<Int>) -> ExactString {
        // Only values that were read, and with them checked, have a range.
        ExactString(unsafe String(decoding: bytes[range], as: UTF8.self))
    }
}
