private import Glibc
internal import Reports

extension TerminalStyle {
    /// The style of standard output: colours on a terminal, unless `NO_COLOR` is set to something (no-color.org) or `TERM`
    /// is `dumb`.
    static var standardOutput: TerminalStyle {
        let environment = Environment.variable
        let isWanted = (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
        return TerminalStyle(isColoured: isWanted && isatty(STDOUT_FILENO) == 1)
    }
}

/// Variables of the environment.
enum Environment {
    static func variable(_ name: String) -> String? {
        // The text is the C library's own and is copied at once; nothing here sets variables.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
