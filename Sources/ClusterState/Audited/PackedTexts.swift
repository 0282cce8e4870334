/// Texts of a few bytes up to some hundred thousand, one behind the other in blocks of memory.
///
/// A hundred thousand small arrays would each have a head of 32 bytes, and between them hold fast the memory of everything that
/// was read while they were made: four times what they are. A block of which less than half is in use is given up: its texts are
/// put into another one by whoever has them.
struct PackedTexts: Sendable {
    /// Where a text is.
    struct Place: Equatable, Sendable {
        fileprivate var block: UInt32
        fileprivate var start: UInt32
        fileprivate(set) var count: UInt32
    }

    private struct Block: Sendable {
        /// Heads and texts, whether they are still in use or not.
        var bytes: [UInt8]
        /// What it was made for.
        var capacity: Int
        /// Of ``bytes``, what is in use.
        var used = 0

        mutating func append(_ number: UInt32) {
            for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
        }
    }

    private static let blockBytes = 256 << 10
    /// Larger ones have a block of their own, so that the end of one that is full is no more than a quarter of it.
    private static let maximumSharedBytes = 64 << 10
    /// In front of each text: whose it is, and how long.
    private static let headBytes = 8

    private var blocks: [Block?] = []
    private var free: [Int] = []
    /// Where the next text goes; nil when it needs another.
    private var current: Int?
    /// What all blocks take.
    private(set) var byteCount = 0

    /// By how much ``byteCount`` would grow.
    func growth(for count: Int) -> Int {
        let size = Self.headBytes + count
        if size > Self.maximumSharedBytes { return size }
        return hasRoom(for: size) ? 0 : Self.blockBytes
    }

    private func hasRoom(for size: Int) -> Bool {
        guard let current, let block = blocks[current] else { return false }
        return block.bytes.count + size <= block.capacity
    }

    /// Adds a text.
    ///
    /// - Parameters:
    ///   - text: its bytes.
    ///   - owner: a number of whoever has it, told when it has to move.
    /// - Returns: where it is, and a block to be given up, if there is one: see ``texts(of:)``.
    mutating func add(_ text: [UInt8], owner: UInt32) -> (place: Place, sparse: Int?) {
        let size = Self.headBytes + text.count
        var sparse: Int?
        let number: Int
        if size > Self.maximumSharedBytes {
            number = makeBlock(of: size)
        } else if hasRoom(for: size), let current {
            number = current
        } else {
            let full = current
            number = makeBlock(of: Self.blockBytes)
            current = number
            sparse = full.flatMap { isSparse($0) ? $0 : nil }
        }
        let start = blocks[number]?.bytes.count ?? 0
        blocks[number]?.append(owner)
        blocks[number]?.append(UInt32(text.count))
        blocks[number]?.bytes += text
        blocks[number]?.used += size
        let place = Place(block: UInt32(number), start: UInt32(start), count: UInt32(text.count))
        return (place, sparse)
    }

    /// Removes a text.
    ///
    /// - Returns: a block to be given up, if there is one: see ``texts(of:)``.
    mutating func remove(_ place: Place) -> Int? {
        let number = Int(place.block)
        blocks[number]?.used -= Self.headBytes + Int(place.count)
        let isEmpty = blocks[number]?.used == 0
        return isEmpty || number != current && isSparse(number) ? number : nil
    }

    /// The bytes of a text.
    subscript(place: Place) -> [UInt8] {
        guard let block = blocks[Int(place.block)] else { return [] }
        let start = Int(place.start) + Self.headBytes
        return Array(block.bytes[start..<start + Int(place.count)])
    }

    /// The texts of a block, those that were removed included: whoever still has one adds it anew before the block is dropped.
    func texts(of block: Int) -> [(owner: UInt32, place: Place)] {
        guard let bytes = blocks[block]?.bytes else { return [] }
        var texts: [(owner: UInt32, place: Place)] = []
        var start = 0
        while start + Self.headBytes <= bytes.count {
            let count = Self.number(bytes, start + 4)
            let place = Place(block: UInt32(block), start: UInt32(start), count: count)
            texts.append((Self.number(bytes, start), place))
            start += Self.headBytes + Int(count)
        }
        return texts
    }

    /// Gives a block up, with all that is still in it.
    mutating func drop(_ number: Int) {
        guard let block = blocks[number] else { return }
        byteCount -= block.capacity
        blocks[number] = nil
        free.append(number)
        if number == current { current = nil }
    }

    private func isSparse(_ number: Int) -> Bool {
        blocks[number].map { $0.used < $0.capacity / 2 } ?? false
    }

    private mutating func makeBlock(of capacity: Int) -> Int {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(capacity)
        byteCount += capacity
        let block = Block(bytes: bytes, capacity: capacity)
        guard let number = free.popLast() else {
            blocks.append(block)
            return blocks.count - 1
        }
        blocks[number] = block
        return number
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
    }
}
