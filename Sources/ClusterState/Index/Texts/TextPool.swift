internal import JSONPull

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// A text in a ``TextPool``: 8 bytes.
struct PooledText: Sendable {
    fileprivate var unit: UInt32
    /// Bytes.
    fileprivate var count: UInt32
}

/// Many short texts that come and go, in a few large blocks.
///
/// A String of more than 15 bytes has 32 bytes in front of its text, and the allocator's share beside it: for names and
/// branches as much as the text itself. Here a text takes its bytes rounded up to 16. What is removed is used again for
/// texts of that size; blocks are never given back, so a pool is as large as it ever had to be.
struct TextPool: Sendable {
    private static let unitBytes = 16
    private static let blockUnits = 4096
    /// Longer texts, which no API server stores as names, stand by themselves.
    private static let maximumUnits = 256
    /// Marks the number of a text that stands by itself.
    private static let longBit: UInt32 = 1 << 31

    private var blocks: [[UInt8]] = []
    /// Units of the last block that were never used.
    private var unused = 0
    /// Places of removed texts, by their size in units.
    private var free = [[UInt32]](repeating: [], count: maximumUnits + 1)
    private var long: [UInt32: ExactString] = [:]
    private var nextLong: UInt32 = 0

    /// Blocks of 64 KiB.
    var blockCount: Int { blocks.count }

    /// Keeps a copy of `text` until it is removed.
    mutating func add(_ text: ExactString) -> PooledText {
        unsafe text.withBytes { bytes in
            let units = Self.units(bytes.count)
            guard units <= Self.maximumUnits else { return addLong(text, count: bytes.count) }
            let unit = takeRoom(units)
            let offset = Int(unit) % Self.blockUnits * Self.unitBytes
            let block = Int(unit) / Self.blockUnits
            if units > 0 {
                unsafe blocks[block].withUnsafeMutableBytes { block in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: block[offset...])
                        .copyMemory(from: UnsafeRawBufferPointer(bytes))
                }
            }
            return PooledText(unit: unit, count: UInt32(bytes.count))
        }
    }

    /// Forgets a text that was added.
    mutating func remove(_ text: PooledText) {
        guard text.unit & Self.longBit == 0 else {
            long[text.unit] = nil
            return
        }
        let units = Self.units(Int(text.count))
        if units > 0 { free[units].append(text.unit) }
    }

    /// The text itself.
    func text(_ text: PooledText) -> ExactString {
        if text.unit & Self.longBit != 0 { return long[text.unit] ?? "" }
        return unsafe withBytes(text) { unsafe ExactString(String(decoding: unsafe $0, as: UTF8.self)) }
    }

    /// Whether it is `other`.
    func equals(_ text: PooledText, _ other: ExactString) -> Bool {
        unsafe other.withBytes { other in
            guard Int(text.count) == other.count else { return false }
            if text.unit & Self.longBit != 0 {
                return unsafe long[text.unit]?.withBytes { unsafe $0.elementsEqual(other) } ?? false
            }
            return unsafe withBytes(text) { bytes in
                guard let one = bytes.baseAddress, let two = other.baseAddress else { return true }
                return unsafe memcmp(one, two, other.count) == 0
            }
        }
    }

    /// Whether two texts are the same.
    func equals(_ text: PooledText, _ other: PooledText) -> Bool {
        guard text.count == other.count else { return false }
        if text.unit & Self.longBit != 0 { return equals(other, self.text(text)) }
        return unsafe withBytes(text) { one in
            unsafe withBytes(other) { other in
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return unsafe memcmp(start, otherStart, one.count) == 0
            }
        }
    }

    /// Lends the bytes of a text that stands in a block.
    private func withBytes<Result>(_ text: PooledText, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard text.count > 0 else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let offset = Int(text.unit) % Self.blockUnits * Self.unitBytes
        return unsafe blocks[Int(text.unit) / Self.blockUnits].withUnsafeBytes { block in
            unsafe body(UnsafeRawBufferPointer(rebasing: block[offset..<offset + Int(text.count)]))
        }
    }

    private static func units(_ bytes: Int) -> Int { (bytes + unitBytes - 1) / unitBytes }

    private mutating func takeRoom(_ units: Int) -> UInt32 {
        if units == 0 { return 0 }
        if let unit = free[units].popLast() { return unit }
        if unused < units {
            if unused > 0 { free[unused].append(UInt32(blocks.count * Self.blockUnits - unused)) }
            blocks.append([UInt8](repeating: 0, count: Self.blockUnits * Self.unitBytes))
            unused = Self.blockUnits
        }
        let unit = blocks.count * Self.blockUnits - unused
        unused -= units
        return UInt32(unit)
    }

    private mutating func addLong(_ text: ExactString, count: Int) -> PooledText {
        var number = nextLong | Self.longBit
        while long[number] != nil { number = (number &+ 1) | Self.longBit }
        nextLong = (number &+ 1) & ~Self.longBit
        long[number] = text
        return PooledText(unit: number, count: UInt32(count))
    }
}
