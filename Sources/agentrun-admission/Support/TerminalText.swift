/// Text for a terminal, which must not take any of it for a command.
enum TerminalText {
    /// `text` on one line: control characters and those that reorder text are shown as `\u00xx`.
    static func line(_ text: String) -> String {
        var line = ""
        line.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &line) }
        return line
    }

    /// The same for text of several lines.
    static func lines(_ text: String) -> String {
        var lines = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" { lines += "\n" } else { append(scalar, to: &lines) }
        }
        return lines
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        guard isCommand(scalar) else {
            text.unicodeScalars.append(scalar)
            return
        }
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// C0 and C1 controls, line and paragraph separators, and the bidirectional controls (UAX 9).
    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }
}
