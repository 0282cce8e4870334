import TestRandomness
import Testing

@testable import ClusterState

@Suite struct `Packed texts` {
    private static func packed(_ text: [UInt8], _ dictionary: PackingDictionary?, _ packer: inout TextPacker) -> [UInt8]
    {
        unsafe text.withUnsafeBytes { unsafe packer.pack($0, with: dictionary) }
    }

    private static func unpacked(_ packed: [UInt8], _ dictionary: PackingDictionary?, room: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0xAA, count: room)
        var unpacker = TextUnpacker(packed)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe unpacker.unpack(with: dictionary, into: $0) }
        return count.map { Array(buffer[..<$0]) }
    }

    /// Words of a few letters, so that much repeats, and now and then something new.
    private static func text(_ random: inout SplitMix, upTo count: Int) -> [UInt8] {
        var text: [UInt8] = []
        let count = Int.random(in: 0...count, using: &random)
        while text.count < count {
            if Int.random(in: 0..<4, using: &random) == 0 {
                text.append(UInt8.random(in: 0...255, using: &random))
            } else if let start = text.indices.randomElement(using: &random) {
                text += text[start..<min(text.count, start + Int.random(in: 1...200, using: &random))]
            } else {
                text += Array("spec parameters head".utf8)
            }
        }
        return Array(text.prefix(count))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `are what they were`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var packer = TextPacker()
        let dictionaries = [
            nil, PackingDictionary([]), PackingDictionary([1, 2]), PackingDictionary(Self.text(&random, upTo: 50_000)),
        ]
        for dictionary in dictionaries {
            for _ in 0..<6 {
                var text = Self.text(&random, upTo: 3000)
                if let dictionary, !dictionary.text.isEmpty {
                    text = dictionary.text.suffix(700) + text + dictionary.text.prefix(90)
                }
                let packed = Self.packed(text, dictionary, &packer)
                #expect(packed.count <= text.count + text.count / 64 + 32)
                #expect(Self.unpacked(packed, dictionary, room: text.count) == text)
                #expect(Self.unpacked(packed, dictionary, room: text.count + 5) == text)
                if !text.isEmpty { #expect(Self.unpacked(packed, dictionary, room: text.count - 1) == nil) }
            }
        }
    }

    @Test func `take little where much is known already`() {
        var packer = TextPacker()
        let one = Array(
            #"{"metadata":{"name":"a-run-of-some-team"},"spec":{"prompt":"Do what the ticket says, and no more."}}"#
                .utf8
        )
        let other = Array(
            #"{"metadata":{"name":"a-run-of-any-team"},"spec":{"prompt":"Do what the ticket says, and no more."}}"#.utf8
        )
        #expect(Self.packed(other, PackingDictionary(one), &packer).count < 20)
        let letters = [UInt8](repeating: 65, count: 100_000)
        #expect(Self.packed(letters, nil, &packer).count < 20)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `that are damaged are none, or another text`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var packer = TextPacker()
        let dictionary = PackingDictionary(Self.text(&random, upTo: 1000))
        let text = dictionary.text + Self.text(&random, upTo: 1000)
        let whole = Self.packed(text, dictionary, &packer)
        for _ in 0..<200 {
            var packed = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) where !packed.isEmpty {
                packed[Int.random(in: packed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { packed.removeLast(Int.random(in: 0...packed.count, using: &random)) }
            let other = Self.unpacked(packed, Bool.random(using: &random) ? dictionary : nil, room: 4096)
            #expect((other?.count ?? 0) <= 4096)
        }
    }
}
