internal import AgentRuns
internal import ArgumentParser
private import JSONPull
internal import Offline
internal import Policy
internal import Reports
internal import Serving

/// `audit`: judges what exists, in a cluster or a folder of its manifests.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Judge the objects that a cluster, or a folder of manifests, already holds.",
        discussion: """
            Judges every AgentRun that is not over, ImplementationSpec, Agent, AgentProvider and VersionControlProvider as if it \
            was created now, by nobody, each run in the light of those that were there before it: of two that are in conflict \
            the later one is told, and names the other. Asks the API server of --kubeconfig, in a pod that of the pod, and \
            writes nothing; with files, folders or patterns as arguments it asks nobody. Objects without a finding are counted.

            EXAMPLES
              agentrun-admission audit --kubeconfig ~/.kube/config --policy policy.yaml
              agentrun-admission audit --kubeconfig ~/.kube/config --since 24h --output html > audit.html
              agentrun-admission audit --namespace agents --only secret-allowlist --fail-on warn
              agentrun-admission audit --all backup/

            \(ExitCodes.audit.help)
            """
    )

    @Argument(
        help: ArgumentHelp("Files, folders or patterns in place of a cluster; - is standard input.", valueName: "file")
    )
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Kubeconfig of the API server that is asked, or several with colons in between, as in KUBECONFIG; in a pod its \
            service account does without.
            """,
            valueName: "file"
        )
    )
    var kubeconfig: String?

    @Option(help: ArgumentHelp("Context of the kubeconfig in place of its current one.", valueName: "name"))
    var context: String?

    @OptionGroup var policy: PolicyOptions

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp(
            "Judge objects of this namespace only; may be given several times. Runs of others are looked at all the same.",
            valueName: "namespace"
        )
    )
    var namespaces: [String] = []

    @Option(
        help: ArgumentHelp(
            "Judge only objects that were created or changed since: a time span such as 24h or 7d, or a time as in RFC 3339.",
            valueName: "time"
        )
    )
    var since: StartOfTime?

    @Option(
        help: ArgumentHelp("Tell the findings of this rule only; may be given several times.", valueName: "rule")
    )
    var only: [String] = []

    @Flag(help: "Judge runs that are over, too.")
    var all = false

    @Option(help: "Form of the verdicts.")
    var output = OutputForm<CheckReport>.first

    @Option(help: "Exit with 1 for denied objects only, or for warnings too.")
    var failOn = CheckReport.FailOn.deny

    @Flag(name: .shortAndLong, help: "Text only of objects that are denied or warned about, and no summary.")
    var quiet = false

    func validate() throws {
        guard context == nil || kubeconfig != nil else {
            throw ValidationError("--context names a context of --kubeconfig: give that, too")
        }
        guard files.isEmpty || kubeconfig == nil else {
            throw ValidationError("files and --kubeconfig are two things to audit: give one of them")
        }
        for namespace in namespaces where !NamespaceOptions.isLabel(namespace) {
            throw ValidationError("--namespace must be a namespace's name")
        }
        guard namespaces.count <= 32 else {
            throw ValidationError("--namespace can be given 32 times; without it all namespaces are judged")
        }
        for name in only where RuleID(rawValue: name) == nil {
            throw ValidationError("--only must be a rule's name, see agentrun-admission rules")
        }
    }

    func run() async throws {
        let now = Clocks.wall()
        let policy = try policy.load()
        let report = files.isEmpty ? try await auditCluster(policy, now) : try auditFiles(policy, now)
        StandardError.write(report.problemText)
        StandardOutput.write(output.output(report, .standardOutput(isQuiet: quiet, failOn: failOn)))
        throw ExitCode(report.exitStatus(failingOn: failOn))
    }

    private func auditFiles(_ policy: AdmissionPolicy, _ now: Timestamp) throws -> CheckReport {
        var progress = ProgressLine.standardError
        return try Audit.report(
            onFiles: files,
            policy: policy,
            scope: scope(now),
            hasExcerpts: output.format == .text || output.format == .html,
            now: now
        ) { event in
            switch event {
            case .read(let count): progress.show("read \(count) objects", at: count)
            case .judged(let index, let count): progress.show("judged \(index) of \(count) objects", at: index)
            case .allRead, .allJudged: progress.clear()
            }
        }
    }

    private func auditCluster(_ policy: AdmissionPolicy, _ now: Timestamp) async throws -> CheckReport {
        guard let connection = kubeconfig.map({ ClusterConnection(kubeconfig: $0, context: context) }) ?? .inCluster
        else {
            throw CommandFailure("there is nothing to audit: pass --kubeconfig, or files or folders of manifests")
        }
        var progress = ProgressLine.standardError
        let audit = ClusterAudit(connection, policy: policy, scope: scope(now))
        return try await audit.report(now: now) { warning in
            StandardError.write("\(VisibleText.line("warning: \(warning)"))\n")
        } progress: { event in
            switch event {
            case .listed(let count): progress.show("listed \(count) objects", at: count)
            case .judged(let count): progress.show("looked at \(count) objects", at: count)
            case .allListed, .allJudged: progress.clear()
            }
        }
    }

    private func scope(_ now: Timestamp) -> Audit.Scope {
        var scope = Audit.Scope()
        scope.rules = only.isEmpty ? nil : Set(only.compactMap { RuleID(rawValue: $0) })
        scope.namespaces = Set(namespaces.map { ExactString($0) })
        scope.since = since?.timestamp(before: now)
        scope.includesPast = all
        return scope
    }
}
