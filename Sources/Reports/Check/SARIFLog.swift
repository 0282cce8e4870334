internal import JSONPull
internal import Policy

/// Results in the order they were found, and the rules they name.
struct SARIFLog {
    private struct Result {
        var rule: String
        var level: String
        var message: String
        var file: String
        var position: SourcePosition?
        /// What the finding is about: `AgentRun agents/one`, then the field.
        var logicalName: String?
        var exemption: String?
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
        for (finding, position) in zip(entry.verdict.findings, entry.positions) {
            results.append(
                Result(
                    rule: finding.reason.rawValue,
                    level: Self.level(of: finding.action),
                    message: finding.line,
                    file: entry.source,
                    position: position,
                    logicalName: finding.field.isEmpty ? entry.title : "\(entry.title) \(finding.field)",
                    exemption: finding.exemption
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
                file: entry.source,
                position: entry.start
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
        case .audit, .off: "note"
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
        writeTool(rules, to: &writer)
        writeInvocation(errors, exit: exit, to: &writer)
        writer.member("columnKind", "unicodeCodePoints")
        writer.key("results")
        writer.beginArray()
        for result in results { write(result, ruleIndex: rules.firstIndex(of: result.rule) ?? -1, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// The rules that occur, each once.
    private static func rules(of results: [Result]) -> [String] {
        var rules: [String] = []
        for result in results where !rules.contains(result.rule) { rules.append(result.rule) }
        return rules
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
        let summary = reason?.meaning ?? InputRule(rawValue: id)?.summary ?? id
        writer.beginObject()
        writer.member("id", id)
        writer.text("shortDescription", summary)
        if let reason { writer.text("help", "Example: \(reason.example)\nFix: \(reason.fix)") }
        writer.endObject()
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

    private func write(_ result: Result, ruleIndex: Int, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("ruleId", result.rule)
        writer.member("ruleIndex", ruleIndex)
        writer.member("level", result.level)
        writer.text("message", VisibleText.line(result.message))
        Self.writeLocation(
            file: result.file,
            position: result.position,
            logicalName: result.logicalName,
            to: &writer
        )
        if let exemption = result.exemption {
            writer.key("suppressions")
            writer.beginArray()
            writer.beginObject()
            writer.member("kind", "external")
            writer.member("justification", "exemption \(exemption)")
            writer.endObject()
            writer.endArray()
        }
        writer.endObject()
    }

    private static func writeLocation(
        file: String,
        position: SourcePosition?,
        logicalName: String?,
        to writer: inout JSONWriter
    ) {
        writer.key("locations")
        writer.beginArray()
        writer.beginObject()
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
