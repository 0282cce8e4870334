internal import AdmissionAPI
internal import JSONPull

/// Bounds of what is told of one verdict (`RULES.md` section 1.1), so that an answer does not grow with what is wrong.
package enum AnswerBudget {
    /// Findings a verdict tells of; the rest is counted.
    package static let maximumFindings = 1000
    /// Bytes of a denial's message.
    package static let maximumMessageBytes = 8192
    /// Causes of a denial.
    package static let maximumCauses = 64
    /// Bytes of the message of one of them.
    package static let maximumCauseBytes = 1024
    /// Characters (Unicode scalars) of the names of the object that a denial tells; no API server stores longer ones.
    static let maximumNameLength = 253

    /// The lines of denying findings in one, as many as there is room for, how many more there are, and whom to ask.
    static func message(_ denying: [Finding], more: Int, contact: String = "") -> String {
        let tail = contact.isEmpty ? "" : "; contact: \(contact)"
        return lines(denying, more: more, within: maximumMessageBytes - tail.utf8.count) + tail
    }

    private static func lines(_ denying: [Finding], more: Int, within maximumBytes: Int) -> String {
        var message = ""
        var told = 0
        for finding in NotedFinding.all(denying) {
            let line = finding.line
            let separator = told == 0 ? "" : "; "
            let left = denying.count - told - 1 + more
            let room = maximumBytes - message.utf8.count - separator.utf8.count
            if line.utf8.count + (left == 0 ? 0 : rest(left).utf8.count) <= room {
                message += separator + line
                told += 1
                continue
            }
            if told == 0 {
                message = cut(line, to: maximumBytes - rest(denying.count + more).utf8.count)
                told = 1
            }
            break
        }
        let left = denying.count - told + more
        return left == 0 ? message : message + rest(left)
    }

    private static func rest(_ count: Int) -> String {
        #"; and \#(count) more (run "agentrun-admission check" to see more of them)"#
    }

    /// The first causes.
    static func causes(_ denying: [Finding]) -> [Status.Cause] {
        denying.prefix(maximumCauses).map {
            Status.Cause(
                reason: $0.reason.rawValue,
                message: cut(NotedFinding($0).explanation, to: maximumCauseBytes),
                field: $0.field
            )
        }
    }

    /// `text` within so many bytes, no scalar cut in two.
    private static func cut(_ text: String, to maximumBytes: Int) -> String {
        guard text.utf8.count > maximumBytes else { return text }
        let mark = "…"
        return ExactString(text).prefix(bytes: maximumBytes - mark.utf8.count).string + mark
    }
}

/// Findings of a verdict that are counted and not told.
package struct OmittedFindings: Sendable {
    /// What is known of those that are the same in it.
    package struct Kind: Hashable, Sendable {
        package let rule: RuleID
        package let reason: Reason
        package let action: Action
    }

    package private(set) var counts: [Kind: Int] = [:]
    package private(set) var count = 0
    /// How many of them an exemption covers, by its name.
    package private(set) var exempted: [String: Int] = [:]

    mutating func add(_ finding: Finding) {
        counts[Kind(rule: finding.rule, reason: finding.reason, action: finding.action), default: 0] += 1
        count += 1
        if let exemption = finding.exemption { exempted[exemption, default: 0] += 1 }
    }

    /// The most severe of their actions; nil when there are none.
    package var action: Action? { counts.keys.map(\.action).max() }

    /// How many of them have that action.
    package func count(_ action: Action) -> Int {
        counts.isEmpty ? 0 : counts.reduce(0) { $0 + ($1.key.action == action ? $1.value : 0) }
    }
}

extension Verdict {
    /// Keeps as many findings as a verdict tells of, the more severe before the others, in their order, and counts the rest;
    /// those of other rules than `rules` are not counted either.
    func limitFindings(to rules: Set<RuleID>? = nil) {
        if let rules { findings.removeAll { !rules.contains($0.rule) } }
        guard findings.count > AnswerBudget.maximumFindings else { return }
        var room: [Action: Int] = [:]
        var left = AnswerBudget.maximumFindings
        for action in [Action.deny, .warn, .audit, .off] {
            let taken = min(left, findings.count { $0.action == action })
            room[action] = taken
            left -= taken
        }
        var kept: [Finding] = []
        kept.reserveCapacity(AnswerBudget.maximumFindings)
        for finding in findings {
            if let count = room[finding.action], count > 0 {
                room[finding.action] = count - 1
                kept.append(finding)
            } else {
                omitted.add(finding)
            }
        }
        findings = kept
    }

    /// Rules with findings, in the order of the catalogue.
    package var rulesWithFindings: [RuleID] {
        var rules: [RuleID] = []
        for finding in findings where rules.last != finding.rule { rules.append(finding.rule) }
        guard omitted.count > 0 else { return rules }
        let all = Set(rules).union(omitted.counts.keys.map(\.rule))
        return RuleID.allCases.filter(all.contains)
    }

    /// Says of findings that are not told how many there are; nil when there are none.
    package var omissionLine: String? {
        guard omitted.count > 0 else { return nil }
        let parts = [Action.deny, .warn, .audit].compactMap { action in
            let count = omitted.count(action)
            return count == 0 ? nil : "\(count) \(action.rawValue)"
        }
        return "\(omitted.count) more findings (\(parts.joined(separator: ", "))) are counted and not told"
    }
}
