internal import AgentRuns
internal import JSONPull

/// The names git takes for a branch (git-check-ref-format(1), `--branch`), and Git hosts after it.
enum GitBranchName {
    /// Whether git takes `name`.
    static func isValid(_ name: ExactString) -> Bool {
        if name == "@" || name == "HEAD" || isTooLong(name) { return false }
        return unsafe name.withBytes { unsafe isValid($0) }
    }

    /// Whether `name` has more bytes than Git hosts take.
    static func isTooLong(_ name: ExactString) -> Bool { name.string.utf8.count > BranchKey.maximumHeadBytes }

    private static func isValid(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = unsafe name.first, first != UInt8(ascii: "-") else { return false }
        // As if a slash stood before and behind, which makes both ends like any component's.
        var previous = UInt8(ascii: "/")
        var start = 0
        for index in 0..<name.count {
            let byte = unsafe name[index]
            // Nearly every byte is a letter, a digit or a dash.
            if mayMatter(byte) {
                if isForbidden(byte) || isForbidden(byte, after: previous) { return false }
                if byte == UInt8(ascii: "/") {
                    if unsafe isLock(UnsafeBufferPointer(rebasing: name[start..<index])) { return false }
                    start = index + 1
                }
            }
            previous = byte
        }
        if previous == UInt8(ascii: "/") || previous == UInt8(ascii: ".") { return false }
        return unsafe !isLock(UnsafeBufferPointer(rebasing: name[start...]))
    }

    /// Whether any rule says something about `byte`; none does about letters, digits, dashes and all beyond ASCII.
    private static func mayMatter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): false
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: false
        default: true
        }
    }

    /// Bytes that may stand nowhere.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F: true
        case UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "*"): true
        case UInt8(ascii: "["), UInt8(ascii: "\\"): true
        default: false
        }
    }

    /// `..`, `@{`, `//` and a component that starts with a dot.
    private static func isForbidden(_ byte: UInt8, after previous: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."): previous == UInt8(ascii: ".") || previous == UInt8(ascii: "/")
        case UInt8(ascii: "{"): previous == UInt8(ascii: "@")
        case UInt8(ascii: "/"): previous == UInt8(ascii: "/")
        default: false
        }
    }

    private static func isLock(_ component: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe component.last == UInt8(ascii: "k") && component.count >= 5
            && component.suffix(5).elementsEqual(".lock".utf8)
    }
}
