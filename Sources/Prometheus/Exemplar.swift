/// An observation by name: where to look up what took so long.
struct Exemplar: Sendable {
    /// Names and values of 128 characters together at the most (OpenMetrics, section 4.6.1).
    let labels: LabelSet
    /// In units of the bounds.
    let amount: Int64
    /// Since 1970-01-01T00:00:00Z.
    let seconds: Int64
}
