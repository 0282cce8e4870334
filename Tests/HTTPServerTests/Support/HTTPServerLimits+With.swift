@testable import HTTPServer

extension HTTPServerLimits {
    /// The limits of production but for what `change` changes.
    static func with(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        change(&limits)
        return limits
    }
}
