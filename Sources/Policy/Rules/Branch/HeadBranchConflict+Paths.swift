internal import AgentRuns
internal import JSONPull

extension HeadBranchConflict {
    /// More branches than one run may take.
    func checkCount(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard run.claimedBranches.count > BranchKey.maximumOfRun else { return }
        let branches = run.distinctBranches
        guard branches.count > BranchKey.maximumOfRun else { return }
        findings.report(
            .tooManyBranches,
            FieldPath("spec.workflow.steps"),
            "Too many: \(branches.count) head branches, and one run takes at most \(BranchKey.maximumOfRun)",
            "split it into several runs",
            OffendingValue.joining(branches.map(\.offendingValue))
        )
    }

    /// A head that is a path above or below the base of its unit.
    func checkBases(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        var last: (head: RunUnit.Head, base: ExactString)?
        for found in run.heads {
            let head = found.head
            guard let repository = run.repositories[found.unit], !repository.isPlaceholder, !head.isPlaceholder,
                let base = run.bases[found.unit]
            else { continue }
            if let last, last.head === head, last.base == base { continue }
            last = (head, base)
            guard head.name.isPath(above: base) || base.isPath(above: head.name), !base.holdsLiteralToken else {
                continue
            }
            let key = BranchKey(repository: repository.key, head: head.name)
            reportPath(key, "its base branch \(VisibleText.quoted(base))", base, head.field, &findings)
        }
    }

    /// A head that is a path above or below one that another run holds.
    func report(
        _ holders: BranchPathHolders,
        of claim: RunUnderReview.ClaimedBranch,
        _ run: RunUnderReview,
        _ findings: inout RuleFindings
    ) {
        let rest = holders.count < BranchPathHolders.maximumCount ? "more" : "or more"
        let others = holders.count > 1 ? " and \(holders.count - 1) \(rest)" : ""
        let other =
            "\(VisibleText.quoted(holders.head)), held by run \(Self.name(holders.first, now: run.now))\(others)"
        reportPath(claim.key, other, "", claim.head.field, &findings)
    }

    private func reportPath(
        _ key: BranchKey,
        _ other: String,
        _ base: ExactString,
        _ field: FieldPath,
        _ findings: inout RuleFindings
    ) {
        let branch = "branch \(VisibleText.quoted(key.head)) of \(VisibleText.quoted(key.repository))"
        findings.report(
            .headBranchPathConflict,
            field,
            "Forbidden: git keeps no \(branch) beside \(other)",
            "choose a head that is no path above or below it",
            base.isEmpty ? key.offendingValue : OffendingValue.joining(key.head, key.repository, base)
        )
    }
}

extension ExactString {
    /// Whether this is a folder that `other` lies in: `a` of `a/b`.
    fileprivate func isPath(above other: ExactString) -> Bool {
        unsafe withBytes { path in
            unsafe other.withBytes { other in
                guard path.count < other.count, unsafe other[path.count] == UInt8(ascii: "/") else { return false }
                return unsafe other.starts(with: path)
            }
        }
    }
}
