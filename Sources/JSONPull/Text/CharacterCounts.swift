/// How many characters (Unicode scalars) stand before a place of a text, told without counting from its start each time: a text of
/// one line may have as many places to be told of as it has objects.
package struct CharacterCounts: Sendable {
    private static let step = 1024

    /// Of every so many bytes, the characters that start before them.
    private var counts: [Int] = []

    package init(_ text: [UInt8]) {
        counts.reserveCapacity(text.count / Self.step + 1)
        var count = 0
        for (index, byte) in text.enumerated() {
            if index % Self.step == 0 { counts.append(count) }
            if byte & 0xC0 != 0x80 { count += 1 }
        }
    }

    /// How many characters of `text`, the text this was made of, start before `offset`.
    package func characters(before offset: Int, in text: [UInt8]) -> Int {
        guard !counts.isEmpty else { return 0 }
        let block = min(offset / Self.step, counts.count - 1)
        return counts[block] + text[block * Self.step..<offset].count { $0 & 0xC0 != 0x80 }
    }

    /// Where the character of that number, from 0, starts; the end of the text beyond the last one.
    package func offset(ofCharacter number: Int, in text: [UInt8]) -> Int {
        var (low, high) = (0, counts.count)
        while low < high {
            let middle = (low + high) / 2
            if counts[middle] <= number { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        var (index, count) = ((low - 1) * Self.step, counts[low - 1])
        while index < text.count {
            if text[index] & 0xC0 != 0x80 {
                if count == number { return index }
                count += 1
            }
            index += 1
        }
        return text.count
    }
}
