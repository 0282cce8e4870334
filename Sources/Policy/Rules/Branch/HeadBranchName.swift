internal import AgentRuns
internal import JSONPull

/// Whether a head branch has a name git takes, the prefix the team wants, and is not the base (`RULES.md` section 3).
struct HeadBranchName: Rule {
    static let descriptor = RuleDescriptor(
        id: "head-branch-name",
        title: "Head branches git takes, with the prefix the team wants",
        action: .warn,
        reasons: [.headBranchPrefix, .invalidHeadBranch, .headEqualsBase],
        options: [Keys.prefixes],
        asks: .versionControl
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let prefixes = RuleOption(
            "prefixes",
            "one of them must start the name; empty switches that off",
            default: ["codex/"] as [ExactString]
        )
    }

    /// One of them must start the name; none switches the reason off.
    private let prefixes: [ExactString]

    init(options entry: inout PolicyEntry) {
        prefixes = entry.strings(Keys.prefixes)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var seen = SeenOnce<ObjectIdentifier>()
        for found in run.heads {
            let head = found.head
            // A head that a step takes from the run is right or wrong for both.
            if seen.insert(ObjectIdentifier(head)) {
                if run.mode == .readWrite { checkPrefix(head, run, &findings) }
                if !GitBranchName.isValid(head.name) { reportInvalid(head, &findings) }
            }
            if run.mode == .readWrite, let base = run.bases[found.unit], base == head.name {
                reportBase(head, base, &findings)
            }
        }
    }

    private func checkPrefix(_ head: RunUnit.Head, _ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard !prefixes.isEmpty else { return }
        if prefixes.contains(where: { head.name.starts(with: $0) }) { return }
        let wanted = prefixes.map { VisibleText.quoted($0) }.joined(separator: " or ")
        let policy = VisibleText.quoted(ExactString(run.policyName))
        report(
            .headBranchPrefix,
            head,
            "Invalid value: \(VisibleText.quoted(head.name)): must start with \(wanted)",
            "rename the branch, or change prefixes of rule head-branch-name in policy \(policy)",
            head.name,
            &findings
        )
    }

    private func reportInvalid(_ head: RunUnit.Head, _ findings: inout RuleFindings) {
        if GitBranchName.isTooLong(head.name) {
            let count = head.name.string.utf8.count
            return report(
                .invalidHeadBranch,
                head,
                "Too long: \(count) bytes, and Git hosts take at most \(BranchKey.maximumHeadBytes)",
                "shorten it",
                head.name,
                &findings
            )
        }
        report(
            .invalidHeadBranch,
            head,
            "Invalid value: \(VisibleText.quoted(head.name)): git takes no branch of this name",
            "use letters, digits, '-', '_', '.' and single slashes (git check-ref-format --branch NAME)",
            head.name,
            &findings
        )
    }

    private func reportBase(_ head: RunUnit.Head, _ base: ExactString, _ findings: inout RuleFindings) {
        report(
            .headEqualsBase,
            head,
            "Invalid value: \(VisibleText.quoted(head.name)): is the base branch, which the agent would push to",
            "use a head branch of its own",
            OffendingValue.joining(head.name, base),
            &findings
        )
    }

    private func report(
        _ reason: Reason,
        _ head: RunUnit.Head,
        _ message: String,
        _ remedy: String,
        _ value: ExactString,
        _ findings: inout RuleFindings
    ) {
        findings.report(reason, head.field, message, remedy, value)
    }
}

extension RuleID {
    package static let headBranchName = HeadBranchName.id
}

extension Reason {
    static let headBranchPrefix = Reason(
        "HeadBranchPrefix",
        meaning: "does not start with a wanted prefix",
        example: "head: feature/x",
        fix: "rename the branch, or change prefixes"
    )
    static let invalidHeadBranch = Reason(
        "InvalidHeadBranch",
        action: .deny,
        meaning: "git takes no branch of this name, or it has more than 244 bytes",
        example: "head: codex/a..b",
        fix: "letters, digits, '-', '_', '.' and single slashes"
    )
    static let headEqualsBase = Reason(
        "HeadEqualsBase",
        action: .deny,
        meaning: "the agent would push to its base",
        example: "head: main, base: main",
        fix: "a head branch of its own"
    )
}
