internal import AgentRuns
internal import ArgumentParser
internal import Offline
internal import Policy

/// Which policy a command judges by.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("Policy file; without one the built-in defaults apply (see policy show).", valueName: "file")
    )
    var file: String?

    @Option(help: "The controller's generation; goes before the policy's own.")
    var generation: Generation?

    /// Reads the policy.
    func load() throws(CommandFailure) -> AdmissionPolicy {
        var policy = AdmissionPolicy.builtIn
        if let file { policy = try PolicyFile.load(PolicyFile.contents(of: file), file: file) }
        if let generation { policy.generation = generation }
        return policy
    }

    /// The files ``load()`` reads.
    var files: [String] { file.map { [$0] } ?? [] }
}

extension Generation: ExpressibleByArgument {}
