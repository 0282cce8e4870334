package import AgentRuns
package import Policy

/// Which policy is judged by.
package struct PolicyLocation: Sendable {
    /// Nil for the built-in policy.
    package var file: String?
    /// The controller's generation; goes before the policy's own.
    package var generation: Generation?

    package init(file: String? = nil, generation: Generation? = nil) {
        (self.file, self.generation) = (file, generation)
    }

    /// Reads the policy.
    package func load() throws(CommandFailure) -> AdmissionPolicy {
        var policy = AdmissionPolicy.builtIn
        if let file { policy = try PolicyFile.load(PolicyFile.contents(of: file), file: file) }
        if let generation { policy.generation = generation }
        return policy
    }

    /// The files ``load()`` reads.
    package var files: [String] { file.map { [$0] } ?? [] }
}
