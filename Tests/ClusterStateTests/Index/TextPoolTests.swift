import JSONPull
import Testing

@testable import ClusterState

@Suite struct `The pool of texts` {
    @Test func `gives back what was put in, whatever its length`() {
        var pool = TextPool()
        let lengths = [0, 1, 15, 16, 17, 255, 256, 4095, 4096, 4097, 65_536, 200_000]
        let texts = lengths.map {
            ExactString(String(repeating: "é", count: $0 / 2) + String(repeating: "x", count: $0 % 2))
        }
        let pooled = texts.map { pool.add($0) }
        for (text, place) in zip(texts, pooled) {
            #expect(pool.text(place) == text)
            #expect(pool.equals(place, text))
            #expect(!pool.equals(place, "other"))
        }
    }

    @Test func `tells its texts apart, whatever their length`() {
        var pool = TextPool()
        let texts = [0, 1, 15, 16, 17, 4095, 4096, 4097, 10_000].flatMap { length in
            ["a", "b"].map { ExactString(String(repeating: "x", count: length) + $0) }
        }
        let pooled = texts.map { (pool.add($0), pool.add($0)) }
        for (index, (one, other)) in pooled.enumerated() {
            #expect(pool.equals(one, other))
            let equal = pooled.indices.filter { pool.equals(one, pooled[$0].1) }
            #expect(equal == [index])
        }
    }

    @Test func `uses the place of a removed text again, and leaves the others alone`() {
        var pool = TextPool()
        var generator = SystemRandomNumberGenerator()
        var kept: [(text: ExactString, place: PooledText)] = []
        for round in 0..<20_000 {
            if !kept.isEmpty, UInt8.random(in: 0..<2, using: &generator) == 0 {
                pool.remove(kept.remove(at: Int.random(in: 0..<kept.count, using: &generator)).place)
            }
            let length = Int.random(in: 0..<600, using: &generator)
            let text = ExactString("\(round)-" + String(repeating: "a", count: length))
            if kept.count < 500 { kept.append((text, pool.add(text))) }
        }
        #expect(kept.allSatisfy { pool.text($0.place) == $0.text })
        #expect(pool.blockCount < 20, "\(pool.blockCount) blocks for 500 texts of 300 bytes on average")
    }

    @Test func `a long text that is removed is forgotten`() {
        var pool = TextPool()
        let text = ExactString(String(repeating: "x", count: 10_000))
        for _ in 0..<100 { pool.remove(pool.add(text)) }
        let one = pool.add(text)
        let two = pool.add(ExactString(String(repeating: "y", count: 10_000)))
        pool.remove(one)
        #expect(pool.text(one).isEmpty)
        #expect(pool.text(two).string.hasPrefix("y"))
    }
}
