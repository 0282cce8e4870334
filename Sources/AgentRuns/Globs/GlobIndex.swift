package import JSONPull

/// Finds among many globs those that can match a text, by what stands before their first `*`, or behind their last.
///
/// A look-up costs a binary search, however many globs there are; only those without anything fixed at either end are
/// always candidates.
package struct GlobIndex: Sendable {
    private var byPrefix = Affixes(isSuffix: false)
    private var bySuffix = Affixes(isSuffix: true)
    /// Numbers of globs with nothing fixed at either end.
    private var others: [Int] = []

    /// - Parameter globs: with the numbers they are to be known by, which need not differ.
    package init(_ globs: [(glob: Glob, number: Int)]) {
        for (glob, number) in globs {
            let length = glob.folded.string.utf8.count
            let prefix = glob.prefixLength ?? length
            if prefix > 0 {
                byPrefix.add(Array(glob.folded.string.utf8.prefix(prefix)), number)
            } else if glob.suffixLength > 0 {
                bySuffix.add(glob.folded.string.utf8.suffix(glob.suffixLength).reversed(), number)
            } else {
                others.append(number)
            }
        }
        byPrefix.finish()
        bySuffix.finish()
    }

    /// Calls `body` with the number of every glob that can match `text`, and perhaps of some that do not; in no order.
    package func forEachCandidate(for text: ExactString, _ body: (Int) -> Void) {
        unsafe text.withBytes { bytes in
            unsafe byPrefix.forEach(in: bytes, body)
            unsafe bySuffix.forEach(in: bytes, body)
        }
        for number in others { body(number) }
    }
}

/// Fixed beginnings (or, reversed, endings) in order, each knowing the longest other one it starts with.
private struct Affixes: Sendable {
    private struct Entry: Sendable {
        var text: [UInt8]
        var numbers: [Int]
        /// Index of the longest other text that this one starts with; -1 when there is none.
        var parent = -1
    }

    let isSuffix: Bool
    private var entries: [Entry] = []

    init(isSuffix: Bool) {
        self.isSuffix = isSuffix
    }

    mutating func add(_ text: [UInt8], _ number: Int) {
        entries.append(Entry(text: text, numbers: [number]))
    }

    /// Sorts, joins equal texts and finds the parents.
    mutating func finish() {
        entries.sort { $0.text.lexicographicallyPrecedes($1.text) }
        var joined: [Entry] = []
        for entry in entries {
            if let last = joined.indices.last, joined[last].text == entry.text {
                joined[last].numbers += entry.numbers
                continue
            }
            var entry = entry
            // What an entry starts with is before it, and every text between starts with it too.
            entry.parent = joined.count - 1
            while entry.parent >= 0, !entry.text.starts(with: joined[entry.parent].text) {
                entry.parent = joined[entry.parent].parent
            }
            joined.append(entry)
        }
        entries = joined
    }

    /// Calls `body` with the numbers of all texts that `bytes` start (or end) with.
    func forEach(in bytes: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if unsafe order(entries[middle].text, bytes) { low = middle + 1 } else { high = middle }
        }
        var index = low - 1
        while index >= 0 {
            if unsafe isStart(entries[index].text, of: bytes) { for number in entries[index].numbers { body(number) } }
            index = entries[index].parent
        }
    }

    /// Whether `text` comes before `bytes`, or is the same.
    private func order(_ text: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for (index, byte) in text.enumerated() {
            guard index < bytes.count else { return false }
            let other = unsafe bytes[isSuffix ? bytes.count - 1 - index : index]
            if byte != other { return byte < other }
        }
        return true
    }

    private func isStart(_ text: [UInt8], of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= bytes.count else { return false }
        for (index, byte) in text.enumerated() where unsafe byte != bytes[isSuffix ? bytes.count - 1 - index : index] {
            return false
        }
        return true
    }
}
