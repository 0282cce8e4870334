internal import ArgumentParser
private import ClusterState
internal import JSONPull
internal import Offline
private import Policy
private import Replay
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

            With --verify nothing is judged: it looks whether the lines that serve --decision-log-key has chained are as they were \
            written, all of them, once and in order, and names those that are not.

            EXAMPLES
              agentrun-admission replay decisions.log --policy new.yaml
              agentrun-admission replay decisions.log.2 decisions.log.1 decisions.log --policy new.yaml --output json
              kubectl logs deploy/agentrun-admission | grep -e '"verdict":' -e '"part":' | agentrun-admission replay - --policy new.yaml
              agentrun-admission replay --verify --decision-log-key key decisions.log decisions.log.1

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

    @Flag(help: "Verify the chain of the lines, in place of judging reviews.")
    var verify = false

    @Option(
        name: .customLong("decision-log-key"),
        help: ArgumentHelp(
            "With --verify, key file that serve had; once for each key there was. Without one numbers alone are compared.",
            valueName: "file"
        )
    )
    var keys: [String] = []

    @Flag(help: "With --verify, the logs are streams put together of several replicas, which may begin anywhere.")
    var merged = false

    func validate() throws {
        guard verify || (keys.isEmpty && !merged) else {
            throw ValidationError("--decision-log-key and --merged say how to verify: give --verify, too")
        }
        guard !verify || (policy.file == nil && policy.generation == nil && state.paths.isEmpty) else {
            throw ValidationError("--verify judges nothing: leave --policy and --state out")
        }
    }

    func run() throws {
        if verify { throw ExitCode(try verified()) }
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

    /// Verifies the chain; how the command ends.
    private func verified() throws(CommandFailure) -> CommandStatus {
        var read: [ChainKey] = []
        for path in keys { read.append(try ChainKeyFile.key(path)) }
        var verification = LogVerification(keys: read, isMerged: merged)
        var progress = ProgressLine.standardError
        for log in logs {
            try verification.run(log) { line in progress.show("verified \(line) lines of \(log)", at: line) }
        }
        progress.clear()
        let report = verification.report()
        let form = OutputForm<VerificationReport>(named: output.format.rawValue) ?? .first
        StandardOutput.write(form.output(report, .standardOutput(isQuiet: quiet)))
        return report.exitStatus(isStrict: strict)
    }

    /// What is asked beyond the log; nil without any.
    private func store(_ policy: AdmissionPolicy) throws(CommandFailure) -> ClusterStore? {
        guard !state.paths.isEmpty else { return nil }
        return try LoadedState.store(paths: state.paths, policy: policy) { problem in
            StandardError.write("\(VisibleText.line(problem.description))\n")
        }
    }
}
