internal import JSONPull

/// The names git takes for a branch (git-check-ref-format(1), `--branch`).
enum GitBranchName {
    /// Whether git takes `name`.
    static func isValid(_ name: ExactString) -> Bool {
        if name == "@" || name == "HEAD" { return false }
        return unsafe name.withBytes { unsafe isValid($0) }
    }

    private static func isValid(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = unsafe name.first, first != UInt8(ascii: "-") else { return false }
        // As if a slash stood before and behind, which makes both ends like any component's.
        var previous = UInt8(ascii: "/")
        var start = 0
        for index in 0..<name.count {
            let byte = unsafe name[index]
            if isForbidden[Int(byte)] || isForbidden(byte, after: previous) { return false }
            if byte == UInt8(ascii: "/") {
                if unsafe isLock(UnsafeBufferPointer(rebasing: name[start..<index])) { return false }
                start = index + 1
            }
            previous = byte
        }
        if previous == UInt8(ascii: "/") || previous == UInt8(ascii: ".") { return false }
        return unsafe !isLock(UnsafeBufferPointer(rebasing: name[start...]))
    }

    /// Bytes that may stand nowhere.
    private static let isForbidden: [Bool] = (0...255).map { byte in
        byte <= 0x20 || byte == 0x7F || "~^:?*[\\".utf8.contains(UInt8(byte))
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
        unsafe component.count >= 5 && component.suffix(5).elementsEqual(".lock".utf8)
    }
}
