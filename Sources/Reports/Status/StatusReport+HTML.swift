internal import AgentRuns
internal import Policy

extension StatusReport {
    /// One page that needs nothing from elsewhere.
    package var html: String {
        let body = """
            <header><h1>agentrun-admission on \(Self.text(replica))</h1>
            <p>\(HTMLPage.badge(isReady ? .off : .deny, isReady ? "Ready" : "Not ready")) \
            <span class="more">\(Self.text(time.text)), version \(Self.text(version))</span></p>
            <p>Policy <strong>\(Self.text(policy))</strong>, generation \(Self.text(generation)), <code>\(Self.text(policyDigest))</code></p>
            <p>\(reviews.allowed) reviews allowed, \(reviews.denied) denied, \(reviews.errored) errored</p></header>
            <main>

            """
        return HTMLPage.document(
            title: "agentrun-admission: \(replica)",
            body: body + [checkTable, denialTable, ruleTable, kindTable, claimTable, certificateTable].joined()
                + "</main>\n<footer>The same as JSON: <a href=\"status.json\">status.json</a></footer>\n"
        )
    }

    /// Lets the page have its own style, and nothing else (Content Security Policy, level 3).
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src '\(HTMLPage.styleSource)'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    private static func text(_ text: String) -> String { HTMLPage.escaped(text) }

    // MARK: Sections

    private var checkTable: String {
        Self.table(
            id: "checks",
            "Checks",
            ["check", "", "what"],
            rows: checks.map { check in
                let badge = check.problem == nil ? HTMLPage.badge(.off, "ok") : HTMLPage.badge(.deny, "failed")
                return [Self.text(check.name), badge, Self.text(check.problem ?? check.note ?? "")]
            }
        )
    }

    private var denialTable: String {
        Self.table(
            id: "denials",
            "Denied of late",
            ["time", "review", "reasons"],
            rows: denials.map { denial in
                let dry = denial.isDryRun ? " " + HTMLPage.badge(.audit, "dry run") : ""
                let reasons = denial.reasons.map { "<code>\(Self.text($0))</code>" }.joined(separator: " ")
                return [Self.text(denial.time.text), Self.text(denial.title) + dry, reasons]
            }
        )
    }

    private var ruleTable: String {
        let columns = ["rule", "denials", "warnings", "for the record"]
        return Self.table(
            id: "rules",
            "Findings by rule since the start",
            columns,
            rows: rules.map { rule in
                [Self.text(rule.name)] + [Action.deny, .warn, .audit].map { String(rule.counts[$0] ?? 0) }
            }
        )
    }

    private var kindTable: String {
        let columns = ["kind", "objects", "age", ""]
        return Self.table(
            id: "kinds",
            "Cluster state",
            columns,
            rows: kinds.map { kind in
                let age = kind.ageSeconds.map { "\(Int($0)) s" } ?? "never read"
                let badge = kind.isSynced ? "" : HTMLPage.badge(kind.isNeeded ? .deny : .audit, "not known")
                return [Self.text(kind.name), String(kind.objects), age, badge]
            }
        )
    }

    private var claimTable: String {
        guard let claimCount else { return "" }
        let shown = claimCount > claims.count ? ", \(claims.count) of \(claimCount)" : ""
        let columns = ["branch", "repository", "held by", "since"]
        return Self.table(
            id: "claims",
            "Claims\(shown)",
            columns,
            rows: claims.map { claim in
                [claim.head, claim.repository, claim.holder, claim.acquiredAt].map(Self.text)
            }
        )
    }

    private var certificateTable: String {
        let columns = ["certificate", "ends", "days"]
        return Self.table(
            id: "certificates",
            "Certificates",
            columns,
            rows: certificates.map { certificate in
                let action: Action = certificate.days < 7 ? .deny : certificate.days < 14 ? .warn : .off
                let days = HTMLPage.badge(action, String(certificate.days))
                return [Self.text(certificate.name), Self.text(certificate.endsAt), days]
            }
        )
    }

    /// A section with a table; `rows` are HTML.
    private static func table(id: String, _ title: String, _ columns: [String], rows: [[String]]) -> String {
        let head = columns.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
        let table =
            rows.isEmpty
            ? "<p>None.</p>" : "<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>"
        return "<section id=\"\(id)\"><h2>\(text(title))</h2>\n\(table)\n</section>\n"
    }
}
