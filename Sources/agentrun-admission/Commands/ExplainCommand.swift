internal import ArgumentParser
internal import Offline
internal import Reports

/// `explain`: says of each run where everything it would do comes from.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a run would do, where each part of it comes from, and how to fix it.",
        discussion: """
            Prints for each AgentRun, and each step of a workflow, which prompt wins and what it hides (lengths and SHA-256, \
            never text), repository, base and head and where each comes from, the secrets it would use and which lists \
            admit them, what its pod would get and at most cost, how the controller would end it, what the API server \
            itself would refuse, and the fix as a JSON Patch for kubectl, where a patch can fix it. Takes the same files as check, which are each other's cluster state.

            EXAMPLES
              agentrun-admission explain run.yaml --state cluster/
              agentrun-admission explain --output json runs/ | jq '.explanations[].run.units[].prompt'

            \(ExitCodes.explain.help)
            """
    )

    @Argument(help: ArgumentHelp("Files, folders or patterns; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var definitions: DefinitionOptions

    @Option(help: "Form of the explanations.")
    var output = OutputForm<ExplainReport>.first

    func run() throws {
        let explain = Explain(
            policy: try policy.load(),
            namespace: namespace.value,
            statePaths: state.paths,
            definitions: try definitions.load(),
            now: Clocks.wall
        )
        let report = try explain.report(files)
        StandardError.write(report.problemText)
        StandardOutput.write(output.output(report, .standardOutput()))
        throw ExitCode(report.exitStatus)
    }
}
