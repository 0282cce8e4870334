internal import JSONPull

/// Looks through the bytes of a text, which are UTF-8.
@safe
struct HiddenTextScan {
    private let bytes: UnsafeRawBufferPointer
    private let count: Int
    private var hidden: [HiddenText.Kind: Int] = [:]
    private var bidirectionalCount = 0
    /// Where the first of each is.
    private var (firstHidden, firstBidirectional): (Int?, Int?)
    /// The line that was looked through last for letters that are written from right to left, and whether it has one.
    private var line = 0..<0
    private var isLineRightToLeft = false

    static func find(in bytes: UnsafeRawBufferPointer) -> HiddenText? {
        let start = unsafe ASCIIRun.end(in: bytes, from: 0)
        if start == bytes.count { return nil }
        var scan = unsafe HiddenTextScan(bytes)
        scan.run(from: start)
        return scan.found
    }

    private init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        count = bytes.count
    }

    private mutating func run(from start: Int) {
        var index = start
        while index < count {
            let byte = unsafe bytes[index]
            if byte < 0x80 {
                note(.control, at: index)
                index += 1
            } else {
                let length = Self.length(byte)
                index += Self.mayHide(byte) ? look(at: index, length) : length
            }
            if index < count, unsafe bytes[index] < 0x80 { index = unsafe ASCIIRun.end(in: bytes, from: index) }
        }
    }

    private var found: HiddenText? {
        let hidden = firstHidden.map { HiddenText.Marks(counts: self.hidden, position: position(of: $0)) }
        let bidirectional = firstBidirectional.map {
            HiddenText.Marks(counts: [.other: bidirectionalCount], position: position(of: $0))
        }
        return hidden == nil && bidirectional == nil
            ? nil : HiddenText(hidden: hidden, bidirectional: bidirectional)
    }

    private func position(of index: Int) -> SourcePosition {
        var (line, column) = (1, 1)
        for place in 0..<index {
            let byte = unsafe bytes[place]
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourcePosition(line: line, column: column)
    }

    private mutating func note(_ kind: HiddenText.Kind, at index: Int) {
        hidden[kind, default: 0] += 1
        if firstHidden == nil { firstHidden = index }
    }

    // MARK: Scalars

    /// Bytes of the scalar that starts with `byte`.
    private static func length(_ byte: UInt8) -> Int { byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }

    /// Whether something hidden may start with `byte`.
    private static func mayHide(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2, 0xCD, 0xD8, 0xE1, 0xE2, 0xE3, 0xEF, 0xF0, 0xF3: true
        default: false
        }
    }

    /// The scalar that starts at `index`, if there is one.
    private func scalar(at index: Int) -> UInt32? {
        guard index < count else { return nil }
        let first = unsafe UInt32(bytes[index])
        if first < 0x80 { return first }
        let length = Self.length(UInt8(truncatingIfNeeded: first))
        guard index + length <= count else { return nil }
        var value = first & (0x7F >> UInt32(length))
        for place in 1..<length { value = unsafe value << 6 | UInt32(bytes[index + place] & 0x3F) }
        return value
    }

    /// The start of the scalar before the one at `index`, if there is one.
    private func start(before index: Int) -> Int? {
        var start = index - 1
        while start >= 0, unsafe bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return start >= 0 ? start : nil
    }

    /// Looks at the scalar at `index`, and returns how many bytes are dealt with.
    private mutating func look(at index: Int, _ length: Int) -> Int {
        guard let scalar = scalar(at: index) else { return length }
        switch scalar {
        case 0x202A...0x202E, 0x2066...0x2069:
            bidirectionalCount += 1
            if firstBidirectional == nil { firstBidirectional = index }
        case 0x80...0x84, 0x86...0x9F: note(.control, at: index)
        case 0xFFF9...0xFFFB: note(.other, at: index)
        default:
            guard UnicodeTables.contains(scalar, in: UnicodeTables.defaultIgnorable) else { return length }
            if scalar == 0xE0067, let count = flagLength(at: index) { return count }
            if !isExcused(scalar, at: index, length) { note(Self.kind(scalar), at: index) }
        }
        return length
    }

    private static func kind(_ scalar: UInt32) -> HiddenText.Kind {
        switch scalar {
        case 0xE0000...0xE007F: .tag
        case 0x200B...0x200D, 0x2060: .zeroWidth
        case 0x115F...0x1160, 0x3164, 0xFFA0: .filler
        case 0x180B...0x180D, 0x180F, 0xFE00...0xFE0F, 0xE0100...0xE01EF: .variationSelector
        case 0xFEFF: .byteOrderMark
        default: .other
        }
    }
}

// MARK: What belongs to what is seen

