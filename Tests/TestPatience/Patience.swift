import Foundation
package import Testing

/// How long a test may take.
extension Trait where Self == TimeLimitTrait {
    /// So many minutes where nothing slows the tests down; `AGENTRUN_ADMISSION_TEST_PATIENCE` times as many where something
    /// does, as a sanitizer (scripts/test --sanitize) or a machine that is busy.
    package static func limit(minutes: Int) -> Self { .timeLimit(.minutes(minutes * Patience.factor)) }
}

/// What waits in tests are multiplied by.
package enum Patience {
    /// 1 if the environment says nothing.
    package static let factor = max(
        1,
        ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_TEST_PATIENCE"].flatMap { Int($0) } ?? 1
    )
}
