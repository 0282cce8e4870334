/// An open-addressed hash table of places in an array that holds the keys: 8 bytes a cell, where a `Dictionary` would
/// hold every key once more.
///
/// The caller hashes and compares; half of the hash stands in the cell, so that other keys are hardly ever compared.
/// Linear probing; removal closes the gap, so that no search walks over dead cells.
struct SlotIndex: Sendable {
    /// 32 bits of the hash above the place plus one; 0 is empty.
    private var cells: [UInt64] = []
    private(set) var count = 0

    private var mask: Int { cells.count - 1 }

    /// The place under `hash` that `matches`.
    func find(hash: Int, _ matches: (Int) -> Bool) -> Int? {
        cell(hash: hash, matches).map { Self.place(cells[$0]) }
    }

    /// Adds a place that is not there yet.
    mutating func insert(_ place: Int, hash: Int) {
        // At most three quarters full.
        if (count + 1) * 4 > cells.count * 3 { grow() }
        put(Self.entry(place, hash: hash))
        count += 1
    }

    /// Puts `new`, of the same hash, where `place` is.
    mutating func replace(_ place: Int, by new: Int, hash: Int) {
        guard let cell = cell(hash: hash, { $0 == place }) else { return }
        cells[cell] = Self.entry(new, hash: hash)
    }

    /// Takes `place` out; it must hash to `hash`.
    mutating func remove(_ place: Int, hash: Int) {
        guard var gap = cell(hash: hash, { $0 == place }) else { return }
        cells[gap] = 0
        count -= 1
        var cell = (gap + 1) & mask
        while cells[cell] != 0 {
            // It may move back into the gap unless its home lies between the two.
            if (cell - home(cells[cell])) & mask >= (cell - gap) & mask {
                cells[gap] = cells[cell]
                cells[cell] = 0
                gap = cell
            }
            cell = (cell + 1) & mask
        }
    }

    private func cell(hash: Int, _ matches: (Int) -> Bool) -> Int? {
        guard !cells.isEmpty else { return nil }
        let wanted = UInt32(truncatingIfNeeded: hash)
        var cell = Int(wanted) & mask
        while cells[cell] != 0 {
            if UInt32(cells[cell] >> 32) == wanted, matches(Self.place(cells[cell])) { return cell }
            cell = (cell + 1) & mask
        }
        return nil
    }

    private mutating func grow() {
        let old = cells
        cells = [UInt64](repeating: 0, count: max(8, old.count * 2))
        for entry in old where entry != 0 { put(entry) }
    }

    private mutating func put(_ entry: UInt64) {
        var cell = home(entry)
        while cells[cell] != 0 { cell = (cell + 1) & mask }
        cells[cell] = entry
    }

    private func home(_ entry: UInt64) -> Int { Int(entry >> 32) & mask }

    private static func entry(_ place: Int, hash: Int) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: hash)) << 32 | UInt64(place + 1)
    }

    private static func place(_ entry: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: entry)) - 1 }
}
