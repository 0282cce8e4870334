package import AgentRuns
package import JSONPull
internal import YAMLPull

/// Tests of a policy: what it is to say of which objects, as a YAML file has it.
package struct PolicyTestSuite: Sendable {
    /// Something written in the suite itself or in a file beside it.
    package enum Source: Sendable {
        /// A path, relative to the suite's folder.
        case file(String)
        /// JSON of one object.
        case inline([UInt8])
    }

    /// What is judged.
    package enum Input: Sendable {
        case manifest(Source)
        case review(Source)

        package var source: Source {
            switch self {
            case .manifest(let source), .review(let source): source
            }
        }
    }

    /// What a finding is expected to be; what is nil may be anything.
    package struct FindingPattern: Sendable {
        package var rule: RuleID?
        package var reason: Reason?
        package var action: Action?
        package var field: ExactString?
        /// Part of the message and the remedy, as `message (remedy)`.
        package var message: ExactString?
    }

    /// What a warning is expected to say.
    package enum WarningPattern: Sendable {
        /// The warning has this text in it.
        case text(ExactString)
        /// This regular expression matches in it.
        case expression(ExactString)
    }

    /// A judgement and what is expected of it.
    package struct Case: Sendable {
        package var name: String
        /// Where in the suite it is.
        package var position: SourcePosition
        package var input: Input
        /// Nil is the built-in policy.
        package var policy: Source?
        package var state: [Source]
        package var generation: Generation?
        package var namespace: ExactString
        /// The time of the judgement; nil is now.
        package var now: Timestamp?
        package var allowed: Bool
        /// All that are expected; any other one fails the case.
        package var findings: [FindingPattern]
        /// Each has to match one.
        package var warnings: [WarningPattern]
        /// The controller's outcome; nil is not looked at.
        package var predicted: ExactString?
    }

    package var name: String
    package var cases: [Case]

    /// `apiVersion` of a suite.
    static let apiVersion: ExactString = "admission.agents.proompteng.ai/v1alpha1"
    /// `kind` of a suite.
    static let kind: ExactString = "AgentRunPolicyTest"

    /// Reads a suite, strictly.
    ///
    /// - Throws: ``PolicyFileError`` with every mistake.
    package static func load(_ bytes: [UInt8], file: String) throws(PolicyFileError) -> PolicyTestSuite {
        let (document, root) = try AdmissionPolicy.tree(bytes, file: file, kind: .testSuite)
        var reader = PolicyTestSuiteReader(document: document)
        let suite = reader.suite(root)
        var problems = document.warnings.map {
            PolicyFileError.Problem(line: $0.position.line, column: $0.position.column, message: $0.explanation)
        }
        problems += reader.mistakes.map { document.problem(at: $0.offset, $0.message) }
        guard problems.isEmpty else {
            problems.sort { ($0.line, $0.column) < ($1.line, $1.column) }
            throw PolicyFileError(kind: .testSuite, file: file, problems: problems)
        }
        return suite
    }
}

/// Turns the tree of a suite into its cases.
private struct PolicyTestSuiteReader {
    private let document: YAMLDocument
    private(set) var mistakes: [PolicyEntry.Mistake] = []

    init(document: YAMLDocument) {
        self.document = document
    }

    /// What a case has that does not say it itself.
    private struct Defaults {
        var policy: PolicyTestSuite.Source?
        var state: [PolicyTestSuite.Source] = []
        var generation: Generation?
        var namespace: ExactString = "default"
        var now: Timestamp?
    }

    mutating func suite(_ root: PolicyNode) -> PolicyTestSuite {
        var file = PolicyEntry(root, path: "")
        expect(PolicyTestSuite.apiVersion, at: "apiVersion", of: &file)
        expect(PolicyTestSuite.kind, at: "kind", of: &file)
        var metadata = file.entry("metadata")
        let name = metadata.string("name")?.string ?? "policy"
        metadata.finish()
        file.adopt(metadata)
        let defaults = defaults(&file, under: Defaults())
        var entries = file.entries("cases")
        if entries.isEmpty { file.report(0, "cases: Required value: a suite has at least one case") }
        file.finish()
        mistakes += file.mistakes
        let cases = entries.indices.map { readCase(&entries[$0], defaults) }
        mistakes += entries.flatMap(\.mistakes)
        return PolicyTestSuite(name: name, cases: cases)
    }

    private func expect(_ value: ExactString, at key: StaticString, of file: inout PolicyEntry) {
        let found = file.string(key)
        guard found != value else { return }
        let text = found.map { VisibleText.quoted($0) } ?? "nothing"
        file.report(0, "\(key): Unsupported value: \(text): must be \(VisibleText.quoted(value))")
    }

