/// What happens when, in order; what happens at the same moment happens in the order it was added.
///
/// The heap holds numbers alone and the events stand still beside it: moving an event of any type costs more than all the
/// rest, and a simulated year moves a hundred thousand.
package struct EventQueue<Event> {
    private var order = EventOrder()
    /// By place; nil where one has been taken.
    private var events: [Event?] = []
    private var free: [Int] = []

    package init() {}

    package var nextTime: Int64? { order.first?.time }

    package mutating func add(_ event: Event, at time: Int64) {
        if let place = free.popLast() {
            events[place] = event
            order.add(time, place)
        } else {
            events.append(event)
            order.add(time, events.count - 1)
        }
    }

    package mutating func pop() -> (time: Int64, event: Event)? {
        guard let (time, place) = order.pop(), let event = events[place].take() else { return nil }
        free.append(place)
        return (time, event)
    }
}

/// Times in order, each with a place: a binary heap.
private struct EventOrder {
    private var heap: [(time: Int64, number: Int, place: Int)] = []
    private var nextNumber = 0

    var first: (time: Int64, place: Int)? { heap.first.map { ($0.time, $0.place) } }

    mutating func add(_ time: Int64, _ place: Int) {
        heap.append((time, nextNumber, place))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (time: Int64, place: Int)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            if 2 * parent + 1 < heap.count, precedes(2 * parent + 1, least) { least = 2 * parent + 1 }
            if 2 * parent + 2 < heap.count, precedes(2 * parent + 2, least) { least = 2 * parent + 2 }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.time, first.place)
    }

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (heap[one], heap[other])
        return (one.time, one.number) < (other.time, other.number)
    }
}
