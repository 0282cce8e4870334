internal import AgentRuns
internal import JSONPull
package import Policy

/// What decision logs say of the use of a policy's exemptions.
///
/// Its size is that of the names it was made for, however long the logs are.
package struct ExemptionUse {
    /// What one exemption has covered.
    private struct Use {
        var findings = 0
        var decisions = 0
        var last: Timestamp?
    }

    /// How many lines that cannot be read are told one by one; all are counted.
    private static let maximumProblems = 1000

    private var uses: [String: Use]
    private var decisions = 0
    private var first: Timestamp?
    private var last: Timestamp?
    /// Findings under exemptions of other names.
    private var others = 0
    /// Findings that the log counts and does not tell.
    private var untold = 0
    /// Decisions the log says are missing.
    private var dropped = 0
    /// Lines that could not be read.
    package private(set) var unreadable = 0
    /// Logs whose last line is being written, or was when its writer was stopped.
    private var cutOff = 0
    private var problems: [String] = []

    /// - Parameter exemptions: whose use is counted, by name.
    package init(of exemptions: [WrittenExemption]) {
        uses = Dictionary(exemptions.map { ($0.name, Use()) }) { first, _ in first }
    }

    /// What goes to standard error.
    package var problemText: String {
        let rest = unreadable - problems.count
        let more = rest > 0 ? ["and \(rest) more lines that cannot be read"] : []
        return (problems + more).map { "\(VisibleText.line($0))\n" }.joined()
    }

    package mutating func addProblem(_ message: String, at place: String) {
        unreadable += 1
        if problems.count < Self.maximumProblems { problems.append("\(place): \(message)") }
    }

    package mutating func addCutOff() { cutOff += 1 }

    package mutating func addDropped(_ count: Int) { dropped = Self.sum(dropped, count) }

    /// Counts what a decision says.
    package mutating func add(_ decision: LoggedDecision) {
        decisions += 1
        untold = Self.sum(untold, decision.moreFindings)
        if let time = decision.time {
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }
        var seen: Set<String> = []
        for finding in decision.findings where !finding.exemption.isEmpty {
            guard uses[finding.exemption] != nil else {
                others += 1
                continue
            }
            uses[finding.exemption]?.findings += 1
            guard seen.insert(finding.exemption).inserted else { continue }
            uses[finding.exemption]?.decisions += 1
            if let time = decision.time {
                let known = uses[finding.exemption]?.last
                uses[finding.exemption]?.last = max(known ?? time, time)
            }
        }
    }

    /// What the log says of the exemptions of one file.
    package func text(of exemptions: [WrittenExemption], in file: String) -> String {
        exemptions.map { exemption in
            let use = uses[exemption.name] ?? Use()
            let contact = exemption.contact.text
            let name = "exemption \"\(exemption.name)\"\(contact.isEmpty ? "" : " (\(contact))")"
            return VisibleText.line("\(file):\(exemption.line):\(exemption.column): \(name): \(text(of: use))") + "\n"
        }
        .joined()
    }

    private func text(of use: Use) -> String {
        guard use.findings > 0 else {
            return decisions == 0
                ? "nothing is known of its use"
                : "not used in \(Self.counted(decisions, "decision")); remove it, or look further back"
        }
        let last = use.last.map { ", the last one at \($0.text)" } ?? ""
        return "covered \(Self.counted(use.findings, "finding")) of \(Self.counted(use.decisions, "decision"))\(last)"
    }

    /// What was read.
    package var summary: String {
        var parts = [Self.counted(decisions, "decision")]
        if let first, let last { parts[0] += " from \(first.text) to \(last.text)" }
        if others > 0 { parts.append("\(Self.counted(others, "finding")) under exemptions of other names") }
        if untold > 0 { parts.append("\(Self.counted(untold, "finding")) counted and not told") }
        if dropped > 0 { parts.append("\(Self.counted(dropped, "decision")) missing") }
        if cutOff > 0 { parts.append("\(Self.counted(cutOff, "line")) cut off") }
        if unreadable > 0 { parts.append("\(Self.counted(unreadable, "line")) not read") }
        return "decision log: \(parts.joined(separator: ", "))\n"
    }

    private static func counted(_ count: Int, _ what: String) -> String {
        "\(count) \(what)\(count == 1 ? "" : "s")"
    }

    /// Numbers in a log are anybody's.
    private static func sum(_ count: Int, _ more: Int) -> Int {
        let (sum, overflows) = count.addingReportingOverflow(max(0, more))
        return overflows ? .max : sum
    }
}