extension HiddenTextScan {
    private mutating func isExcused(_ scalar: UInt32, at index: Int, _ length: Int) -> Bool {
        switch scalar {
        case 0xFEFF: return index == 0
        case 0x200C: return joins(at: index, length)
        case 0x200D: return joins(at: index, length) || linksPictographs(at: index, length)
        case 0x200E, 0x200F, 0x061C: return isRightToLeft(around: index)
        default: break
        }
        guard let start = start(before: index), let base = self.scalar(at: start) else { return false }
        switch scalar {
        case 0xFE00...0xFE0F: return Self.takesSelector(base)
        case 0xE0100...0xE01EF: return Self.isIdeograph(base)
        case 0x180B...0x180F: return (0x1800...0x18AF).contains(base) && !(0x180B...0x180F).contains(base)
        default: return false
        }
    }

    private static func takesSelector(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x23, 0x2A, 0x30...0x39, 0xA9, 0xAE: true
        default:
            scalar >= 0x1000 && !(0xFFF9...0xFFFB).contains(scalar)
                && !UnicodeTables.contains(scalar, in: UnicodeTables.defaultIgnorable)
        }
    }

    private static func isIdeograph(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD: true
        default: false
        }
    }

    /// The bytes of the tags of a flag of England, Scotland or Wales, if one follows a black flag.
    private func flagLength(at index: Int) -> Int? {
        guard let start = start(before: index), scalar(at: start) == 0x1F3F4 else { return nil }
        let isFlag = Self.flags.contains { tags in
            tags.indices.allSatisfy { scalar(at: index + Self.tagLength * $0) == tags[$0] }
        }
        return isFlag ? Self.tagLength * 6 : nil
    }

    /// Bytes of a tag.
    private static let tagLength = 4
    /// The tags of the flags there are.
    private static let flags: [[UInt32]] = ["gbeng", "gbsct", "gbwls"].map { region in
        region.utf8.map { 0xE0000 + UInt32($0) } + [0xE007F]
    }

    /// Whether a joiner stands between two pictographs, the first perhaps with selector and skin.
    private func linksPictographs(at index: Int, _ length: Int) -> Bool {
        guard let next = scalar(at: index + length), UnicodeTables.contains(next, in: UnicodeTables.pictographs) else {
            return false
        }
        var place = index
        for _ in 0...2 {
            guard let start = start(before: place), let base = scalar(at: start) else { return false }
            if base != 0xFE0F, !(0x1F3FB...0x1F3FF).contains(base) {
                return UnicodeTables.contains(base, in: UnicodeTables.pictographs)
            }
            place = start
        }
        return false
    }

    /// Marks on one letter that are looked past.
    private static let maximumMarks = 8

    /// Whether a joiner or non-joiner stands where it makes a difference to how letters are joined.
    private func joins(at index: Int, _ length: Int) -> Bool {
        guard let start = start(before: index), let before = scalar(at: start) else { return false }
        if UnicodeTables.contains(before, in: UnicodeTables.viramas) { return true }
        guard let next = scalar(at: index + length) else { return false }
        var (place, base) = (start, before)
        for _ in 0..<Self.maximumMarks where UnicodeTables.contains(base, in: UnicodeTables.joiningMarks) {
            guard let start = self.start(before: place), let scalar = scalar(at: start) else { return false }
            (place, base) = (start, scalar)
        }
        if UnicodeTables.contains(base, in: UnicodeTables.joiningLetters) {
            return UnicodeTables.contains(next, in: UnicodeTables.joiningLetters)
                || UnicodeTables.contains(next, in: UnicodeTables.joiningMarks) && !Self.isIgnored(next)
        }
        // A consonant keeps its form before a virama, as in Bengali.
        return UnicodeTables.contains(next, in: UnicodeTables.viramas) && base >= 0x0900 && !Self.isIgnored(base)
    }

    private static func isIgnored(_ scalar: UInt32) -> Bool {
        UnicodeTables.contains(scalar, in: UnicodeTables.defaultIgnorable)
    }

    /// Whether the line has a letter that is written from right to left; each line is looked through once.
    private mutating func isRightToLeft(around index: Int) -> Bool {
        if line.contains(index) { return isLineRightToLeft }
        var start = index
        while start > 0, unsafe bytes[start - 1] != 0x0A { start -= 1 }
        var end = index
        while end < count, unsafe bytes[end] != 0x0A { end += 1 }
        line = start..<end
        isLineRightToLeft = false
        while start < end, !isLineRightToLeft {
            let byte = unsafe bytes[start]
            // Nothing below Hebrew is.
            if byte >= 0xD6, let scalar = scalar(at: start) {
                isLineRightToLeft = UnicodeTables.contains(scalar, in: UnicodeTables.rightToLeftLetters)
            }
            start += byte < 0x80 ? 1 : Self.length(byte)
        }
        return isLineRightToLeft
    }
}

extension UnicodeTables {
    /// Whether `scalar` is in one of the ranges of `table`.
    static func contains(_ scalar: UInt32, in table: [UInt32]) -> Bool {
        var (low, high) = (0, table.count / 2)
        while low < high {
            let middle = (low + high) / 2
            if table[2 * middle + 1] < scalar { low = middle + 1 } else { high = middle }
        }
        return low < table.count / 2 && table[2 * low] <= scalar
    }
}
