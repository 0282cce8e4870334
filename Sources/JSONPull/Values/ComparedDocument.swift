/// Where a value is: its offset, and the number of the first container at or behind it.
struct JSONPlace {
    var offset: UInt32
    var container: UInt32
}

/// A member of an object; 16 bytes.
struct JSONMember {
    /// Offset of what is between the quotes of the key.
    fileprivate var key: UInt32
    /// Bytes of it, and in the highest bit whether there is a backslash among them.
    fileprivate var keyCountAndEscape: UInt32
    var value: JSONPlace

    fileprivate static let escape: UInt32 = 1 << 31
}

/// One of the two documents ``JSONEquality`` goes through.
@safe
struct ComparedDocument: ~Copyable {
    private let bytes: UnsafeRawBufferPointer
    private var reader: JSONReader
    private let containers: JSONContainers
    /// Number of the next container that ``passValue()`` comes across.
    private var container: UInt32 = 0

    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        unsafe self.bytes = bytes
        containers = unsafe try JSONReader.read(bytes) { reader throws(JSONError) in try JSONContainers(&reader) }
        reader = unsafe JSONReader(bytes, maximumDepth: JSONReader.defaultMaximumDepth)
    }

    /// Where the reader stands.
    var place: JSONPlace { JSONPlace(offset: UInt32(truncatingIfNeeded: reader.position), container: container) }

    /// The value the document consists of.
    mutating func root() throws(JSONError) -> JSONPlace {
        go(to: JSONPlace(offset: 0, container: 0))
        _ = try reader.peek()
        return place
    }

    mutating func go(to place: JSONPlace) {
        unsafe reader.next = reader.scanner.base + Int(place.offset)
        container = place.container
    }

    /// What kind of value is at a place.
    mutating func kind(at place: JSONPlace) throws(JSONError) -> JSONKind {
        go(to: place)
        return try reader.peek()
    }

    // MARK: Arrays

    /// Goes before the first element of the array at a place.
    mutating func enterArray(at place: JSONPlace) {
        go(to: JSONPlace(offset: place.offset + 1, container: place.container))
        if hasItem(at: place) { container += 1 }
    }

    /// Whether there is one more element, to which the reader goes.
    mutating func nextElement(_ isFirst: inout Bool) throws(JSONError) -> Bool { try reader.nextElement(&isFirst) }

    /// Passes over the value the reader stands before.
    mutating func passValue() throws(JSONError) -> (place: JSONPlace, kind: JSONKind) {
        let kind = try reader.peek()
        let found = place
        if kind.isContainer, hasItem(at: found) {
            let end = containers.end(of: container)
            go(to: JSONPlace(offset: UInt32(truncatingIfNeeded: end), container: containers.next(behind: container)))
        } else {
            try reader.skipValue()
        }
        return (found, kind)
    }

    /// Whether the container at a place has an item, and with it a number.
    private func hasItem(at place: JSONPlace) -> Bool {
        var next = Int(place.offset) + 1
        while unsafe next < bytes.count && JSONWhitespace.contains(bytes[next]) { next += 1 }
        // Brackets that close are two above those that open.
        return unsafe next < bytes.count && bytes[next] != bytes[Int(place.offset)] + 2
    }

    // MARK: Objects

    /// The members of the object at a place that are not null, by key, of each key the last.
    mutating func members(at place: JSONPlace) throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        let isNumbered = hasItem(at: place)
        go(to: place)
        guard isNumbered, try reader.enterObject() else { return [] }
        container += 1
        var isFirst = true
        var isSorted = true
        while let key = try reader.nextKey(&isFirst) {
            let start = UInt32(truncatingIfNeeded: reader.keyOffset + 1)
            let count = unsafe UInt32(truncatingIfNeeded: key.raw.count)
            let member = JSONMember(
                key: start,
                keyCountAndEscape: key.content == .escaped ? count | JSONMember.escape : count,
                value: try passValue().place
            )
            if let last = members.last, isSorted { isSorted = order(last, self, member) < 0 }
            members.append(member)
        }
        if !isSorted { sort(&members) }
        members.removeAll { unsafe bytes[Int($0.value.offset)] == UInt8(ascii: "n") }
        return members
    }

    /// Sorts by key and keeps the last of each.
    private func sort(_ members: inout [JSONMember]) {
        members.sort { one, other in
            let order = order(one, self, other)
            return order < 0 || (order == 0 && one.key < other.key)
        }
        var kept = 0
        for index in members.indices {
            let isRepeated = index + 1 < members.count && order(members[index], self, members[index + 1]) == 0
            if isRepeated { continue }
            members[kept] = members[index]
            kept += 1
        }
        members.removeSubrange(kept...)
    }

    /// Below 0, 0 or above it as the key of `member` is before, the same as or behind one of `other`, by their bytes.
    func order(_ member: JSONMember, _ other: borrowing ComparedDocument, _ counterpart: JSONMember) -> Int {
        JSONUnescaping.order(key(of: member), other.key(of: counterpart))
    }

    private func key(of member: JSONMember) -> JSONUnescaping.Text {
        let start = Int(member.key)
        let count = Int(member.keyCountAndEscape & ~JSONMember.escape)
        return unsafe JSONUnescaping.Text(
            raw: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]),
            isEscaped: member.keyCountAndEscape & JSONMember.escape != 0
        )
    }

    // MARK: Everything else

    /// The value at a place, which is neither object nor array.
    mutating func scalar(at place: JSONPlace) throws(JSONError) -> JSONScalar {
        go(to: place)
        let range = try reader.skipValue()
        return unsafe JSONScalar(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    /// The value that was passed over last, which is neither object nor array.
    func scalar(passedAt place: JSONPlace) -> JSONScalar {
        unsafe JSONScalar(UnsafeRawBufferPointer(rebasing: bytes[Int(place.offset)..<reader.position]))
    }
}

/// A string, number, boolean or null as it is written; it must not outlive the document.
@safe
struct JSONScalar {
    private let bytes: UnsafeRawBufferPointer

    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    /// Whether it is the same as another of its kind.
    func equals(_ other: JSONScalar) -> Bool {
        if unsafe bytes.count == other.bytes.count, unsafe bytes.elementsEqual(other.bytes) { return true }
        guard let first = unsafe bytes.first else { return false }
        switch first {
        case UInt8(ascii: "\""): return JSONUnescaping.order(text, other.text) == 0
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return unsafe DecimalNumber(bytes) == DecimalNumber(other.bytes)
        default: return false
        }
    }

    /// What is between the quotes.
    private var text: JSONUnescaping.Text {
        let raw = unsafe UnsafeRawBufferPointer(rebasing: bytes.dropFirst().dropLast())
        return unsafe JSONUnescaping.Text(raw: raw, isEscaped: raw.contains(UInt8(ascii: "\\")))
    }
}
