private import Glibc

/// One line on a terminal that says how far a long work has come, and goes away again.
struct ProgressLine {
    /// Objects below which nobody waits long enough to be told.
    private static let minimumCount = 500
    private static let stepsBetween = 250

    private let isShown: Bool
    private var nextCount = Self.minimumCount
    private var isVisible = false

    private init(isShown: Bool) {
        self.isShown = isShown
    }

    /// A line on standard error, if that is a terminal.
    static var standardError: ProgressLine {
        ProgressLine(isShown: isatty(STDERR_FILENO) == 1 && Environment.variable("TERM") != "dumb")
    }

    /// Shows `text` once `count` has come far enough since it was last called.
    mutating func show(_ text: @autoclosure () -> String, at count: Int) {
        guard isShown, count >= nextCount else { return }
        nextCount = count + Self.stepsBetween
        isVisible = true
        StandardError.write("\r\u{1B}[K\(text())")
    }

    /// Takes the line away and counts from the start again.
    mutating func clear() {
        if isVisible { StandardError.write("\r\u{1B}[K") }
        isVisible = false
        nextCount = Self.minimumCount
    }
}
