package import AdmissionAPI
internal import AgentRuns
internal import JSONPull

extension Verdict {
    /// The answer the API server gets.
    package var response: AdmissionResponse {
        AdmissionResponse(
            uid: uid,
            allowed: allowed,
            status: allowed ? nil : denial,
            auditAnnotations: auditAnnotations,
            warnings: warnings
        )
    }

    /// The `Warn` findings within the budget, and notices.
    package var warnings: [String] {
        let found = findings.filter { $0.action == .warn }
        let more = omitted.count(.warn)
        if notices.isEmpty, found.isEmpty, more == 0 { return [] }
        let warnings = notices.map { WarningBudget.Warning(text: $0) } + NotedFinding.all(found).map(\.warning)
        return WarningBudget.fit(warnings, more: more)
    }

    /// Forbidden, with every denying finding as a line and as a cause, within ``AnswerBudget``.
    private var denial: Status {
        let denying = findings.filter { $0.action == .deny }
        return Status(
            code: 403,
            reason: "Forbidden",
            message: AnswerBudget.message(denying, more: omitted.count(.deny), contact: contact),
            details: Status.Details(
                name: object.name.prefix(characters: AnswerBudget.maximumNameLength).string,
                group: object.kind.group.prefix(characters: AnswerBudget.maximumNameLength).string,
                kind: object.kind.kind.prefix(characters: AnswerBudget.maximumNameLength).string,
                uid: object.uid.prefix(characters: AnswerBudget.maximumNameLength).string,
                causes: AnswerBudget.causes(denying)
            )
        )
    }

    /// Those of RULES section 4 that have a value, and which policy it was.
    private var auditAnnotations: [AdmissionResponse.AuditAnnotation] {
        var annotations: [AdmissionResponse.AuditAnnotation] = []
        annotations.reserveCapacity(9)
        annotations.append(.init("verdict", allowed ? "allowed" : "denied"))
        // Digits: there is nothing to make visible or to cut.
        if !policyDigest.isEmpty { annotations.append(.init("policy-sha256", policyDigest)) }
        func add(_ key: StaticString, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            annotations.append(.init(key, AnnotationText.cut(value)))
        }
        if !findings.isEmpty { add("rules", rulesWithFindings.map(\.rawValue).joined(separator: ",")) }
        add("prompt-source", AnnotationText.perStep(explanation) { $0.source.source })
        add("prompt-sha256", AnnotationText.perStep(explanation) { $0.source.sha256 })
        add("repository", explanation.repository?.string)
        add("head-branch", explanation.head?.string)
        add("predicted", explanation.predicted)
        add("state-age-ms", explanation.stateAgeMilliseconds.map(String.init))
        return annotations
    }
}

/// Texts of audit annotations.
private enum AnnotationText {
    /// Longest value in characters (Unicode scalars); audit events are kept for long.
    private static let maximumLength = 1024

    /// `value`, which is fit to print as all of an explanation is, cut.
    static func cut(_ value: String) -> String {
        guard value.utf8.count > maximumLength, value.unicodeScalars.count > maximumLength else { return value }
        return VisibleText.part(ExactString(value), upTo: maximumLength - 1)
    }

    /// One value when all steps have the same, else `STEP=VALUE` for each that has one.
    static func perStep(
        _ explanation: Explanation,
        _ value: (Explanation.Prompt) -> String?
    ) -> String? {
        let prompts = explanation.prompts
        guard let first = prompts.first else { return nil }
        // Nearly always.
        if prompts.count == 1, explanation.unitCount == 1 { return value(first) }
        let values = prompts.map(value)
        if let only = value(first), prompts.count == explanation.unitCount, values.allSatisfy({ $0 == only }) {
            return only
        }
        let parts = zip(prompts, values).compactMap { prompt, value in
            value.map { "\(prompt.step?.string ?? "")=\($0)" }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ",")
    }
}
