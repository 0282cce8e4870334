/// Packs texts: what occurred before, in the text or in a dictionary, is written as its length and distance.
///
/// Runs of one team differ in names and little else: beside a dictionary a run of 2 KB takes some 150 bytes, where a general
/// compressor without one would take 1 KB. A packed text is its length, and then by turns bytes as they are and a repetition:
/// `count, bytes, length - 5, distance`, numbers in groups of seven bits with the lowest first.
struct TextPacker: Sendable {
    /// A repetition takes at most five bytes, so that no text grows but for the counts of its literals.
    private static let minimumLength = 5

    /// Where four bytes of a text stood last, by their hash, plus `base`.
    private var places = [UInt32](repeating: 0, count: 1 << Int(PackingDictionary.hashBits))
    /// What was there before belongs to other texts.
    private var base: UInt32 = 1
    private var output: [UInt8] = []

    /// Packs a text; the bytes are lent for the call.
    mutating func pack(_ text: UnsafeRawBufferPointer, with dictionary: PackingDictionary?) -> [UInt8] {
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(text.count + text.count / 64 + 32)
        put(number: text.count)
        if base > UInt32.max / 2 {
            places = [UInt32](repeating: 0, count: places.count)
            base = 1
        }
        if let dictionary {
            unsafe dictionary.text.withUnsafeBytes { known in
                unsafe dictionary.places.withUnsafeBufferPointer { unsafe pack(text, known, $0) }
            }
        } else {
            unsafe pack(
                text,
                UnsafeRawBufferPointer(start: nil, count: 0),
                UnsafeBufferPointer(start: nil, count: 0)
            )
        }
        base += UInt32(text.count)
        return Array(output)
    }

    private mutating func pack(
        _ text: UnsafeRawBufferPointer,
        _ known: UnsafeRawBufferPointer,
        _ knownPlaces: UnsafeBufferPointer<UInt16>
    ) {
        var (place, plainStart) = (0, 0)
        while place + Self.minimumLength <= text.count {
            let four = unsafe text.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            let hash = PackingDictionary.hash(four)
            var (length, distance) = (0, 0)
            let seen = places[hash]
            places[hash] = base + UInt32(place)
            if seen >= base {
                let earlier = Int(seen - base)
                length = unsafe Self.commonLength(text, earlier, text, place)
                distance = place - earlier
            }
            if !knownPlaces.isEmpty, unsafe knownPlaces[hash] != PackingDictionary.none {
                let earlier = Int(unsafe knownPlaces[hash])
                let common = unsafe Self.commonLength(known, earlier, text, place)
                if common > length { (length, distance) = (common, known.count - earlier + place) }
            }
            guard length >= Self.minimumLength else {
                // Where nothing repeats, fewer and fewer places are looked at.
                place += 1 + (place - plainStart) >> 6
                continue
            }
            unsafe put(plain: UnsafeRawBufferPointer(rebasing: text[plainStart..<place]))
            put(number: length - Self.minimumLength)
            put(number: distance)
            place += length
            plainStart = place
        }
        unsafe put(plain: UnsafeRawBufferPointer(rebasing: text[plainStart...]))
    }

    /// How many bytes are the same from two places on; of one buffer the first is the earlier.
    @inline(__always)
    private static func commonLength(
        _ one: UnsafeRawBufferPointer,
        _ start: Int,
        _ other: UnsafeRawBufferPointer,
        _ otherStart: Int
    ) -> Int {
        let limit = min(one.count - start, other.count - otherStart)
        var length = 0
        while length + 8 <= limit {
            let first = unsafe one.loadUnaligned(fromByteOffset: start + length, as: UInt64.self)
            let second = unsafe other.loadUnaligned(fromByteOffset: otherStart + length, as: UInt64.self)
            if first != second { return length + (first ^ second).littleEndian.trailingZeroBitCount >> 3 }
            length += 8
        }
        while length < limit, unsafe one[start + length] == other[otherStart + length] { length += 1 }
        return length
    }

    private mutating func put(plain bytes: UnsafeRawBufferPointer) {
        put(number: bytes.count)
        unsafe output.append(contentsOf: bytes)
    }

    private mutating func put(number: Int) {
        var rest = number
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }
}

/// Reads what ``TextPacker`` wrote.
struct TextUnpacker {
    private let packed: [UInt8]
    private var next = 0

    init(_ packed: [UInt8]) {
        self.packed = packed
    }

    /// Writes the text to the beginning of `buffer` and returns how many bytes it has; nil when it does not fit or was not
    /// packed with that dictionary.
    mutating func unpack(with dictionary: PackingDictionary?, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let count = number(), count <= buffer.count else { return nil }
        let text = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        let isWhole = unsafe packed.withUnsafeBytes { packed in
            unsafe (dictionary?.text ?? []).withUnsafeBytes { unsafe unpack(packed, $0, into: text) }
        }
        return isWhole ? count : nil
    }

    private mutating func unpack(
        _ packed: UnsafeRawBufferPointer,
        _ known: UnsafeRawBufferPointer,
        into text: UnsafeMutableRawBufferPointer
    ) -> Bool {
        var place = 0
        while let plain = number() {
            guard plain <= packed.count - next, plain <= text.count - place else { return false }
            unsafe Self.copy(UnsafeRawBufferPointer(rebasing: packed[next..<next + plain]), to: text, at: place)
            place += plain
            next += plain
            guard next < packed.count else { return place == text.count }
            guard let shortened = number(), let distance = number(), distance > 0 else { return false }
            let length = shortened + 5
            guard length <= text.count - place, distance <= place + known.count else { return false }
            if distance > place {
                let start = known.count - (distance - place)
                guard length <= known.count - start else { return false }
                unsafe Self.copy(UnsafeRawBufferPointer(rebasing: known[start..<start + length]), to: text, at: place)
            } else if distance >= length {
                let from = unsafe UnsafeRawBufferPointer(rebasing: text[place - distance..<place - distance + length])
                unsafe Self.copy(from, to: text, at: place)
            } else {
                for index in place..<place + length { unsafe text[index] = text[index - distance] }
            }
            place += length
        }
        return false
    }

    @inline(__always)
    private static func copy(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawBufferPointer, at place: Int) {
        guard bytes.count > 0 else { return }
        unsafe UnsafeMutableRawBufferPointer(rebasing: text[place...]).copyMemory(from: bytes)
    }

    private mutating func number() -> Int? {
        var (value, shift) = (0, 0)
        while next < packed.count, shift < 35 {
            let byte = packed[next]
            next += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
