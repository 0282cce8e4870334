/// Marks that are to be written, each once and not more than there is room for.
struct PendingMarks: Sendable {
    /// What 200 reviews a second leave in five minutes of an API server that takes none; 0.5 MB.
    static let defaultCapacity = 65_536

    private let capacity: Int
    private var marks: Set<UInt64> = []

    init(capacity: Int = defaultCapacity) { self.capacity = capacity }

    var count: Int { marks.count }
    var isEmpty: Bool { marks.isEmpty }
    var sorted: SortedMarks { SortedMarks(marks) }

    /// Whether it is among them now; false when there is no room.
    mutating func add(_ mark: ReviewMark) -> Bool {
        if marks.count >= capacity { return marks.contains(mark.bits) }
        marks.insert(mark.bits)
        return true
    }

    /// Takes those away that are kept by now.
    mutating func remove(_ written: SortedMarks) {
        if marks.count <= written.count {
            marks = marks.filter { !written.contains(ReviewMark(bits: $0)) }
        } else {
            marks.subtract(written.bits)
        }
    }
}
