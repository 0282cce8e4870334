/// A text that others are packed with: what they have in common with it takes a few bytes.
final class PackingDictionary: Sendable {
    /// Two bytes hold every place in it.
    static let maximumBytes = 32 << 10
    static let hashBits: UInt32 = 13
    static let none = UInt16.max

    let text: [UInt8]
    /// Where four bytes stood last, by their hash.
    let places: [UInt16]
    /// What it takes in memory.
    var byteCount: Int { text.count + 2 * places.count + 128 }

    /// Takes the first bytes of `text`.
    init(_ text: [UInt8]) {
        let text = Array(text.prefix(Self.maximumBytes))
        var places = [UInt16](repeating: Self.none, count: 1 << Int(Self.hashBits))
        unsafe text.withUnsafeBytes { bytes in
            guard bytes.count >= 4 else { return }
            for place in 0...bytes.count - 4 {
                let four = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
                places[Self.hash(four)] = UInt16(place)
            }
        }
        (self.text, self.places) = (text, places)
    }

    @inline(__always)
    static func hash(_ four: UInt32) -> Int { Int((four &* 2_654_435_761) >> (32 - hashBits)) }
}
