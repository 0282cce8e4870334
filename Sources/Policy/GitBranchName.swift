internal import JSONPull

/// The names git takes for a branch (git-check-ref-format(1), `--branch`).
enum GitBranchName {
    /// Whether git takes `name`.
    static func isValid(_ name: ExactString) -> Bool {
        let bytes = name.string.utf8
        guard let first = bytes.first, let last = bytes.last else { return false }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "/") { return false }
        if last == UInt8(ascii: "/") || last == UInt8(ascii: ".") { return false }
        if name == "@" || name == "HEAD" { return false }
        var previous = UInt8(ascii: "/")
        for byte in bytes {
            if isForbidden(byte) || isForbidden(byte, after: previous) { return false }
            previous = byte
        }
        return !hasLockComponent(name)
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: ":"), UInt8(ascii: "?"),
            UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    /// `..`, `@{`, `//` and a component that starts with a dot.
    private static func isForbidden(_ byte: UInt8, after previous: UInt8) -> Bool {
        switch (previous, byte) {
        case (UInt8(ascii: "."), UInt8(ascii: ".")), (UInt8(ascii: "@"), UInt8(ascii: "{")),
            (UInt8(ascii: "/"), UInt8(ascii: "/")), (UInt8(ascii: "/"), UInt8(ascii: ".")):
            true
        default: false
        }
    }

    private static func hasLockComponent(_ name: ExactString) -> Bool {
        guard name.string.utf8.count >= 5 else { return false }
        return name.string.utf8.split(separator: UInt8(ascii: "/")).contains {
            $0.suffix(5).elementsEqual(".lock".utf8)
        }
    }
}
