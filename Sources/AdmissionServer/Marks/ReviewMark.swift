private import Digest
package import JSONPull

/// That a run's spec was judged, in one generation, and admitted: 64 bits of a hash of the two.
///
/// The hash is SHA-256, of which the first eight bytes are taken. An API server chooses the uid, not the author of a run: nobody can
/// try uids until one has the mark of another run, and that one of 100,000 has it by chance happens once in 10^14 times.
package struct ReviewMark: Hashable, Comparable, Sendable {
    /// As it is kept, big endian.
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    /// The mark of a run in a generation; nil where the uid is none that an API server makes.
    package init?(uid: ExactString, generation: Int64) {
        guard let run = JudgedRun(uid: uid, generation: generation) else { return nil }
        self = run.mark
    }

    package static func < (lhs: ReviewMark, rhs: ReviewMark) -> Bool { lhs.bits < rhs.bits }
}

/// The uid of a run and its generation, in 24 bytes.
struct JudgedRun: Hashable, Sendable {
    /// What an API server makes has 36 bytes; nothing longer is hashed on the way of a review.
    private static let maximumUIDBytes = 128
    private static let uuidBytes = 36

    private let uid: (high: UInt64, low: UInt64)
    private let generation: Int64

    /// Takes the 16 bytes of a UUID, and of another text the first 16 of its hash; nil when it is empty or too long.
    init?(uid: ExactString, generation: Int64) {
        let words: (high: UInt64, low: UInt64)? = unsafe uid.withBytes { bytes in
            guard (1...Self.maximumUIDBytes).contains(bytes.count) else { return nil }
            return unsafe Self.uuid(bytes) ?? Self.hashed(bytes)
        }
        guard let words else { return nil }
        (self.uid, self.generation) = (words, generation)
    }

    /// What is kept of it.
    var mark: ReviewMark {
        let words = [uid.high, uid.low, UInt64(bitPattern: generation)]
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
        return ReviewMark(bits: Self.word(SHA256.digest(of: bytes), at: 0))
    }

    static func == (lhs: JudgedRun, rhs: JudgedRun) -> Bool {
        lhs.uid == rhs.uid && lhs.generation == rhs.generation
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(uid.high)
        hasher.combine(uid.low)
        hasher.combine(generation)
    }

    /// The bytes of a UUID as API servers write it: lower-case digits, hyphens in their places; nil for anything else.
    private static func uuid(_ bytes: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard bytes.count == uuidBytes else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for index in 0..<uuidBytes {
            let byte = unsafe bytes[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            words.high = words.high << 4 | words.low >> 60
            words.low = words.low << 4 | UInt64(digit)
        }
        return words
    }

    private static func hashed(_ bytes: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64) {
        let digest = unsafe SHA256.digest(of: bytes)
        return (word(digest, at: 0), word(digest, at: 8))
    }

    private static func word(_ digest: [UInt8], at start: Int) -> UInt64 {
        digest[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
