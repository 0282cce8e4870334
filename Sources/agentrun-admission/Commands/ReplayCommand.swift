internal import ArgumentParser
private import ClusterState
internal import JSONPull
internal import Offline
private import Policy
internal import Reports

/// `replay`: judges logged decisions by another policy.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say which decisions of a decision log another policy would flip, and by which rule.",
        discussion: """
            Reads what serve --decision-log has written, rotated files too, and judges every review again, at the time it was \
            judged and by what the cluster state said of it then. What the policy asks beyond that is asked of --state; \
            where nobody knows, it says that it cannot tell instead of guessing.

            EXAMPLES
              agentrun-admission replay decisions.log --policy new.yaml
              agentrun-admission replay decisions.log.2 decisions.log.1 decisions.log --policy new.yaml --output json
              kubectl logs deploy/agentrun-admission | grep '"verdict":' | agentrun-admission replay - --policy new.yaml

            \(ExitCodes.replay.help)
            """
    )

    @Argument(help: ArgumentHelp("Decision logs; - is standard input.", valueName: "log"))
    var logs: [String]

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions

    @Option(help: "Form of the report.")
    var output = OutputForm<ReplayReport>.first

    @Flag(name: .shortAndLong, help: "Text of the rules and the sum alone.")
    var quiet = false

    @Flag(help: "Exit with 1 also when there are decisions that cannot be told.")
    var strict = false

    func run() throws {
        let engine = PolicyEngine(policy: try policy.load())
        var replay = LogReplay(engine: engine, state: try store(engine.policy))
        var progress = ProgressLine.standardError
        for log in logs {
            try replay.run(log) { line in progress.show("judged \(line) lines of \(log)", at: line) }
        }
        progress.clear()
        let report = replay.report
        StandardError.write(report.problemText)
        StandardOutput.write(output.output(report, .standardOutput(isQuiet: quiet)))
        throw ExitCode(report.exitStatus(isStrict: strict))
    }

    /// What is asked beyond the log; nil without any.
    private func store(_ policy: AdmissionPolicy) throws(CommandFailure) -> ClusterStore? {
        guard !state.paths.isEmpty else { return nil }
        return try LoadedState.store(paths: state.paths, policy: policy) { problem in
            StandardError.write("\(VisibleText.line(problem.description))\n")
        }
    }
}
