internal import AgentRuns
internal import JSONPull
internal import Policy

extension ExplainReport {
    /// A paragraph a run.
    func text(style: TerminalStyle) -> String {
        if entries.isEmpty { return "no AgentRun to explain\n" }
        return entries.map { entry in
            var rows = entry.rows
            if let command = command(of: entry) { rows.append(("fix", command)) }
            return entry.check.text(style) + rows.map { Self.row($0.label, $0.text, style) }.joined()
        }.joined(separator: "\n")
    }

    private static func row(_ label: String, _ text: String, _ style: TerminalStyle) -> String {
        let padding = String(repeating: " ", count: max(1, 12 - label.utf8.count))
        return "  \(style.apply(.faint, to: label))\(label.isEmpty ? "" : padding)"
            + (label.isEmpty ? String(repeating: " ", count: 12) : "") + VisibleText.line(text) + "\n"
    }
}

extension ExplainReport.Entry {
    /// Labels and texts; a text without a label goes on about the last one.
    fileprivate var rows: [(label: String, text: String)] {
        var rows: [(label: String, text: String)] = []
        for unit in run.units {
            if let step = unit.step { rows.append(("step", "\"\(step)\"")) }
            rows += Self.rows(of: unit)
        }
        rows.append(("mode", run.mode.rawValue))
        if let provider = run.provider {
            rows.append(("provider", "VersionControlProvider/\(provider.text) from \(provider.source)"))
        }
        for (index, secret) in run.secrets.enumerated() {
            let label = index == 0 ? "secrets" : ""
            rows.append(
                (label, "\(secret.name) from \(secret.uses.joined(separator: ", ")): \(Self.lists(of: secret))")
            )
        }
        rows += run.demands.rows
        rows.append(("predicted", prediction))
        return rows
    }

    /// How it would end.
    private var prediction: String {
        let predicted = check.verdict.explanation.predicted
        guard check.apiServer.contains(where: { $0.action == .deny }) else {
            return predicted ?? "nothing here says that it would fail"
        }
        // What the API server refuses is not there for the controller to see.
        return "never created: the API server itself refuses it" + (predicted.map { " (otherwise \($0))" } ?? "")
    }

    private static func rows(of unit: RunReading.Unit) -> [(label: String, text: String)] {
        var rows: [(label: String, text: String)] = []
        if let prompt = unit.prompt {
            rows.append(("prompt", text(of: prompt.source)))
            for hidden in prompt.overrides { rows.append(("", "hides \(text(of: hidden))")) }
        } else {
            rows.append(("prompt", "none"))
        }
        for (label, value) in [("repository", unit.repository), ("base", unit.base), ("head", unit.head)] {
            rows.append((label, value.map { "\($0.text) from \($0.source)" } ?? "none"))
        }
        return rows
    }

    private static func text(of source: Explanation.Prompt.Source) -> String {
        guard let length = source.length, let sha256 = source.sha256 else { return "\(source.source) (not known here)" }
        return "\(source.source) (\(length) characters, sha256 \(sha256))"
    }

    private static func lists(of secret: RunReading.Secret) -> String {
        if !secret.refusedBy.isEmpty { return "refused by \(secret.refusedBy.joined(separator: ", "))" }
        if secret.admittedBy.isEmpty { return "admitted, no list is configured" }
        return "admitted by \(secret.admittedBy.joined(separator: ", "))"
    }
}
