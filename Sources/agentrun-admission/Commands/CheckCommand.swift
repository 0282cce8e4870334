internal import ArgumentParser
internal import Offline
internal import Reports

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
              agentrun-admission check --watch --crds crds/ runs/
              agentrun-admission check --fix --dry-run runs/

            \(ExitCodes.check.help)
            """
    )

    @Argument(help: ArgumentHelp("Files, folders or patterns; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var namespace: NamespaceOptions

    @Flag(help: "Do not take the checked objects for each other's cluster state.")
    var isolated = false

    @Option(
        help: ArgumentHelp(
            "Leave out what this matches in folders and patterns, as a line of .gitignore would; may be given several times.",
            discussion: "A file called .agentrunignore says the same for its folder and those below.",
            valueName: "pattern"
        )
    )
    var exclude: [String] = []

    @OptionGroup var definitions: DefinitionOptions

    @Option(help: "Form of the verdicts.")
    var output = OutputForm<CheckReport>.first

    @Option(help: "Exit with 1 for denied objects only, or for warnings too.")
    var failOn = CheckReport.FailOn.deny

    @Flag(name: .shortAndLong, help: "Text only of objects that are denied or warned about, and no summary.")
    var quiet = false

    @Flag(
        help: """
            Take objects of kinds that are neither judged nor looked up for errors, as a mistyped kind is one, and files of \
            folders without any object.
            """
    )
    var strict = false

    @Flag(help: "Judge again whenever a file changes, until the command is interrupted.")
    var watch = false

    @Flag(
        help: ArgumentHelp(
            "Put right in the files what nobody has to decide, and judge them again.",
            discussion: """
                Comments, layout and line ends stay; a file is written whole or not at all, a link is followed. What is left alone, \
                as standard input, anchors and aliases, is told with the reason.
                """
        )
    )
    var fix = false

    @Flag(help: "With --fix: write nothing, and show the changes as a diff, in which texts are left out.")
    var dryRun = false

    func validate() throws {
        if dryRun, !fix { throw ValidationError("--dry-run goes with --fix") }
        if watch, fix { throw ValidationError("--watch and --fix are two things: each fix is a change to be watched") }
        if watch, files.contains("-") { throw ValidationError("--watch needs files: standard input is read once") }
    }

    func run() throws {
        if fix { throw ExitCode(try fixed().exitStatus(failingOn: failOn)) }
        guard watch else { throw ExitCode(try check().exitStatus(failingOn: failOn)) }
        let paths = files + state.paths + policy.location.files + definitions.paths
        var last: WatchedFiles?
        while true {
            let now = WatchedFiles(paths, excluding: exclude)
            if now != last {
                if last != nil { StandardOutput.write("\n") }
                checkOnce()
            }
            last = now
            Clocks.sleep(milliseconds: 300)
        }
    }

    /// A mistake in the policy, say, is told and waited out.
    private func checkOnce() {
        do {
            try check()
        } catch {
            StandardError.write("agentrun-admission: \((error as? CommandFailure)?.message ?? "\(error)")\n")
        }
    }

    private func made() throws -> Check {
        Check(
            policy: try policy.load(),
            namespace: namespace.value,
            statePaths: state.paths,
            isIsolated: isolated,
            isStrict: strict,
            excluded: exclude,
            definitions: try definitions.load(),
            hasExcerpts: output.format == .text || output.format == .html,
            hasFixes: output.format == .sarif,
            now: Clocks.wall
        )
    }

    /// Puts right what is mechanical, and tells of the rest.
    private func fixed() throws -> CheckReport {
        let report = try made().fix(files, isDry: dryRun)
        StandardError.write(report.check.problemText + report.text)
        if dryRun {
            StandardOutput.write(report.diff)
        } else {
            StandardOutput.write(output.output(report.check, .standardOutput(isQuiet: quiet, failOn: failOn)))
        }
        return report.check
    }

    /// Judges everything once and tells it.
    @discardableResult
    private func check() throws -> CheckReport {
        let check = try made()
        var progress = ProgressLine.standardError
        let report = try check.report(files) { event in
            switch event {
            case .read(let count): progress.show("read \(count) objects", at: count)
            case .judged(let index, let count): progress.show("judged \(index) of \(count) objects", at: index)
            case .allRead, .allJudged: progress.clear()
            }
        }
        StandardError.write(report.problemText)
        StandardOutput.write(output.output(report, .standardOutput(isQuiet: quiet, failOn: failOn)))
        return report
    }
}
