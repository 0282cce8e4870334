/// A set of marks as it is kept: ascending, eight bytes each.
struct SortedMarks: Equatable, Sendable {
    private(set) var bits: [UInt64] = []

    init() {}

    /// Sorts them, each once.
    init(_ marks: some Sequence<UInt64>) {
        bits = marks.sorted()
        removeRepeated()
    }

    /// Reads what ``bytes`` has written.
    ///
    /// - Returns: nil for bytes that are no whole number of marks; those out of order are put into it.
    init?(bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count.isMultiple(of: 8) else { return nil }
        bits.reserveCapacity(bytes.count / 8)
        var (word, count) = (UInt64(0), 0)
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            count += 1
            if count.isMultiple(of: 8) { bits.append(word) }
        }
        let isAscending = zip(bits, bits.dropFirst()).allSatisfy { $0 < $1 }
        if !isAscending {
            bits.sort()
            removeRepeated()
        }
    }

    private mutating func removeRepeated() {
        var last: UInt64?
        bits.removeAll { mark in
            defer { last = mark }
            return mark == last
        }
    }

    var count: Int { bits.count }
    var isEmpty: Bool { bits.isEmpty }

    /// Big endian.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * bits.count)
        for mark in bits {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: mark >> (56 - 8 * place))) }
        }
        return bytes
    }

    func contains(_ mark: ReviewMark) -> Bool {
        var (low, high) = (0, bits.count)
        while low < high {
            let middle = low + (high - low) / 2
            if bits[middle] < mark.bits { low = middle + 1 } else { high = middle }
        }
        return low < bits.count && bits[low] == mark.bits
    }

    /// Those of both.
    func union(_ other: SortedMarks) -> SortedMarks {
        var merged = SortedMarks()
        merged.bits.reserveCapacity(bits.count + other.bits.count)
        var (left, right) = (0, 0)
        while left < bits.count, right < other.bits.count {
            let (one, two) = (bits[left], other.bits[right])
            merged.bits.append(min(one, two))
            if one <= two { left += 1 }
            if two <= one { right += 1 }
        }
        merged.bits += bits[left...]
        merged.bits += other.bits[right...]
        return merged
    }

    /// Those that `isLeftOut` is not true of.
    func removing(where isLeftOut: (UInt64) -> Bool) -> SortedMarks {
        var rest = self
        rest.bits.removeAll(where: isLeftOut)
        return rest
    }

    /// So many of them at the most, the lowest.
    func prefix(_ count: Int) -> SortedMarks {
        var first = self
        if first.bits.count > count { first.bits.removeLast(first.bits.count - count) }
        return first
    }
}
