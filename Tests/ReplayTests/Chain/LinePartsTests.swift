import AgentRuns
import JSONPull
import Replay
import Testing

@Suite struct `A line in parts` {
    private let time = Timestamp(seconds: 1_790_000_000)

    private func split(_ text: String, _ maximumBytes: Int) -> (parts: [[UInt8]], last: [UInt8]) {
        let parts = LineParts(Array((text + "\n").utf8), maximumBytes: maximumBytes)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("uid", "short")
        parts.writeSum(to: &writer)
        writer.endObject()
        return (parts.lines(at: time).map { Array($0.dropLast()) }, writer.bytes)
    }

    @Test(arguments: [
        String(repeating: "a", count: 5000), String(repeating: "\"\\", count: 3000),
        String(repeating: "é€😀", count: 900),
        "{\"a\":\"\\u200b\"}" + String(repeating: "😀\"", count: 700),
    ])
    func `is within the limit and comes together again, byte by byte`(text: String) {
        let (parts, last) = split(text, 1024)
        #expect(parts.count > 3)
        for part in parts {
            #expect(part.count < 1024)
            #expect(String(validating: part, as: UTF8.self) != nil)
        }
        var joiner = PartJoiner()
        for part in parts { #expect(joiner.join(part) == nil) }
        #expect(joiner.join(last).map { String(decoding: $0, as: UTF8.self) } == text)
        // Nothing is kept of it.
        #expect(joiner.join(last) == last)
    }

    @Test func `comes together among those of others`() {
        let (one, lastOne) = split(String(repeating: "a", count: 3000), 1024)
        let (two, lastTwo) = split(String(repeating: "b", count: 3000), 1024)
        var joiner = PartJoiner()
        for (first, second) in zip(one, two) {
            #expect(joiner.join(first) == nil && joiner.join(second) == nil)
            #expect(joiner.join(Array("{\"uid\":\"x\"}".utf8)) == Array("{\"uid\":\"x\"}".utf8))
        }
        #expect(joiner.join(lastTwo)?.first == UInt8(ascii: "b"))
        #expect(joiner.join(lastOne)?.first == UInt8(ascii: "a"))
    }

    /// A log is somebody else's: parts of nothing, each of another line, are not kept without an end.
    @Test func `takes no more room for parts without text than for others`() {
        var joiner = PartJoiner()
        for number in 0..<40_000 {
            let hash = String(repeating: "0", count: 56) + String(0x1000_0000 + number, radix: 16)
            let part = #"{"time":"2026-11-23T12:00:00Z","dropped":0,"part":{"sha256":"\#(hash)","number":1,"text":""}}"#
            #expect(joiner.join(Array(part.utf8)) == nil)
        }
        #expect(joiner.count < 33_000)
    }

    @Test func `is its last line where a part is missing, twice there or another`() {
        let text = String(repeating: "a", count: 5000)
        let (parts, last) = split(text, 1024)
        for index in parts.indices {
            var without = parts
            without.remove(at: index)
            var joiner = PartJoiner()
            for part in without { _ = joiner.join(part) }
            #expect(joiner.join(last) == last)
            var changed = parts
            changed[index] = Array(String(decoding: parts[index], as: UTF8.self).replacing("aaa", with: "aba").utf8)
            for part in changed { _ = joiner.join(part) }
            #expect(joiner.join(last) == last)
        }
        // A writer that was interrupted begins anew.
        var joiner = PartJoiner()
        for part in parts.dropLast() + parts { _ = joiner.join(part) }
        #expect(joiner.join(last)?.count == text.utf8.count)
    }
}
