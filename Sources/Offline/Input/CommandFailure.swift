internal import JSONPull

/// Why a command could not do its work, for the person who ran it: what, where, and what to do about it.
package struct CommandFailure: Error, CustomStringConvertible {
    package let message: String

    package var description: String { message }

    /// - Parameter message: may name files as given; control characters are made visible.
    package init(_ message: String) {
        self.message = VisibleText.lines(message)
    }
}
