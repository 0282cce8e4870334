import JSONPull
import Testing

@Suite struct `Counted characters` {
    @Test(arguments: ["", "a", String(repeating: "é", count: 700), String(repeating: "ab\u{1F600}", count: 900)])
    func `are those before each place`(text: String) {
        let bytes = Array(text.utf8)
        let counts = CharacterCounts(bytes)
        var number = 0
        for offset in bytes.indices {
            #expect(counts.characters(before: offset, in: bytes) == number)
            if bytes[offset] & 0xC0 == 0x80 { continue }
            #expect(counts.offset(ofCharacter: number, in: bytes) == offset)
            number += 1
        }
        #expect(counts.characters(before: bytes.count, in: bytes) == number)
        #expect(counts.offset(ofCharacter: number + 5, in: bytes) == bytes.count)
    }
}
