internal import AgentRuns
internal import ArgumentParser
internal import ClusterState
internal import Policy

/// Which policy a command judges by.
struct PolicyOptions: ParsableArguments {
    /// A ConfigMap, where policies are kept, holds at most 1 MiB.
    private static let maximumFileBytes = 4 << 20

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
        if let file { policy = try Self.load(Self.contents(of: file), file: file) }
        if let generation { policy.generation = generation }
        return policy
    }

    /// The files ``load()`` reads.
    var files: [String] { file.map { [$0] } ?? [] }

    /// The bytes of a policy file.
    static func contents(of file: String) throws(CommandFailure) -> [UInt8] {
        try InputFile.contents(
            of: file,
            maximumBytes: maximumFileBytes,
            name: "policy \(file)",
            remedies: ("correct --policy or the file", "correct --policy")
        )
    }

    /// Checks and compiles the bytes of a policy file.
    static func load(_ bytes: [UInt8], file: String) throws(CommandFailure) -> AdmissionPolicy {
        do throws(PolicyFileError) {
            return try AdmissionPolicy.load(bytes, file: file)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

extension Generation: ExpressibleByArgument {}