    private func defaults(_ entry: inout PolicyEntry, under outer: Defaults) -> Defaults {
        var defaults = outer
        if let policy = entry.node("policy") { defaults.policy = source(policy, "policy", &entry) ?? outer.policy }
        if let state = entry.node("state") { defaults.state = sources(state, "state", &entry) }
        if let generation = entry.choice("generation", of: Generation.self) { defaults.generation = generation }
        if let namespace = entry.string("namespace") { defaults.namespace = namespace }
        if let node = entry.node("now") {
            if case .string(let text, _) = node, let now = Timestamp(text) {
                defaults.now = now
            } else {
                entry.report(
                    node.offset,
                    "\(entry.joined("now")): Invalid value: must be a time such as 2026-01-02T03:04:05Z"
                )
            }
        }
        return defaults
    }

    private func readCase(_ entry: inout PolicyEntry, _ outer: Defaults) -> PolicyTestSuite.Case {
        let name = entry.string("name")?.nonBlank
        if name == nil { entry.report(entry.offset, "\(entry.joined("name")): Required value: name the case") }
        let defaults = defaults(&entry, under: outer)
        let input = input(&entry)
        let allowed = entry.boolean("allowed")
        if allowed == nil {
            entry.report(entry.offset, "\(entry.joined("allowed")): Required value: true or false")
        }
        let findings = findings(&entry)
        let warnings = warnings(&entry)
        let predicted = entry.string("predicted")
        entry.finish()
        return PolicyTestSuite.Case(
            name: name?.string ?? "",
            position: document.position(ofJSONOffset: entry.offset),
            input: input,
            policy: defaults.policy,
            state: defaults.state,
            generation: defaults.generation,
            namespace: defaults.namespace,
            now: defaults.now,
            allowed: allowed ?? true,
            findings: findings,
            warnings: warnings,
            predicted: predicted
        )
    }

    private func input(_ entry: inout PolicyEntry) -> PolicyTestSuite.Input {
        let manifest = entry.node("manifest")
        let review = entry.node("review")
        switch (manifest, review) {
        case (let node?, nil): return .manifest(source(node, "manifest", &entry) ?? .inline([]))
        case (nil, let node?): return .review(source(node, "review", &entry) ?? .inline([]))
        default:
            entry.report(entry.offset, "\(entry.path): Required value: either manifest or review, a file or an object")
            return .manifest(.inline([]))
        }
    }

    // MARK: Sources

    private func source(
        _ node: PolicyNode,
        _ key: StaticString,
        _ entry: inout PolicyEntry
    ) -> PolicyTestSuite.Source? {
        switch node {
        case .string(let path, _) where !path.isBlank: return .file(path.string)
        case .object: return .inline(json(at: node.offset))
        default:
            entry.report(node.offset, "\(entry.joined(key)): Invalid value: must be a path or an object")
            return nil
        }
    }

    private func sources(
        _ node: PolicyNode,
        _ key: StaticString,
        _ entry: inout PolicyEntry
    ) -> [PolicyTestSuite.Source] {
        guard case .array(let items, _) = node else { return source(node, key, &entry).map { [$0] } ?? [] }
        return items.compactMap { source($0, key, &entry) }
    }

    /// The JSON of the value at `offset` of the document.
    private func json(at offset: Int) -> [UInt8] {
        let rest = Array(document.json[offset...])
        do throws(JSONError) {
            var end = 0
            try JSONReader.read(rest) { reader throws(JSONError) in
                end = try reader.skipValue().upperBound
                // What follows belongs to the suite.
                throw JSONError(.trailingBytes, at: end)
            }
            return rest
        } catch {
            return Array(rest[..<error.offset])
        }
    }

    // MARK: Expectations

    private func findings(_ entry: inout PolicyEntry) -> [PolicyTestSuite.FindingPattern] {
        var entries = entry.entries("findings")
        return entries.indices.map { index in
            let pattern = PolicyTestSuite.FindingPattern(
                rule: entries[index].choice("rule", of: RuleID.self),
                reason: entries[index].choice("reason", of: Reason.self),
                action: entries[index].choice("action", of: Action.self),
                field: entries[index].string("field"),
                message: entries[index].string("message")
            )
            entries[index].finish()
            entry.adopt(entries[index])
            return pattern
        }
    }

    private func warnings(_ entry: inout PolicyEntry) -> [PolicyTestSuite.WarningPattern] {
        guard let node = entry.node("warnings") else { return [] }
        guard case .array(let items, _) = node else {
            entry.report(node.offset, "\(entry.joined("warnings")): Invalid value: must be a list")
            return []
        }
        return items.enumerated().compactMap { index, item in
            let path = "\(entry.joined("warnings"))[\(index)]"
            if case .string(let text, _) = item { return .text(text) }
            var part = PolicyEntry(item, path: path)
            let expression = part.string("matches")
            part.finish()
            entry.adopt(part)
            guard let expression else {
                entry.report(item.offset, "\(path): Required value: a text, or matches with a regular expression")
                return nil
            }
            guard (try? Regex(expression.string)) != nil else {
                entry.report(item.offset, "\(path).matches: Invalid value: no regular expression")
                return nil
            }
            return .expression(expression)
        }
    }
}
