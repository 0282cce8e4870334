internal import ArgumentParser
private import ClusterState
private import JSONPull
private import Policy

/// `explain`: says of each run where everything it would do comes from.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a run would do, where each part of it comes from, and how to fix it.",
        discussion: """
            Prints for each AgentRun, and each step of a workflow, which prompt wins and what it hides (lengths and SHA-256, \
            never text), repository, base and head and where each comes from, the secrets it would use and which lists \
            admit them, how the controller would end it, and the fix as a JSON Patch for kubectl, where a patch can fix \
            it. Takes the same files as check, which are each other's cluster state.

            EXAMPLES
              agentrun-admission explain run.yaml --state cluster/
              agentrun-admission explain --output json runs/ | jq '.explanations[].run.units[].prompt'

            EXIT CODES
              0  nothing is denied
              1  something is denied
              2  something could not be read (the rest is explained all the same), or the command is wrong
            """
    )

    /// Form of the explanations.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Argument(help: ArgumentHelp("Files, folders or patterns; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var namespace: NamespaceOptions

    @Option(help: "Form of the explanations.")
    var output = Output.text

    func run() throws {
        let engine = PolicyEngine(policy: try policy.load())
        var input = CheckInput(policy: engine.policy, namespace: namespace.value)
        for file in files { input.read(file) }
        var problems = input.problems
        let store = try StateLoading.store(
            paths: state.paths,
            policy: engine.policy,
            namespace: namespace.value,
            keepsUnnamed: true,
            under: input.objects
        ) { problems.append($0) }
        var report = ExplainReport()
        for item in input.items {
            if item.kind == .review {
                let message = "a review has no explanation (judge it with check, or pass its object)"
                problems.append(ManifestProblem(.warning, file: item.source, position: item.start, message: message))
                continue
            }
            do {
                try report.add(item, engine, store, namespace: namespace.value)
            } catch {
                problems.append(ManifestProblem(file: item.source, position: item.start, message: "\(error)"))
            }
        }
        StandardError.write(problems.map { "\(VisibleText.line($0.description))\n" }.joined())
        StandardOutput.write(output == .json ? report.json : Array(report.text(style: .standardOutput).utf8))
        if problems.contains(where: { $0.severity == .error }) { throw ExitCode(CommandFailure.exitCode) }
        throw ExitCode(report.isDenied ? 1 : 0)
    }
}
