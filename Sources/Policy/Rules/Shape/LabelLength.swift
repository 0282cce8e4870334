internal import AgentRuns
private import Digest
internal import JSONPull

/// The controller stamps the run's name into a label, so the name must be a label value
/// (`controller-semantics.md` section 11).
struct LabelLength: Rule {
    static let descriptor = RuleDescriptor(
        id: "label-length",
        title: "A name that cannot become a label",
        action: .deny,
        reasons: [.runNameTooLong, .runNameNotLabelValue, .jobNameCollision, .volumeNameTooLong],
        asks: .versionControl,
        runsOnTemplates: false
    )

    /// Longest label value, in characters (Kubernetes, "Labels and Selectors").
    static let maximumLabelLength = 63
    /// What the API server keeps of a `generateName` before it adds five characters.
    static let maximumPrefixLength = 58
    /// What is left of a name beside a dash and six digits.
    static let shortenedLength = 56

    private static let nameField = FieldPath("metadata.name")
    private static let grammar = "otherwise hold only letters, digits, '-', '_' or '.'"

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let name = run.run.metadata.name
        if name.isEmpty {
            checkPrefix(run.run.metadata.generateName, &findings)
        } else {
            let outcome: ControllerOutcome? = run.run.spec.runtime.type == "job" ? .submissionFailure : nil
            checkName(name, outcome: outcome, &findings)
            checkJobName(name, run, outcome, &findings)
            if let problem = VolumeNames.problem(with: name, run) {
                report(
                    .volumeNameTooLong,
                    name,
                    Self.nameField,
                    problem,
                    VolumeNames.shortened(name),
                    &findings,
                    outcome
                )
            }
        }
    }

    /// `outcome` is that of a run whose name is no label value; a workflow's reconciliation throws without a condition.
    private func checkName(_ name: ExactString, outcome: ControllerOutcome?, _ findings: inout RuleFindings) {
        // No text has more characters than bytes.
        let length = name.string.utf8.count > Self.maximumLabelLength ? name.characterCount : 0
        if length > Self.maximumLabelLength {
            let message = """
                Too long: \(length) characters, and the controller stamps the name into a label, \
                which holds at most \(Self.maximumLabelLength)
                """
            report(.runNameTooLong, name, Self.nameField, message, Self.shortened(name), &findings, outcome)
        }
        guard !Self.isLabelValue(name, upTo: .max, mayEndAnyhow: false) else { return }
        let message = """
            Invalid value: \(VisibleText.quoted(name)): the controller stamps the name into a label, \
            which must start and end with a letter or digit and \(Self.grammar)
            """
        report(.runNameNotLabelValue, name, Self.nameField, message, Self.shortened(name), &findings, outcome)
    }

    private func checkPrefix(_ prefix: ExactString, _ findings: inout RuleFindings) {
        guard !prefix.isEmpty, !Self.isLabelValue(prefix, upTo: Self.maximumPrefixLength, mayEndAnyhow: true) else {
            return
        }
        let message = """
            Invalid value: \(VisibleText.quoted(prefix)): a name made from this prefix becomes a label, \
            which must start with a letter or digit and \(Self.grammar)
            """
        let proposal = Self.sanitised(prefix).drop { !$0.isASCIIAlphanumeric }
        let remedy = proposal.isEmpty ? "run-" : String(decoding: proposal, as: UTF8.self)
        let field = FieldPath("metadata.generateName")
        report(.runNameNotLabelValue, prefix, field, message, remedy, &findings)
    }

    private func report(
        _ reason: Reason,
        _ name: ExactString,
        _ field: FieldPath,
        _ message: String,
        _ proposal: String,
        _ findings: inout RuleFindings,
        _ outcome: ControllerOutcome? = nil
    ) {
        findings.report(reason, field, message, "use \(VisibleText.quoted(ExactString(proposal)))", name, outcome)
    }

    // MARK: Label values

    /// `[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?`, apart from its length.
    private static func isLabelValue(_ name: ExactString, upTo length: Int, mayEndAnyhow: Bool) -> Bool {
        unsafe name.withBytes { bytes in
            let count = min(bytes.count, length)
            guard count > 0, unsafe bytes[0].isASCIIAlphanumeric else { return false }
            for index in 1..<max(count, 1) where unsafe !isLabelByte(bytes[index]) { return false }
            return unsafe mayEndAnyhow || bytes[count - 1].isASCIIAlphanumeric
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    /// A valid name in its place: what can be kept of it, and six digits of its SHA-256 to keep it apart from others.
    static func shortened(_ name: ExactString, upTo length: Int = shortenedLength) -> String {
        var kept = sanitised(name).prefix(length).drop { !$0.isASCIIAlphanumeric }
        while let last = kept.last, !last.isASCIIAlphanumeric { kept.removeLast() }
        let digits = Substring(SHA256.hexDigest(of: name.string).utf8.prefix(6))
        return (kept.isEmpty ? "run" : String(decoding: kept, as: UTF8.self)) + "-\(digits)"
    }

    /// Lower-cased, and every character that no object name may hold made a dash.
    private static func sanitised(_ name: ExactString) -> [UInt8] {
        name.asciiLowercased.string.unicodeScalars.map { scalar in
            guard let byte = UInt8(exactly: scalar.value), isLabelByte(byte), byte != UInt8(ascii: "_") else {
                return UInt8(ascii: "-")
            }
            return byte
        }
    }
}

extension RuleID {
    package static let labelLength = LabelLength.id
}

extension ControllerOutcome {
    /// The job that cannot be submitted.
    static var submissionFailure: ControllerOutcome {
        var outcome = ControllerOutcome(Check(270), .runNameTooLong)
        outcome.text = "Failed/SubmitFailed"
        return outcome
    }
}

extension Reason {
    static let runNameTooLong = Reason(
        "RunNameTooLong",
        meaning: "more than 63 characters, and the name becomes a label",
        example: "a name of 64 characters",
        fix: "the shorter name the message proposes",
        mend: .shorterName
    )
    static let runNameNotLabelValue = Reason(
        "RunNameNotLabelValue",
        meaning: "no label value",
        example: "generateName: \"-run-\"",
        fix: "letters or digits at both ends",
        mend: .shorterName
    )
}

extension Reason {
    static let volumeNameTooLong = Reason(
        "VolumeNameTooLong",
        meaning:
            "a provider with ssh needs volumes that are named after the run and cut: no volume's name, or the same for both (2026-08)",
        example: "a name of 58 characters",
        fix: "the shorter name the message proposes; 57 characters are safe"
    )
}

extension Mend {
    /// A prefix has no shorter one that would do as well.
    fileprivate static let shorterName = Mend { mended in
        guard mended.isExact, mended.path == "metadata.name" else { return [] }
        return [.replace(path: mended.pointer, value: LabelLength.shortened(ExactString(mended.value)))]
    }
}
