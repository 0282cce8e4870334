internal import JSONPull

/// Why a command could not do its work, for the person who ran it: what, where, and what to do about it.
struct CommandFailure: Error, CustomStringConvertible {
    static let exitCode: Int32 = 2

    let message: String

    var description: String { message }

    /// - Parameter message: may name files as given; control characters are made visible.
    init(_ message: String) {
        self.message = VisibleText.lines(message)
    }
}
