import Foundation
package import Testing

/// How long a test may take.
extension Trait where Self == TimeLimitTrait {
    /// So many minutes where nothing slows the tests down, times ``Patience/factor``: it ends a test that hangs, and is no measure
    /// of one that does not.
    package static func limit(minutes: Int) -> Self { .timeLimit(.minutes(minutes * Patience.factor)) }
}

/// What waits in tests are multiplied by.
package enum Patience {
    /// `AGENTRUN_ADMISSION_TEST_PATIENCE`, if the environment has it, as with a sanitizer (scripts/test --sanitize); else 3, as
    /// machines differ that much in what they have left for tests.
    package static let factor = max(
        1,
        ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_TEST_PATIENCE"].flatMap { Int($0) } ?? 3
    )
}
