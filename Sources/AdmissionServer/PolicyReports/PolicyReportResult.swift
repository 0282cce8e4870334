internal import AgentRuns
internal import Digest
internal import JSONPull
package import Policy

/// One line of a report: what was found of one object, fit to print.
package struct PolicyReportResult: Sendable, Equatable {
    /// Whose result it is, in the words of the report APIs.
    enum Outcome: String, Sendable, CaseIterable {
        /// The policy refuses such an object.
        case fail
        /// It admits it, and says so.
        case warn
        /// An exemption covers it.
        case skip

        init(_ action: Action) { self = action == .deny ? .fail : .warn }

        init(_ finding: Finding) { self = finding.exemption != nil ? .skip : Outcome(finding.action) }
    }

    /// The object, as `core/v1` ObjectReference has it.
    package struct Subject: Sendable, Equatable {
        package var apiVersion: String
        package var kind: String
        package var namespace: String
        package var name: String
        /// Empty when unknown.
        package var uid: String
        /// `metadata.generation`; nil when it has none.
        package var generation: Int64?

        package init(
            apiVersion: String,
            kind: String,
            namespace: String,
            name: String,
            uid: String,
            generation: Int64?
        ) {
            self.generation = generation
            self.apiVersion = Self.shown(ExactString(apiVersion))
            self.kind = Self.shown(ExactString(kind))
            self.namespace = Self.shown(ExactString(namespace))
            self.name = Self.shown(ExactString(name))
            self.uid = Self.shown(ExactString(uid))
        }

        static func shown(_ name: ExactString) -> String { VisibleText.part(name, upTo: maximumNameLength) }
    }

    /// A DNS subdomain's; what is longer is no name that the API server stores.
    private static let maximumNameLength = 253
    /// In characters: a report is looked at in a list.
    private static let maximumMessageLength = 1024

    let subject: Subject
    /// The rule, `repository-allowlist`.
    let policy: String
    /// The reason, `RepositoryNotAllowed`.
    let rule: String
    let outcome: Outcome
    let action: Action
    let field: String
    let message: String
    let exemption: String?
    /// What tells it from every other, and stays the same from one audit to the next: 32 digits.
    ///
    /// Readers of reports tell by it what is new (Policy Reporter takes the property `resultID` for it). One finding of an object has
    /// one rule, reason and field; what it says of others, who come and go, is no part of it.
    let identity: String

    /// - Parameters:
    ///   - finding: as a verdict has it.
    ///   - subject: the object.
    package init(_ finding: Finding, of subject: Subject) {
        self.subject = subject
        (policy, rule, action) = (finding.rule.rawValue, finding.reason.rawValue, finding.action)
        outcome = Outcome(finding)
        field = Self.line(finding.field)
        message = Self.line(finding.explanation)
        exemption = finding.exemption.map(Self.line)
        // Whole: that which is told is cut where a key is long.
        let field = finding.path?.key.path.string ?? ""
        identity = Self.identity(of: subject, [policy, rule, action.rawValue, exemption ?? "", field])
    }

    /// That nobody has reviewed a run as it is.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - wouldBeDenied: what the policy in use would have said.
    ///   - explanation: when it got past, and what would have become of it; one line.
    package init(unreviewed run: Subject, wouldBeDenied: Bool, explanation: String) {
        subject = run
        (policy, rule) = ("unreviewed", "NeverReviewed")
        action = wouldBeDenied ? .deny : .warn
        outcome = wouldBeDenied ? .fail : .warn
        field = ""
        message = Self.line("generation \(run.generation ?? 0) was never reviewed: \(explanation)")
        exemption = nil
        identity = Self.identity(of: run, [policy, rule, action.rawValue])
    }

    private static func line(_ text: String) -> String {
        VisibleText.part(ExactString(text), upTo: maximumMessageLength)
    }

    /// The report APIs' word.
    private var severity: String {
        switch action {
        case .deny: "high"
        case .warn: "medium"
        case .audit, .off: "low"
        }
    }

    private static func identity(of subject: Subject, _ parts: [String]) -> String {
        var text: [UInt8] = []
        let generation = subject.generation.map(String.init) ?? ""
        for part in [subject.kind, subject.namespace, subject.name, subject.uid, generation] + parts {
            text += part.utf8
            // In no visible text; a field, which may have one, is the last.
            text.append(0)
        }
        return Hexadecimal.text(SHA256.digest(of: text).prefix(16))
    }

    /// Bytes it takes in a report, at most: keys and punctuation, and the texts, escaped.
    var maximumBytes: Int {
        let texts = [
            subject.apiVersion, subject.kind, subject.namespace, subject.name, subject.uid, policy, rule, field,
            message,
            exemption ?? "",
        ]
        return texts.reduce(512) { $0 + 2 * $1.utf8.count }
    }

    /// - Parameters:
    ///   - writer: gets the object.
    ///   - foundAt: when it was first found, in seconds since 1970.
    func write(to writer: inout JSONWriter, foundAt: Int64) {
        writer.beginObject()
        writer.member("source", PolicyReport.name)
        writer.member("policy", policy)
        writer.member("rule", rule)
        writer.member("category", "AgentRun admission")
        writer.member("severity", severity)
        writer.member("result", outcome.rawValue)
        writer.key("scored")
        writer.boolean(outcome != .skip)
        writer.key("timestamp")
        writer.beginObject()
        writer.member("seconds", Int(foundAt))
        writer.member("nanos", 0)
        writer.endObject()
        writer.member("message", message)
        writer.key("resources")
        writer.beginArray()
        subject.write(to: &writer)
        writer.endArray()
        writer.key("properties")
        writer.beginObject()
        writer.member("resultID", identity)
        writer.member("action", action.rawValue)
        if !field.isEmpty { writer.member("field", field) }
        if let exemption { writer.member("exemption", exemption) }
        writer.endObject()
        writer.endObject()
    }
}

extension PolicyReportResult.Subject {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("apiVersion", apiVersion)
        writer.member("kind", kind)
        writer.member("namespace", namespace)
        writer.member("name", name)
        if !uid.isEmpty { writer.member("uid", uid) }
        writer.endObject()
    }
}
