/// How a command ends: the one table of exit codes.
package enum CommandStatus: Int32, Sendable, Comparable, CaseIterable {
    /// The work is done, and where there was a question, the answer is yes.
    case good = 0
    /// The answer is no.
    case refused = 1
    /// The work could not be done, or not all of it, or the command was wrong.
    case failed = 2

    package static func < (one: CommandStatus, other: CommandStatus) -> Bool { one.rawValue < other.rawValue }
}
