private import Synchronization

/// A row of numbers that any thread adds to: no lock, no allocation, one atomic addition.
///
/// All additions are relaxed: each number is right by itself, and a reader in the middle of two additions sees one of them.
/// An addition takes about 5 ns, and some 100 ns while other processors add to the same number; a review makes four, so a
/// hundred processors would have to answer a million reviews a second before a number of each event loop's own paid.
// Unchecked: the memory is reached through atomic operations alone, and lives as long as this object.
@safe
final class AtomicCounts: @unchecked Sendable {
    private let cells: UnsafeMutablePointer<Atomic<Int>>
    let count: Int

    init(count: Int) {
        self.count = count
        unsafe cells = .allocate(capacity: count)
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    /// Adds to one of them; `index` is below ``count``.
    func add(_ amount: Int, at index: Int) {
        precondition(index >= 0 && index < count)
        // Inside of what was allocated, as just checked.
        unsafe cells[index].wrappingAdd(amount, ordering: .relaxed)
    }

    subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count)
        return unsafe cells[index].load(ordering: .relaxed)
    }
}
