import ClusterState
import Synchronization
import Testing

@Suite struct `A sorted table` {
    @Test func `is a dictionary in the order of its keys`() {
        var random = SystemRandomNumberGenerator()
        var table = SortedTable<Int, String>()
        var known: [Int: String] = [:]
        for step in 0..<20_000 {
            let name = Int.random(in: 0..<600, using: &random)
            // It grows, and then shrinks to nothing.
            if Int.random(in: 0..<10, using: &random) < (step < 10_000 ? 8 : 2) {
                table.put("\(step)", at: name)
                known[name] = "\(step)"
            } else {
                table.remove(name)
                known[name] = nil
            }
            guard step % 50 == 0 else { continue }
            #expect(table.values == known.sorted { $0.key < $1.key }.map(\.value))
            #expect(table.first == known.min { $0.key < $1.key }?.value)
            #expect(table.count == known.count && table.isEmpty == known.isEmpty)
        }
        for name in 0..<600 { table.remove(name) }
        #expect(table.isEmpty && table.first == nil && table.values.isEmpty)
    }

    /// A name that counts how often it is compared.
    private struct Name: Comparable, Sendable {
        final class Count: Sendable {
            let value = Mutex(0)
        }

        let number: Int
        let count: Count

        static func == (one: Name, other: Name) -> Bool {
            one.count.value.withLock { $0 += 1 }
            return one.number == other.number
        }

        static func < (one: Name, other: Name) -> Bool {
            one.count.value.withLock { $0 += 1 }
            return one.number < other.number
        }
    }

    @Test(arguments: [1000, 32_000]) func `compares as often as the number of its entries has digits`(entries: Int) {
        let count = Name.Count()
        var table = SortedTable<Name, Int>()
        for number in 0..<entries { table.put(number, at: Name(number: number, count: count)) }
        count.value.withLock { $0 = 0 }
        for number in 0..<500 {
            table.remove(Name(number: number, count: count))
            table.put(number, at: Name(number: number, count: count))
            #expect(table.first == 0)
        }
        // Twice 16 steps, each with a last look whether it is the name.
        #expect(count.value.withLock { $0 } <= 500 * 2 * 20)
    }
}
