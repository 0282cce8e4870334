internal import JSONPull
internal import Policy

/// Results in the order they were found, and the rules they name.
struct SARIFLog {
    private struct Result {
        var rule: String
        var level: String
        var message: String
        /// Nil for what is in no file.
        var file: String?
        var position: SourcePosition?
        /// What the finding is about: `AgentRun agents/one`, then the field.
        var logicalName: String?
        /// The exemption that covers it.
        var justification: String?
        var fix: SourceFix?
    }

    /// Of results that no rule of the catalogue has.
    private enum InputRule: String, CaseIterable {
        case notice = "Notice"
        case doubtfulInput = "DoubtfulInput"

        var summary: String {
            switch self {
            case .notice: "What the webhook would say without a finding"
            case .doubtfulInput: "The file reads, but hardly as it was meant"
            }
        }
    }

    private let productVersion: String
    private var results: [Result] = []

    /// - Parameter productVersion: of the tool that found them.
    init(productVersion: String) {
        self.productVersion = productVersion
    }

    mutating func add(_ entry: JudgedObject) {
        for finding in entry.told {
            results.append(
                Result(
                    rule: finding.reason,
                    level: Self.level(of: finding.action),
                    message: finding.line,
                    file: entry.isInFile ? entry.source : nil,
                    position: entry.isInFile ? finding.position : nil,
                    logicalName: finding.field.isEmpty ? entry.title : "\(entry.title) \(finding.field)",
                    justification: finding.justification,
                    fix: finding.fix
                )
            )
        }
        if let omission = entry.verdict.omissionLine { add(notice: omission, level: "note", about: entry) }
        for notice in entry.verdict.notices { add(notice: notice, level: "warning", about: entry) }
    }

    private mutating func add(notice: String, level: String, about entry: JudgedObject) {
        results.append(
            Result(
                rule: InputRule.notice.rawValue,
                level: level,
                message: notice,
                file: entry.isInFile ? entry.source : nil,
                position: entry.isInFile ? entry.start : nil,
                logicalName: entry.isInFile ? nil : entry.title
            )
        )
    }

    mutating func add(_ doubt: FileProblem) {
        let rule = InputRule.doubtfulInput.rawValue
        results.append(
            Result(rule: rule, level: "warning", message: doubt.message, file: doubt.file, position: doubt.position)
        )
    }

    private static func level(of action: Action) -> String {
        switch action {
        case .deny: "error"
        case .warn: "warning"
        // Of what is only for the record nobody is told as of something that failed.
        case .audit, .off: "none"
        }
    }

    // MARK: Writing

