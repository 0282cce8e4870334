import TestRandomness
import Testing

@testable import ClusterState

@Suite struct `Blocks of packed texts` {
    /// Texts and who has them, as a table does.
    private struct Owners {
        var texts = PackedTexts()
        var places: [UInt32: PackedTexts.Place] = [:]
        /// What each is to be.
        var expected: [UInt32: [UInt8]] = [:]

        mutating func put(_ text: [UInt8], _ owner: UInt32) {
            remove(owner)
            let (place, sparse) = texts.add(text, owner: owner)
            (places[owner], expected[owner]) = (place, text)
            move(from: sparse)
        }

        mutating func remove(_ owner: UInt32) {
            guard let place = places.removeValue(forKey: owner) else { return }
            expected[owner] = nil
            move(from: texts.remove(place))
        }

        private mutating func move(from block: Int?) {
            var next = block
            while let block = next {
                next = nil
                for (owner, place) in texts.texts(of: block) where places[owner] == place {
                    let (moved, sparse) = texts.add(texts[place], owner: owner)
                    places[owner] = moved
                    next = sparse ?? next
                }
                texts.drop(block)
            }
        }

        var isRight: Bool { places.allSatisfy { texts[$0.value] == expected[$0.key] } }
        var bytes: Int { expected.values.reduce(0) { $0 + $1.count + 8 } }
    }

    private static func text(_ random: inout SplitMix) -> [UInt8] {
        let count =
            switch Int.random(in: 0..<20, using: &random) {
            case 0: Int.random(in: 0..<200_000, using: &random)
            case 1: 0
            default: Int.random(in: 1..<3000, using: &random)
            }
        return [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: count)
    }

    /// Each owner's text is what it was made, and at most half of a block is of no use, whatever comes and goes.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `are found again, and leave little room unused`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var owners = Owners()
        // Few, so that most are replaced often; or many.
        let count: UInt32 = seed.isMultiple(of: 2) ? 40 : 400
        for step in 0..<4000 {
            let owner = UInt32.random(in: 0..<count, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                owners.remove(owner)
            } else {
                owners.put(Self.text(&random), owner)
            }
            // Beside the one that is being filled.
            #expect(owners.texts.byteCount <= 2 * owners.bytes + (512 << 10), "step \(step)")
            if step.isMultiple(of: 500) { #expect(owners.isRight, "step \(step)") }
        }
        #expect(owners.isRight && !owners.places.isEmpty)
        for owner in 0..<count { owners.remove(owner) }
        #expect(owners.texts.byteCount == 0)
    }

    @Test func `say by how much they are going to grow`() {
        var random = SplitMix(seed: 1)
        var owners = Owners()
        for owner in 0..<2000 as Range<UInt32> {
            let text = Self.text(&random)
            let expected = owners.texts.byteCount + owners.texts.growth(for: text.count)
            owners.put(text, owner)
            #expect(owners.texts.byteCount == expected)
        }
    }
}
