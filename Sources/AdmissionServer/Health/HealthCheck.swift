/// Something that must be so for the server to be alive or ready.
package struct HealthCheck: Sendable {
    /// One word, as `?verbose` lists it.
    package let name: String

    /// Why it is not so; nil when it is.
    ///
    /// Called on an event loop, and may not block it.
    package let problem: @Sendable () -> String?

    /// What an operator should know though it is so; nil for nothing.
    package let note: @Sendable () -> String?

    package init(
        name: String,
        note: @escaping @Sendable () -> String? = { nil },
        problem: @escaping @Sendable () -> String?
    ) {
        self.name = name
        self.note = note
        self.problem = problem
    }

    /// Holds as long as the server answers at all.
    package static let ping = HealthCheck(name: "ping") { nil }

    /// Holds always, and tells when the files in place are not what is in use.
    package static func reload(_ record: ReloadRecord) -> HealthCheck {
        HealthCheck(
            name: record.name,
            note: { record.failure.map { "the last good one is in use, not the file in place: \($0)" } },
            problem: { nil }
        )
    }
}
