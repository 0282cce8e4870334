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

    var location: PolicyLocation { PolicyLocation(file: file, generation: generation) }

    /// Reads the policy.
    func load() throws(CommandFailure) -> AdmissionPolicy { try location.load() }
}

extension Generation: ExpressibleByArgument {}
