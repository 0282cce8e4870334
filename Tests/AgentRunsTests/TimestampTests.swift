import AgentRuns
import JSONPull
import Testing

@Suite struct `A timestamp` {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T00:00:00Z", 951_782_400),
            ("2026-11-24t10:00:00.5+01:00", 1_795_510_800),
            ("1969-12-31T23:59:59-00:00", -1),
        ] as [(ExactString, Int64)]
    )
    func `is seconds since 1970`(text: ExactString, seconds: Int64) {
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "2026-11-23T01:00:00Z", "2026-11-23T00:59:59Z", "2024-02-29T23:00:00Z", "2000-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z", "0000-02-29T12:00:00Z", "0000-03-01T00:00:00Z", "9999-12-31T23:59:59Z",
        // Where centuries begin and end, in years that begin in March.
        "1900-02-28T00:00:00Z", "1900-03-01T00:00:00Z", "2100-02-28T00:00:00Z", "2100-03-01T00:00:00Z",
        "2399-03-01T00:00:00Z", "2400-02-29T00:00:00Z", "2400-03-01T00:00:00Z",
    ])
    func `is written as it is read`(text: String) {
        #expect(Timestamp(ExactString(text))?.text == text)
    }

    @Test(
        arguments: [
            "2026-02-30T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00.Z", "",
        ] as [ExactString]
    )
    func `is a day and a time that there are`(text: ExactString) {
        #expect(Timestamp(text) == nil)
    }
}
