private import CivilTime

extension Timestamp {
    /// As the API server writes it, `2026-11-23T12:00:00Z`.
    package var text: String { CivilSecond(secondsSinceEpoch: seconds).text + "Z" }
}
