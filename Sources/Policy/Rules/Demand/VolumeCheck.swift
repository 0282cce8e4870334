internal import AgentRuns
internal import JSONPull

/// Finds what is wrong with the volumes of one workload: with their definitions, their names, and where they are mounted.
struct VolumeCheck: Sendable {
    /// Paths that nobody may mount anything at, folded: the controller's own and those of the policy.
    private let reserved: Set<ExactString>
    private let ofPolicy: Set<ExactString>

    /// Where the controller itself mounts something in every runner.
    private static let ofEveryRunner: Set<ExactString> = ["/workspace/run.json", "/workspace/agent-runner.json"]
    /// Where it mounts the system prompt of a reference.
    private static let systemPromptPath: ExactString = "/workspace/.codex"
    /// Where it mounts what a provider with ssh needs.
    private static let ofSsh: Set<ExactString> = [
        "/var/run/secrets/agents/vcs/ssh", "/var/run/secrets/agents/vcs/known-hosts",
    ]

    init(reserved paths: [ExactString]) {
        ofPolicy = Set(paths.lazy.map { MountPath($0).folded })
        reserved = Self.ofEveryRunner.union(Self.ofSsh).union([Self.systemPromptPath]).union(ofPolicy)
    }

    /// What was there before a volume of the same list.
    private struct Seen {
        var names: Set<ExactString> = []
        var paths: Set<ExactString> = []
        var exactPaths: Set<ExactString> = []
    }

    func check(
        _ volumes: [Workload.Volume],
        of step: WorkflowStep?,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let list: FieldPath =
            if let step { FieldPath(step: step, ".workload.volumes") } else { FieldPath("spec.workload.volumes") }
        var seen = Seen()
        for volume in volumes {
            // The controller passes over the others.
            guard let type = volume.type, let name = volume.name, let path = volume.mountPath else { continue }
            checkDefinition(volume, type, name, list, run, &seen, &findings)
            checkPath(path, list.item(volume.index, ".mountPath"), run, &seen, &findings)
        }
    }

    private func checkDefinition(
        _ volume: Workload.Volume,
        _ type: ExactString,
        _ name: ExactString,
        _ list: FieldPath,
        _ run: RunUnderReview,
        _ seen: inout Seen,
        _ findings: inout RuleFindings
    ) {
        let field = list.item(volume.index, ".name")
        if !DNSLabel.isValid(name) {
            let message = """
                Invalid value: \(VisibleText.quoted(name)): a volume's name has at most \(DNSLabel.maximumBytes) \
                lower-case letters, digits and '-', with a letter or digit at both ends
                """
            report(.invalidVolumeName, field, message, "use such a name", name, run, &findings)
        }
        if type == "pvc", volume.claimName == nil {
            reportIncomplete(list.item(volume.index, ".claimName"), "claim", volume.writtenClaimName, run, &findings)
        } else if type == "secret", volume.secretName == nil {
            reportIncomplete(list.item(volume.index, ".secretName"), "Secret", volume.writtenSecretName, run, &findings)
        } else if !seen.names.insert(name).inserted {
            let message = "Duplicate value: \(VisibleText.quoted(name)) names an earlier volume"
            report(.duplicateVolume, field, message, "give every volume a name of its own", name, run, &findings)
        }
        guard type == "emptyDir", let limit = volume.sizeLimit, let problem = QuantityFault.problem(with: limit) else {
            return
        }
        let limitField = list.item(volume.index, ".sizeLimit")
        report(.invalidQuantity, limitField, problem, QuantityFault.remedy, limit, run, &findings)
    }

    private func reportIncomplete(
        _ field: FieldPath,
        _ what: StaticString,
        _ written: ExactString,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let message = "Required value: without a \(what) the volume is mounted but not defined"
        report(.incompleteVolume, field, message, "name the \(what)", written, run, &findings)
    }

    // MARK: Paths

    private func checkPath(
        _ text: ExactString,
        _ field: FieldPath,
        _ run: RunUnderReview,
        _ seen: inout Seen,
        _ findings: inout RuleFindings
    ) {
        let path = MountPath(text)
        let isRepeated = !seen.exactPaths.insert(text).inserted
        let isTaken = !seen.paths.insert(path.folded).inserted
        // The API server compares paths as they are written.
        let outcome = isRepeated || isMounted(text, run) ? WorkloadShape.outcome(of: run.run) : nil
        let quoted = VisibleText.quoted(text)
        if !path.isAbsolute || path.folded == "/" {
            let message = "Invalid value: \(quoted): must be an absolute path below the root, without \"..\" and \":\""
            findings.report(.invalidMountPath, field, message, "use such a path", text, outcome)
        } else if reserved.contains(path.folded) {
            let who = ofPolicy.contains(path.folded) ? "the cluster, by this policy," : "the controller"
            let message = "Forbidden: \(who) mounts something at \(quoted) itself"
            findings.report(.reservedMountPath, field, message, "use another path", text, outcome)
        } else if isTaken {
            let message = "Duplicate value: \(quoted): an earlier volume is mounted there"
            findings.report(.duplicateMountPath, field, message, "use a path of its own", text, outcome)
        }
    }

    /// Whether it is known that the controller mounts something at exactly this path.
    private func isMounted(_ path: ExactString, _ run: RunUnderReview) -> Bool {
        if Self.ofEveryRunner.contains(path) { return true }
        guard path == Self.systemPromptPath else { return ofPolicy.contains(path) }
        let ownIsRead = run.generation.takesSystemPromptOfRun
        if ownIsRead, run.run.spec.systemPromptRef != nil { return true }
        if ownIsRead, run.run.spec.systemPrompt.isReached { return false }
        return run.agent?.spec.systemPromptRef != nil
    }

    private func report(
        _ reason: Reason,
        _ field: FieldPath,
        _ message: String,
        _ remedy: String,
        _ value: ExactString,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        findings.report(reason, field, message, remedy, value, WorkloadShape.outcome(of: run.run))
    }
}

/// A path in a container: what it comes to, and whether it can be mounted at.
struct MountPath {
    /// Without `//`, `/./` and a slash at the end, which make no difference to where it is.
    let folded: ExactString
    /// Whether it starts at the root and has neither `..` nor `:`.
    let isAbsolute: Bool

    init(_ text: ExactString) {
        let bytes = text.string.utf8
        let segments = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        let isRooted = bytes.first == UInt8(ascii: "/")
        let hasParent = segments.contains { $0.elementsEqual("..".utf8) }
        isAbsolute = isRooted && !hasParent && !bytes.contains(UInt8(ascii: ":"))
        folded = ExactString((isRooted ? "/" : "") + segments.map { String(Substring($0)) }.joined(separator: "/"))
    }
}
