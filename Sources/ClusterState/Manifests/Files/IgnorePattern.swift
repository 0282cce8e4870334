internal import JSONPull

/// One line of an ignore file, in gitignore's language (gitignore(5)): `*.tmp.yaml`, `/vendor/`, `a/**/b`, `!keep.yaml`.
struct IgnorePattern: Sendable {
    private enum Step: Sendable {
        /// `**`: any number of names.
        case anyNumber
        case name([UInt8])
    }

    /// Whether it takes back what an earlier one leaves out.
    let isNegated: Bool
    private let isForFoldersAlone: Bool
    /// Whether it is about a path from the file's folder on; else it is about any name below.
    private let isAnchored: Bool
    private let steps: [Step]

    /// Nil for an empty line and a comment.
    init?(_ line: ArraySlice<UInt8>) {
        var text = line
        while let last = text.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r"),
            text.dropLast().last != UInt8(ascii: "\\")
        {
            text.removeLast()
        }
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        isNegated = first == UInt8(ascii: "!")
        if isNegated { text.removeFirst() }
        isForFoldersAlone = text.last == UInt8(ascii: "/")
        if isForFoldersAlone { text.removeLast() }
        isAnchored = text.contains(UInt8(ascii: "/"))
        var steps: [Step] = []
        for name in text.split(separator: UInt8(ascii: "/")) {
            let isAny = name.elementsEqual("**".utf8)
            if isAny, case .anyNumber? = steps.last { continue }
            steps.append(isAny ? .anyNumber : .name(Array(name)))
        }
        // `a/**` is what is in `a`, and not `a`.
        if case .anyNumber? = steps.last { steps.append(.name(Array("*".utf8))) }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// Whether it is about the path of these names, from its file's folder on.
    func matches(_ names: [ArraySlice<UInt8>], isFolder: Bool) -> Bool {
        guard isFolder || !isForFoldersAlone, let last = names.last else { return false }
        guard isAnchored else {
            guard case .name(let pattern)? = steps.last else { return false }
            return Self.matches(last, pattern[...])
        }
        // The last `**` takes one name more whenever what follows it does not match; an earlier one never has to.
        var (step, name) = (0, 0)
        var retry: (step: Int, name: Int)?
        while name < names.count {
            if step < steps.count, case .anyNumber = steps[step] {
                retry = (step, name)
                step += 1
            } else if step < steps.count, case .name(let pattern) = steps[step], Self.matches(names[name], pattern[...])
            {
                step += 1
                name += 1
            } else if let last = retry {
                retry = (last.step, last.name + 1)
                (step, name) = (last.step + 1, last.name + 1)
            } else {
                return false
            }
        }
        return step == steps.count
    }

    /// Whether a name is `pattern`: `*` any bytes, `?` a character, `[a-z]` one of some, a backslash the next as it is.
    static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (index, place) = (name.startIndex, pattern.startIndex)
        var retry: (index: Int, place: Int)?
        while index < name.endIndex {
            if place < pattern.endIndex, pattern[place] == UInt8(ascii: "*") {
                retry = (index, place)
                place += 1
            } else if let (next, end) = matchesOne(name, index, pattern, place) {
                (index, place) = (next, end)
            } else if let last = retry {
                retry = (last.index + 1, last.place)
                (index, place) = (last.index + 1, last.place + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Behind the character and the part of the pattern that it matches; nil when it does not.
    private static func matchesOne(
        _ name: ArraySlice<UInt8>,
        _ index: Int,
        _ pattern: ArraySlice<UInt8>,
        _ place: Int
    ) -> (index: Int, place: Int)? {
        guard place < pattern.endIndex else { return nil }
        var next = index + 1
        while next < name.endIndex, name[next] & 0xC0 == 0x80 { next += 1 }
        switch pattern[place] {
        case UInt8(ascii: "?"): return (next, place + 1)
        case UInt8(ascii: "["):
            guard let (isIn, end) = isInClass(name[index], pattern, place + 1) else { break }
            return isIn ? (next, end) : nil
        case UInt8(ascii: "\\") where place + 1 < pattern.endIndex:
            return pattern[place + 1] == name[index] ? (index + 1, place + 2) : nil
        default: break
        }
        return pattern[place] == name[index] ? (index + 1, place + 1) : nil
    }

    /// Whether a byte is in the class that starts behind its bracket, and where that ends; nil when it does not end.
    private static func isInClass(_ byte: UInt8, _ pattern: ArraySlice<UInt8>, _ start: Int) -> (Bool, end: Int)? {
        var place = start
        let isInverted =
            place < pattern.endIndex && (pattern[place] == UInt8(ascii: "!") || pattern[place] == UInt8(ascii: "^"))
        if isInverted { place += 1 }
        var isIn = false
        let first = place
        while place < pattern.endIndex, place == first || pattern[place] != UInt8(ascii: "]") {
            let low = pattern[place]
            if place + 2 < pattern.endIndex, pattern[place + 1] == UInt8(ascii: "-"),
                pattern[place + 2] != UInt8(ascii: "]")
            {
                if low <= byte, byte <= pattern[place + 2] { isIn = true }
                place += 3
            } else {
                if low == byte { isIn = true }
                place += 1
            }
        }
        return place < pattern.endIndex ? (isIn != isInverted, place + 1) : nil
    }
}
