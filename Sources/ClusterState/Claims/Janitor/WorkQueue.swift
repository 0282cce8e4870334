/// What is to be done when, soonest first: a binary heap.
struct WorkQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: Int64
        var element: Element
    }

    private var heap: [Entry] = []

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }
    /// When the first is due.
    var firstDue: Int64? { heap.first?.due }

    mutating func add(_ element: Element, due: Int64) {
        heap.append(Entry(due: due, element: element))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first out if it is due at `now`.
    mutating func popDue(at now: Int64) -> Element? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink()
        return first.element
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].due < heap[least].due {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
