internal import AdmissionAPI
package import JSONPull
package import Policy

/// What `check` or `audit` found.
package struct CheckReport {
    /// What makes the exit status a refusal.
    package enum FailOn: String, CaseIterable, Sendable {
        case deny
        case warn
    }

    package let subject: Subject
    /// What is told of, object by object.
    package private(set) var entries: [JudgedObject] = []
    /// Of what was judged and is not told of.
    package private(set) var untold = Tally()
    /// Objects that were not judged, and why.
    package private(set) var passedOver: [PassedOver: Int] = [:]
    /// Findings that deny and that warn, by rule.
    private(set) var ruleCounts: [String: (denied: Int, warned: Int)] = [:]
    /// Objects that are not of a kind that is judged.
    package private(set) var skipped = 0
    /// Files that lay in a folder and hold no object of Kubernetes.
    package private(set) var filesWithoutObject = 0
    /// What could not be read or judged.
    package private(set) var errors: [FileProblem] = []
    /// What reads, but hardly as it was meant.
    package private(set) var doubts: [FileProblem] = []

    package init(of subject: Subject = .manifests) {
        self.subject = subject
    }

    /// Objects that were judged.
    package var objectCount: Int { entries.count + untold.objects }
    package var denied: Int { entries.count { !$0.isAllowed } + untold.denied }
    /// Allowed, but not without a warning.
    package var warned: Int { entries.count { $0.isAllowed && $0.hasWarnings } + untold.warned }

    package func exitStatus(failingOn failOn: FailOn) -> CommandStatus {
        if !errors.isEmpty { return .failed }
        if failOn == .warn, !doubts.isEmpty { return .refused }
        if untold.denied > 0 || (failOn == .warn && untold.warned > 0) { return .refused }
        return entries.contains { $0.isFailing(on: failOn) } ? .refused : .good
    }

    package mutating func add(_ problem: FileProblem) {
        switch problem.severity {
        case .error: errors.append(problem)
        case .warning: doubts.append(problem)
        }
    }

    package mutating func add(_ entry: JudgedObject) {
        entries.append(entry)
        for finding in entry.told { count(finding.rule, finding.action) }
    }

    /// Counts an object that was judged and is not told of.
    package mutating func count(_ verdict: Verdict) {
        untold.add(verdict)
        for finding in verdict.findings { count(finding.rule.rawValue, finding.action) }
    }

    private mutating func count(_ rule: String, _ action: Action) {
        switch action {
        case .deny: ruleCounts[rule, default: (0, 0)].denied += 1
        case .warn: ruleCounts[rule, default: (0, 0)].warned += 1
        case .audit, .off: break
        }
    }

    package mutating func addPassedOver(_ reason: PassedOver) { passedOver[reason, default: 0] += 1 }

    package mutating func addSkipped() { skipped += 1 }

    package mutating func addFileWithoutObject() { filesWithoutObject += 1 }

    /// What goes to standard error, whatever the form of the verdicts.
    package var problemText: String { (errors + doubts).lines }
}

extension CheckReport: PrintedReport {
    package static let forms: [OutputForm<CheckReport>] = [
        .init(.text) { $0.text(isQuiet: $1.isQuiet, style: $1.style) },
        .init(.json) { report, _ in VisibleText.json(report.json) },
        .init(.sarif) { VisibleText.json($0.sarif(failingOn: $1.failOn, productVersion: $1.productVersion)) },
        .init(.junit) { $0.junit(failingOn: $1.failOn) },
        .init(.html) { $0.html(productVersion: $1.productVersion) },
        .init(.github) { report, _ in report.github },
        .init(.admissionReview) { report, _ in
            VisibleText.json(report.entries.flatMap { $0.verdict.response.encoded(as: $0.version) })
        },
    ]
}
