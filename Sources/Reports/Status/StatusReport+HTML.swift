internal import AgentRuns
internal import JSONPull
internal import Policy

extension StatusReport {
    /// One page that needs nothing from elsewhere.
    package var html: String {
        let body = """
            <header><h1>agentrun-admission on \(Self.text(replica))</h1>
            <p>\(HTMLPage.badge(isReady ? .off : .deny, isReady ? "Ready" : "Not ready")) \
            <span class="more">\(Self.text(time.text)), version \(Self.text(version))</span></p>
            <p>Policy <strong>\(Self.text(policy))</strong>, generation \(Self.text(generation)), <code>\(Self.text(policyDigest))</code></p>
            \(originLine)\(strayLine)\
            <p>\(reviews.allowed) reviews allowed, \(reviews.denied) denied, \(reviews.errored) errored</p></header>
            <main>

            """
        return HTMLPage.document(
            title: "agentrun-admission: \(replica)",
            body: body
                + [
                    checkTable, replicaTable, denialTable, ruleTable, kindTable, claimTable, audit?.html ?? "",
                    certificateTable,
                ].joined()
                + "</main>\n<footer>The same as JSON: <a href=\"status.json\">status.json</a></footer>\n"
        )
    }

    /// Lets the page have its own style, and nothing else (Content Security Policy, level 3).
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src '\(HTMLPage.styleSource)'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    /// Of a digest in a table: enough to tell two apart that nobody made to be alike; status.json has all.
    private static let shownDigits = 16

    private static func text(_ text: String) -> String { HTMLPage.escaped(text) }

    // MARK: Policy

    /// Where the policy comes from, and who changed it, as far as that is known.
    private var originLine: String {
        guard let origin else { return "" }
        var parts = [
            origin.file.map { file in
                let target = origin.target.map { " (<code>\(Self.text($0))</code>)" } ?? ""
                return "<code>\(Self.text(file))</code>\(target)"
            } ?? "built in"
        ]
        if let modifiedAt = origin.modifiedAt { parts.append("written \(Self.text(modifiedAt.text))") }
        parts.append("in use since \(Self.text(origin.loadedAt.text))")
        if let change = origin.change {
            let operation = change.operation.isEmpty ? "" : " (\(Self.text(change.operation)))"
            parts.append(
                "ConfigMap changed last by <strong>\(Self.text(change.manager))</strong>\(operation) at \(Self.text(change.time))"
            )
        }
        if let problem = origin.changeProblem { parts.append(Self.text(problem)) }
        return "<p class=\"more\">\(parts.joined(separator: ", "))</p>\n"
    }

    private var strayLine: String {
        guard strayCount > 0 else { return "" }
        let what = strayCount == 1 ? "1 replica judges" : "\(strayCount) replicas judge"
        return "<p>\(HTMLPage.badge(.deny, "\(what) by another policy"))</p>\n"
    }

    // MARK: Sections

    private var replicaTable: String {
        guard !replicas.isEmpty || replicaProblem != nil else { return "" }
        let columns = ["replica", "policy", "generation", "in use since", "version", "told", ""]
        let title = hasMoreReplicas ? "Replicas, \(replicas.count) of more" : "Replicas"
        let table = Self.table(
            id: "replicas",
            title,
            columns,
            rows: replicas.map { replica in
                let policy =
                    "<code>\(Self.text(VisibleText.part(ExactString(replica.policyDigest), upTo: Self.shownDigits)))</code>"
                var badges = replica.isOwn ? [HTMLPage.badge(.off, "this one")] : []
                if replica.isStale { badges.append(HTMLPage.badge(.audit, "silent")) }
                if !replica.judgesAlike { badges.append(HTMLPage.badge(.deny, "another policy")) }
                return [
                    Self.text(replica.name), policy, Self.text(replica.generation), Self.text(replica.loadedAt),
                    Self.text(replica.version), "\(replica.ageSeconds) s ago", badges.joined(separator: " "),
                ]
            }
        )
        let problem = replicaProblem.map { "<p>\(HTMLPage.badge(.warn, "not known")) \(Self.text($0))</p>\n" } ?? ""
        return problem + table
    }

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
    static func table(id: String, _ title: String, _ columns: [String], rows: [[String]]) -> String {
        let head = columns.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
        let table =
            rows.isEmpty
            ? "<p>None.</p>" : "<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>"
        return "<section id=\"\(id)\"><h2>\(text(title))</h2>\n\(table)\n</section>\n"
    }
}
