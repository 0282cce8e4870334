import JSONPull
import Testing

@testable import ClusterState

@Suite struct `A time of a Lease` {
    @Test(arguments: [
        "2026-11-23T23:21:52.120000Z", "2026-11-23T01:00:00.000000Z", "2026-11-23T00:59:59.999000Z",
        "2024-02-29T23:00:00.001000Z", "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999000Z",
        "2000-12-31T12:01:00.000000Z", "2100-03-01T00:00:00.000000Z", "2400-02-29T00:00:00.000000Z",
    ])
    func `is written as it is read`(text: String) {
        #expect(WallTime(ExactString(text))?.text == text)
    }

    @Test func `counts milliseconds since 1970`() {
        #expect(WallTime("1970-01-02T01:01:01.001999Z")?.milliseconds == 90_061_001)
    }
}