    func written(errors: [FileProblem], exit: CommandStatus) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member(
            "$schema",
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        )
        writer.member("version", "2.1.0")
        writer.key("runs")
        writer.beginArray()
        writer.beginObject()
        let rules = Self.rules(of: results)
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1, $0) })
        var fingerprints = Fingerprints()
        writeTool(rules, to: &writer)
        writeInvocation(errors, exit: exit, to: &writer)
        writer.member("columnKind", "unicodeCodePoints")
        writer.key("results")
        writer.beginArray()
        for result in results {
            let fingerprint = fingerprints.next(result.rule, result.file ?? "", result.logicalName ?? result.message)
            write(result, ruleIndex: places[result.rule] ?? -1, fingerprint, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// The rules that occur, each once.
    private static func rules(of results: [Result]) -> [String] {
        var seen: Set<String> = []
        return results.map(\.rule).filter { seen.insert($0).inserted }
    }

    private func writeTool(_ rules: [String], to writer: inout JSONWriter) {
        writer.key("tool")
        writer.beginObject()
        writer.key("driver")
        writer.beginObject()
        writer.member("name", "agentrun-admission")
        writer.member("version", productVersion)
        writer.key("rules")
        writer.beginArray()
        for rule in rules { Self.writeRule(rule, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func writeRule(_ id: String, to writer: inout JSONWriter) {
        let reason = Reason(rawValue: id)
        let own = APIServerReason(rawValue: id)
        let summary = reason?.meaning ?? own?.meaning ?? InputRule(rawValue: id)?.summary ?? id
        let level = own.map { Self.level(of: $0.action) } ?? Self.usualLevel(of: reason)
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", id)
        writer.text("shortDescription", summary)
        if let (example, fix) = reason.map({ ($0.example, $0.fix) }) ?? own.map({ ($0.example, $0.fix) }) {
            writer.key("help")
            writer.beginObject()
            writer.member("text", "Example: \(example)\nFix: \(fix)")
            writer.member("markdown", "**\(id)**: \(summary).\n\n**Example**: \(example)\n\n**Fix**: \(fix)")
            writer.endObject()
        }
        writer.key("defaultConfiguration")
        writer.beginObject()
        writer.member("level", level)
        writer.endObject()
        writer.key("properties")
        writer.beginObject()
        writer.member(
            "problem.severity",
            level == "none" ? "recommendation" : level == "note" ? "recommendation" : level
        )
        writer.key("tags")
        writer.beginArray()
        writer.string(reason.flatMap { ruleOf[$0] } ?? (own == nil ? "input" : APIServerReason.rule))
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    /// The rule that has each reason.
    private static let ruleOf: [Reason: String] = Dictionary(
        RuleID.allCases.flatMap { rule in rule.reasons.map { ($0, rule.rawValue) } }
    ) { first, _ in first }

    /// What findings of a reason are unless a policy says otherwise.
    private static func usualLevel(of reason: Reason?) -> String {
        guard let reason, let rule = ruleOf[reason].flatMap({ RuleID(rawValue: $0) }) else { return "warning" }
        return level(of: rule.defaultAction)
    }

    private func writeInvocation(_ errors: [FileProblem], exit: CommandStatus, to writer: inout JSONWriter) {
        writer.key("invocations")
        writer.beginArray()
        writer.beginObject()
        writer.key("executionSuccessful")
        writer.boolean(errors.isEmpty)
        writer.member("exitCode", Int(exit.rawValue))
        writer.key("toolExecutionNotifications")
        writer.beginArray()
        for error in errors {
            writer.beginObject()
            writer.member("level", "error")
            writer.text("message", VisibleText.line(error.message))
            Self.writeLocation(file: error.file, position: error.position, logicalName: nil, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
    }

    private func write(_ result: Result, ruleIndex: Int, _ fingerprint: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("ruleId", result.rule)
        writer.member("ruleIndex", ruleIndex)
        writer.member("level", result.level)
        // SARIF 3.27.10: a result without a level did not fail.
        if result.level == "none" { writer.member("kind", "informational") }
        writer.text("message", VisibleText.line(result.message))
        Self.writeLocation(
            file: result.file,
            position: result.position,
            logicalName: result.logicalName,
            to: &writer
        )
        writer.key("partialFingerprints")
        writer.beginObject()
        writer.member("primaryLocationLineHash", fingerprint)
        writer.endObject()
        if let file = result.file { result.fix?.writeMember(file: file, to: &writer) }
        if let justification = result.justification {
            writer.key("suppressions")
            writer.beginArray()
            writer.beginObject()
            writer.member("kind", "external")
            writer.member("justification", justification)
            writer.endObject()
            writer.endArray()
        }
        writer.endObject()
    }

    private static func writeLocation(
        file: String?,
        position: SourcePosition?,
        logicalName: String?,
        to writer: inout JSONWriter
    ) {
        writer.key("locations")
        writer.beginArray()
        writer.beginObject()
        if let file { writePhysicalLocation(file: file, position: position, to: &writer) }
        if let logicalName {
            writer.key("logicalLocations")
            writer.beginArray()
            writer.beginObject()
            writer.member("fullyQualifiedName", VisibleText.line(logicalName))
            writer.endObject()
            writer.endArray()
        }
        writer.endObject()
        writer.endArray()
    }

    private static func writePhysicalLocation(
        file: String,
        position: SourcePosition?,
        to writer: inout JSONWriter
    ) {
        writer.key("physicalLocation")
        writer.beginObject()
        writer.key("artifactLocation")
        writer.beginObject()
        writer.member("uri", FileURI.reference(to: file))
        writer.endObject()
        if let position {
            writer.key("region")
            writer.beginObject()
            writer.member("startLine", position.line)
            writer.member("startColumn", position.column)
            writer.endObject()
        }
        writer.endObject()
    }
}

extension JSONWriter {
    /// A message object.
    fileprivate mutating func text(_ key: StaticString, _ value: String) {
        self.key(key)
        beginObject()
        member("text", value)
        endObject()
    }
}

/// What tells a result from others of the same file wherever its lines move: code scanning knows it again by that.
private struct Fingerprints {
    private var counts: [UInt64: Int] = [:]

    /// Of a result about `subject`; of several alike each has a number.
    mutating func next(_ rule: String, _ file: String, _ subject: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        // FNV-1a: nobody gains by two that are alike.
        for byte in "\(rule)\0\(file)\0\(subject)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        counts[hash, default: 0] += 1
        return "\(String(hash, radix: 16)):\(counts[hash] ?? 1)"
    }
}
