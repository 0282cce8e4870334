private import Glibc
internal import Reports

extension TerminalStyle {
    /// The style of standard output: colours on a terminal, unless `NO_COLOR` is set to something (no-color.org) or `TERM`
    /// is `dumb`.
    static var standardOutput: TerminalStyle {
        let environment = Environment.variable
        let isWanted = (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return TerminalStyle(isColoured: isWanted && isTerminal, width: isTerminal ? terminalWidth : nil)
    }

    /// Characters a line of the terminal has; nil where it does not say.
    private static var terminalWidth: Int? {
        var size = winsize()
        // The system call fills the structure and keeps nothing.
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// Variables of the environment.
enum Environment {
    static func variable(_ name: String) -> String? {
        // The text is the C library's own and is copied at once; nothing here sets variables.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
