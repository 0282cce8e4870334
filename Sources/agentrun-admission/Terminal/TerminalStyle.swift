private import Glibc

/// Colours of text, or none where they are not wanted.
struct TerminalStyle {
    /// The Select Graphic Rendition parameters in use (ECMA-48 section 8.3.117), of the colours every terminal has.
    enum Look: String {
        case error = "1;31"
        case warning = "33"
        case success = "32"
        case faint = "2"
    }

    let isColoured: Bool

    /// No colours.
    static let plain = TerminalStyle(isColoured: false)

    /// The style of standard output: colours on a terminal, unless `NO_COLOR` is set to something (no-color.org) or `TERM`
    /// is `dumb`.
    static var standardOutput: TerminalStyle {
        let environment = Environment.variable
        let isWanted = (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
        return TerminalStyle(isColoured: isWanted && isatty(STDOUT_FILENO) == 1)
    }

    /// `text`, which must be fit for a terminal, with a look.
    func apply(_ look: Look, to text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(look.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// Variables of the environment.
enum Environment {
    static func variable(_ name: String) -> String? {
        // The text is the C library's own and is copied at once; nothing here sets variables.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
