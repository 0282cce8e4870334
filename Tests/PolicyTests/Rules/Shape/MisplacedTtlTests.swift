import AdmissionAPI
import AgentRuns
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

@Suite struct `Misplaced time to live` {
    @Test(arguments: [
        (
            "runtime: {type: job, config: {ttlSecondsAfterFinished: 60}}",
            ["MisplacedTTL spec.runtime.config.ttlSecondsAfterFinished Warn"]
        ),
        (
            "runtime: {type: custom, config: {ttl: 1, ttlSeconds: 2}}",
            [
                "MisplacedTTL spec.runtime.config.ttl Warn", "MisplacedTTL spec.runtime.config.ttlSeconds Warn",
            ]
        ),
        ("runtime: {type: job, config: {ttl: null, TTL: 3}}", []),
        ("runtime: {type: job, ttl: 1}, ttlSecondsAfterFinished: 2", []),
    ])
    func `is found under each of its names`(spec: String, expected: [String]) throws {
        #expect(try judge(run(spec)).summary(of: .misplacedTtl) == expected)
    }

    private static let job =
        "here it is the time the runner's Job is kept (30 s to 7 days, 0 or less none), not the run: "
    private static let byDefault = "the run is kept for as long as the controller's default says"

    @Test(arguments: [
        ("job", "ttlSecondsAfterFinished", true), ("workflow", "ttlSecondsAfterFinished", true),
        ("custom", "ttlSecondsAfterFinished", false), ("temporal", "ttlSecondsAfterFinished", false),
        ("job", "ttl", false), ("workflow", "ttlSeconds", false),
    ])
    func `says what the key is and which one is in force`(type: String, key: String, isRead: Bool) throws {
        let config = "runtime: {type: \(type), config: {\(key): 60}}"
        let start = "[MisplacedTTL] spec.runtime.config.\(key): Forbidden: "
        let alone =
            isRead
            ? "\(Self.job)\(Self.byDefault) (move it to spec.ttlSecondsAfterFinished, unless the Job is meant)"
            : "nothing reads a time to live here; \(Self.byDefault) (move it to spec.ttlSecondsAfterFinished)"
        #expect(try judge(run(config)).lines(of: .misplacedTtl) == [start + alone])
        let both =
            isRead
            ? "\(Self.job)spec.ttlSecondsAfterFinished is in force for that as well (remove it, unless the Job is meant)"
            : "nothing reads a time to live here; spec.ttlSecondsAfterFinished is in force (remove it)"
        #expect(
            try judge(run(config + ", ttlSecondsAfterFinished: 7")).lines(of: .misplacedTtl) == [start + both]
        )
    }

    /// Where both are in force nobody can say which is not meant.
    @Test(arguments: [
        ("ttlSecondsAfterFinished", "", ["move"]), ("ttlSecondsAfterFinished", ", ttlSecondsAfterFinished: 7", []),
        ("ttl", ", ttlSecondsAfterFinished: 7", ["remove"]), ("ttl", "", ["move"]),
    ])
    func `is mended where that loses nothing`(key: String, more: String, operations: [String]) throws {
        let object = try json(run("runtime: {type: job, config: {\(key): 60}}" + more))
        let findings = try judge(run("runtime: {type: job, config: {\(key): 60}}" + more)).findings.filter {
            $0.reason == .misplacedTtl
        }
        let patch = unsafe object.withUnsafeBytes { unsafe PatchSuggestion(for: findings, in: $0).patch.operations }
        let kinds = patch.map { operation in
            switch operation {
            case .move: "move"
            case .remove: "remove"
            default: "other"
            }
        }
        #expect(kinds == operations)
    }
}
