/// Something that must be so for the server to be alive or ready.
package struct HealthCheck: Sendable {
    /// One word, as `?verbose` lists it.
    package let name: String

    /// Why it is not so; nil when it is.
    ///
    /// Called on an event loop, and may not block it.
    package let problem: @Sendable () -> String?

    package init(name: String, problem: @escaping @Sendable () -> String?) {
        self.name = name
        self.problem = problem
    }

    /// Holds as long as the server answers at all.
    package static let ping = HealthCheck(name: "ping") { nil }
}
