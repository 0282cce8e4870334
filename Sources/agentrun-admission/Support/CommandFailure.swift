/// Why a command could not do its work, for the person who ran it: what, where, and what to do about it.
struct CommandFailure: Error {
    static let exitCode: Int32 = 2

    let message: String

    /// - Parameter message: may name files as given; control characters are made visible.
    init(_ message: String) {
        self.message = TerminalText.lines(message)
    }
}
