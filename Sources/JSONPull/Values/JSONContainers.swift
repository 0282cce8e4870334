/// Where the objects and arrays of a document end, so that one can be passed over without being read again.
///
/// Those without an item are left out: passing over one costs less than noting it. At most 4 bytes for each of the
/// document's, as it takes two brackets to make an entry.
struct JSONContainers {
    private struct Entry {
        var end: UInt32
        /// Number of the next one that is not inside of it.
        var next: UInt32
    }

    /// Documents up to so many bytes can be noted.
    static let maximumBytes = Int(Int32.max)

    /// In the order of the document.
    private var entries: [Entry] = []

    /// Reads one value.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var open: [UInt32] = []
        var kinds = JSONContainerStack()
        // Of the innermost container; the others have had an item.
        var isFirst = true
        repeat {
            let kind = try reader.peek()
            if kind == .object || kind == .array {
                guard open.count < reader.maximumDepth else {
                    throw JSONError(.tooDeep(limit: reader.maximumDepth), at: reader.position)
                }
                _ = kind == .object ? try reader.enterObject() : try reader.enterArray()
                open.append(UInt32(truncatingIfNeeded: entries.count))
                kinds.push(isObject: kind == .object)
                entries.append(Entry(end: 0, next: 0))
                isFirst = true
            } else {
                try reader.skipValue()
            }
            while let last = open.last {
                let goesOn =
                    kinds.isObject ? try reader.nextKey(&isFirst) != nil : try reader.nextElement(&isFirst)
                if goesOn { break }
                if isFirst {
                    entries.removeLast()
                } else {
                    entries[Int(last)] = Entry(
                        end: UInt32(truncatingIfNeeded: reader.position),
                        next: UInt32(truncatingIfNeeded: entries.count)
                    )
                }
                open.removeLast()
                kinds.pop()
                isFirst = false
            }
        } while !open.isEmpty
    }

    /// Where the container of that number ends.
    func end(of number: UInt32) -> Int { Int(entries[Int(number)].end) }

    /// Number of the next container behind the one of that number.
    func next(behind number: UInt32) -> UInt32 { entries[Int(number)].next }
}

extension JSONKind {
    /// Whether it holds other values.
    var isContainer: Bool { self == .object || self == .array }
}
