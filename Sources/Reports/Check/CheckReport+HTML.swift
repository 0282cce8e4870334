internal import JSONPull
internal import Policy

extension CheckReport {
    /// One page that needs nothing from elsewhere, by object and by rule.
    func html(productVersion: String) -> String {
        let ordered = entries.enumerated().sorted { one, other in
            (one.element.severity, one.offset) < (other.element.severity, other.offset)
        }
        let summary = """
            <header><h1>\(subject.heading)</h1>
            <p class="sum">\(HTMLPage.badge(.deny, "\(denied) denied")) \(HTMLPage.badge(.warn, "\(warned) with warnings")) \
            \(HTMLPage.badge(.off, "\(objectCount - denied - warned) allowed")) \
            <span class="more">\(HTMLPage.escaped(rest))</span></p>
            <nav><a href="#objects">By object</a> <a href="#rules">By rule</a></nav></header>

            """
        let problems = (errors + doubts).isEmpty ? "" : problemsSection
        let objects = ordered.map { "\($0.element.html(id: "o\($0.offset)"))\n" }.joined()
        let rules = RuleGroup.all(in: entries).map { "\($0.html)\n" }.joined()
        return HTMLPage.document(
            title: "agentrun-admission \(subject.command)",
            body: summary + "<main>\n\(problems)<section id=\"objects\"><h2>By object</h2>\n\(objects)</section>\n"
                + "<section id=\"rules\"><h2>By rule</h2>\n\(rules.utf8.isEmpty ? "<p>No finding.</p>\n" : rules)</section>\n</main>\n"
                + "<footer>agentrun-admission \(HTMLPage.escaped(productVersion))</footer>\n"
        )
    }

    private var rest: String {
        var parts: [String] = []
        if skipped > 0 { parts.append("\(skipped) of other kinds skipped") }
        if filesWithoutObject > 0 { parts.append("\(filesWithoutObject) files without an object skipped") }
        parts += passedOverWords
        if !errors.isEmpty { parts.append("\(errors.count) not read") }
        if untold.hasFindings {
            parts.append("\(untold.denied + untold.warned + untold.noted) with findings counted and not listed")
        }
        return parts.joined(separator: ", ")
    }

    private var problemsSection: String {
        let items = (errors + doubts).map { problem in
            let action = problem.severity == .error ? Action.deny : .warn
            let place = problem.position.map { "\(problem.file):\($0.line):\($0.column)" } ?? problem.file
            return "<li>\(HTMLPage.badge(action, problem.severity == .error ? "Error" : "Warning")) "
                + "<code>\(HTMLPage.escaped(place))</code> \(HTMLPage.escaped(problem.message))</li>\n"
        }
        return "<section id=\"problems\"><h2>Files</h2>\n<ul>\n\(items.joined())</ul>\n</section>\n"
    }
}

extension JudgedObject {
    /// Lower is worse.
    fileprivate var severity: Int { isAllowed ? (hasWarnings ? 1 : 2) : 0 }

    fileprivate func html(id: String) -> String {
        let (action, word): (Action, String) =
            switch severity {
            case 0: (.deny, verdict.allowed ? "Refused by the API server" : "Denied")
            case 1: (.warn, "Allowed with warnings")
            default: (.off, "Allowed")
            }
        let head =
            "<code>\(HTMLPage.escaped(title))</code> \(HTMLPage.badge(action, word)) "
            + "<span class=\"place\">\(HTMLPage.escaped(fullPlace))</span>"
        let items = told.map { "<li>\($0.html(place: place(of: $0)))</li>\n" }
        let notes = remarks.map { "<li>\(HTMLPage.badge(.warn, "Note")) \(HTMLPage.escaped($0))</li>\n" }
        let list = (items + notes).joined()
        let body = list.utf8.isEmpty ? "<p>No finding.</p>" : "<ul>\n\(list)</ul>"
        return "<details id=\"\(id)\"\(severity < 2 ? " open" : "")><summary>\(head)</summary>\(body)</details>"
    }
}

extension ToldFinding {
    fileprivate func html(place: String) -> String {
        let path = field.utf8.isEmpty ? "" : "<code>\(HTMLPage.escaped(field))</code> "
        let shown =
            excerpt.map {
                "<pre>\(HTMLPage.escaped($0.text))\n\(String(repeating: " ", count: $0.start))"
                    + "<b>\(String(repeating: "^", count: $0.count))</b></pre>"
            } ?? ""
        return "\(HTMLPage.badge(action, action.rawValue)) <strong>\(HTMLPage.escaped(reason))</strong> \(path)"
            + "<span class=\"place\">\(HTMLPage.escaped(place))</span>"
            + "<p>\(HTMLPage.escaped(message + mitigation))</p>\(shown)<p class=\"fix\">Fix: \(HTMLPage.escaped(remedy))</p>"
            + (note.utf8.isEmpty ? "" : "<p class=\"fix\">Note: \(HTMLPage.escaped(note))</p>")
    }
}

/// The findings of one reason.
private struct RuleGroup {
    let rule: String
    let reason: String
    var findings: [(object: JudgedObject, finding: ToldFinding)] = []

    /// In the order they first occur; those that deny first.
    static func all(in entries: [JudgedObject]) -> [RuleGroup] {
        var groups: [RuleGroup] = []
        var places: [String: Int] = [:]
        for entry in entries {
            for finding in entry.told {
                let place = places[finding.reason] ?? groups.count
                if place == groups.count { groups.append(RuleGroup(rule: finding.rule, reason: finding.reason)) }
                places[finding.reason] = place
                groups[place].findings.append((entry, finding))
            }
        }
        let denies = groups.filter { $0.worst == .deny }
        return denies + groups.filter { $0.worst != .deny }
    }

    private var worst: Action {
        if findings.contains(where: { $0.finding.action == .deny }) { return .deny }
        return findings.contains { $0.finding.action == .warn } ? .warn : .audit
    }

    var html: String {
        let known = Reason(rawValue: reason)
        let own = APIServerReason(rawValue: reason)
        let fix = known?.fix ?? own?.fix
        let meaning = known?.meaning ?? own?.meaning ?? ""
        let items = findings.map { object, finding in
            let path = finding.field.utf8.isEmpty ? "" : " <code>\(HTMLPage.escaped(finding.field))</code>"
            let place = object.fullPlace(of: finding)
            return "<li><code>\(HTMLPage.escaped(object.title))</code>\(path) "
                + "<span class=\"place\">\(HTMLPage.escaped(place))</span></li>\n"
        }
        return
            "<details><summary>\(HTMLPage.badge(worst, worst.rawValue)) <strong>\(HTMLPage.escaped(reason))</strong> "
            + "<span class=\"more\">\(HTMLPage.escaped(rule)), \(findings.count)</span></summary>"
            + "<p>\(HTMLPage.escaped(meaning))</p>\n<ul>\n\(items.joined())</ul>"
            + (fix.map { "<p class=\"fix\">Fix: \(HTMLPage.escaped($0))</p>" } ?? "") + "</details>"
    }
}
