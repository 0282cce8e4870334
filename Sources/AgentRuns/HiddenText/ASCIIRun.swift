/// A run of characters of ASCII that are seen, or that are white space.
enum ASCIIRun {
    /// The same byte eight times.
    private static func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// Where the first byte from `start` on is that is neither visible ASCII nor white space (U+0009 to U+000D); the end of
    /// `bytes` where there is none.
    static func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            if unsafe odd(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) != 0 { break }
            index += 8
        }
        while index < bytes.count {
            let byte = unsafe bytes[index]
            if byte &- 0x20 >= 0x5F, byte &- 0x09 > 0x04 { return index }
            index += 1
        }
        return index
    }

    /// The top bits of those of eight bytes that end a run.
    ///
    /// With their top bits set no byte borrows from the next when less than that is taken away.
    private static func odd(_ word: UInt64) -> UInt64 {
        let top = each(0x80)
        let full = word | top
        let isBelowSpace = ~(full &- each(0x20))
        let isWhiteSpace = (full &- each(0x09)) & ~(full &- each(0x0E))
        let isDelete = (word & ~top) &+ each(0x01)
        return (word | isDelete | isBelowSpace & ~isWhiteSpace) & top
    }
}
