internal import ArgumentParser
private import ClusterState
private import JSONPull
private import Policy

/// `check`: judges files as the webhook would judge their creation.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Judge manifests and recorded AdmissionReviews without a cluster.",
        discussion: """
            Takes files, folders, patterns such as 'runs/**/*.yaml', and - for standard input. Each may hold several YAML \
            documents, JSON, lists, or whole AdmissionReviews, which are judged as sent. The objects of one call are each \
            other's cluster state; --state adds more.

            EXAMPLES
              agentrun-admission check runs/ --state cluster/
              kustomize build . | agentrun-admission check --quiet --fail-on warn -
              helm template . | agentrun-admission check --namespace agents -
              agentrun-admission check --output sarif runs/ > agentruns.sarif

            EXIT CODES
              0  nothing is denied
              1  something is denied, or with --fail-on warn is warned about
              2  something could not be read (the rest is judged all the same), or the command is wrong
            """
    )

    /// Form of the verdicts.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
        case sarif
        case junit
        case github
        case admissionReview = "admission-review"
    }

    /// What makes the exit code 1.
    enum Failure: String, ExpressibleByArgument, CaseIterable {
        case deny
        case warn
    }

    @Argument(help: ArgumentHelp("Files, folders or patterns; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var namespace: NamespaceOptions

    @Flag(help: "Do not take the checked objects for each other's cluster state.")
    var isolated = false

    @Option(help: "Form of the verdicts.")
    var output = Output.text

    @Option(help: "Exit with 1 for denied objects only, or for warnings too.")
    var failOn = Failure.deny

    @Flag(name: .shortAndLong, help: "Text only of objects that are denied or warned about, and no summary.")
    var quiet = false

    @Flag(help: "Take objects of kinds that are neither judged nor looked up for errors, as a mistyped kind is one.")
    var strict = false

    func run() throws {
        let engine = PolicyEngine(policy: try policy.load())
        var progress = ProgressLine.standardError
        var input = CheckInput(policy: engine.policy, namespace: namespace.value, progress: progress)
        for file in files { input.read(file) }
        input.finish()
        var report = CheckReport(isStrict: strict)
        for problem in input.problems { report.add(problem) }
        let store = try store(with: input, engine.policy, &report)
        for (index, item) in input.items.enumerated() {
            progress.show("judged \(index) of \(input.items.count) objects", at: index)
            report.add(item, item.judged(by: engine, state: store, namespace: namespace.value))
        }
        progress.clear()
        StandardError.write(report.problemText)
        StandardOutput.write(report.output(as: output, isQuiet: quiet, failingOn: failOn))
        throw ExitCode(report.exitCode(failingOn: failOn))
    }

    /// What the files are judged against; nil when there is no state at all.
    private func store(
        with input: CheckInput,
        _ policy: AdmissionPolicy,
        _ report: inout CheckReport
    ) throws(CommandFailure) -> ClusterStore? {
        if isolated, state.paths.isEmpty { return nil }
        var problems: [ManifestProblem] = []
        let store = try StateLoading.store(
            paths: state.paths,
            policy: policy,
            namespace: namespace.value,
            keepsUnnamed: true,
            under: isolated ? nil : input.objects
        ) { problems.append($0) }
        for problem in problems { report.add(problem) }
        return store
    }
}
