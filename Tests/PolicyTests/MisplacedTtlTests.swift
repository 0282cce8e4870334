import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import Testing

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

    @Test func `says which one is in force`() throws {
        let field = "[MisplacedTTL] spec.runtime.config.ttl: Forbidden: nothing reads a time to live here; "
        let config = "runtime: {type: job, config: {ttl: 1}}"
        #expect(
            try judge(run(config)).lines(of: .misplacedTtl) == [
                field
                    + "the run is kept for as long as the controller's default says (move it to spec.ttlSecondsAfterFinished)"
            ]
        )
        #expect(
            try judge(run(config + ", ttlSecondsAfterFinished: 7")).lines(of: .misplacedTtl) == [
                field + "spec.ttlSecondsAfterFinished is in force (remove it)"
            ]
        )
    }
}
