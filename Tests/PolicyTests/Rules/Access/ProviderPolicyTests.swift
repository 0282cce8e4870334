import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Provider policy` {
    private func provider(_ spec: String) -> String { object("VersionControlProvider", "git", spec) }

    private func judged(_ spec: String) throws -> [String] { try judge(provider(spec)).summary(of: .providerPolicy) }

    @Test(arguments: [
        ("o/r", true), ("o/*", true), ("*", true), ("*/r", true), ("o*", true), (" o/r ", true), ("a.b_c-D9/e", true),
        ("", false), (" ", false), ("o", false), ("o/r/x", false), ("o//r", false), ("/r", false), ("o/", false),
        ("./r", false), ("o/..", false), ("o?/r", false), ("o/[ab]", false), ("https://github.com/o/r", false),
        ("ö/r", false),
    ])
    func `a pattern can match or is dead, as controller-semantics section 8.2`(pattern: String, isAlive: Bool) throws {
        for list in ["allow", "deny"] {
            #expect(
                try judged("provider: github, repositoryPolicy: {\(list): [x/y, '\(pattern)']}")
                    == (isAlive ? [] : ["DeadPattern spec.repositoryPolicy.\(list)[1] Warn"])
            )
        }
    }

    @Test(arguments: [("g/h/r", true), ("g/h/*/r", true), ("g//r", false), ("g/../r", false)])
    func `GitLab has groups within groups`(pattern: String, isAlive: Bool) throws {
        #expect(
            try judged("provider: gitlab, repositoryPolicy: {allow: ['\(pattern)']}").isEmpty == isAlive
        )
    }

    @Test(arguments: [
        ("o/r", "o/*", true), ("O/r", "o/*", true), ("o/*", "o/r", false), ("o/*", "*", true), ("o/r", "o/x", false),
        ("*", "o/*", false),
    ])
    func `an allow that a deny swallows is dead`(allow: String, deny: String, isDead: Bool) throws {
        #expect(
            try judged("repositoryPolicy: {allow: ['\(allow)'], deny: ['\(deny)']}")
                == (isDead ? ["DeadPattern spec.repositoryPolicy.allow[0] Warn"] : [])
        )
    }

    @Test func `other values than strings are passed over, and keep their index`() throws {
        #expect(
            try judged("repositoryPolicy: {allow: [1, null, x], deny: x}") == [
                "DeadPattern spec.repositoryPolicy.allow[2] Warn"
            ]
        )
    }

    private static let method = ["UnsupportedVcsAuth spec.auth.method Warn"]

    @Test(arguments: [
        ("github", "method: app", []), ("gitlab", "method: app", method), ("bitbucket", "method: ' APP '", method),
        ("gitea", "method: App", method), ("generic", "method: app", method), ("GitHub", "method: app", method),
        ("GITHUB", "auth: {}", []),
        ("gitlab", "method: ssh", []), ("gitlab", "method: none", []), ("gitlab", "method: token", []),
        ("gitlab", "app: {privateKeySecretRef: {name: s}}", method),
        ("gitlab", "app: {privateKeySecretRef: {name: s}}, token: {secretRef: {name: t}}", []),
        ("gitlab", "method: whatever, app: {privateKeySecretRef: {name: s}}", method),
        ("gitlab", "method: whatever", []),
        ("gitlab", "app: {}", []),
    ])
    func `a method is supported as controller-semantics section 8.5`(
        type: String,
        auth: String,
        expected: [String]
    ) throws {
        #expect(try judged("provider: \(type), auth: {\(auth)}") == expected)
    }

    /// What an update brings is compared as it is written, and null is nothing.
    @Test(arguments: [
        ("method: app", "method: app", "Audit"), ("method: app", "method: APP", "Warn"),
        ("method: null", "", "Audit"), ("", "method: null", "Audit"), ("method: ''", "", "Warn"),
        ("method: app", "", "Warn"), ("method: app", "method: null", "Warn"),
    ])
    func `a method is the one before if it is written alike`(old: String, new: String, action: String) throws {
        func written(_ method: String, branch: String) -> String {
            let auth = (method.isEmpty ? [] : [method]) + ["app: {privateKeySecretRef: {name: s}}"]
            return provider(
                "provider: gitlab, auth: {\(auth.joined(separator: ", "))}, defaults: {baseBranch: \(branch)}"
            )
        }
        let verdict = try review(
            operation: "UPDATE",
            object: written(new, branch: "b"),
            oldObject: written(old, branch: "a"),
            resource: "versioncontrolproviders"
        )
        #expect(verdict.summary(of: .providerPolicy) == ["UnsupportedVcsAuth spec.auth.method \(action)"])
    }

    private static let token = ["UnsupportedVcsAuth spec.auth.token.type Warn"]
    private static let deprecated = ["DeprecatedAuth spec.auth.token.type Warn"]

    @Test(arguments: [
        ("github", "fine_grained", []), ("github", "Fine-Grained", []), ("github", "finegrained", []),
        ("github", "access", []),
        ("github", "pat", deprecated), ("github", "personal-access-token", deprecated), ("github", "api", token),
        ("gitlab", "pat", []), ("gitlab", "access_token", []), ("gitlab", "fine_grained", token),
        ("bitbucket", "access_token", []), ("bitbucket", "pat", token), ("gitea", "api", []),
        ("gitea", "api_token", []),
        ("gitea", "pat", token), ("generic", "pat", []), ("generic", "api_token", []), ("generic", "x", token),
        ("other", "x", token),
        ("github", "", []),
    ])
    func `a token type is supported as controller-semantics section 8.5`(
        type: String,
        tokenType: String,
        expected: [String]
    ) throws {
        #expect(
            try judged("provider: \(type), auth: {method: token, token: {type: '\(tokenType)'}}") == expected
        )
        #expect(try judged("provider: \(type), auth: {method: ssh, token: {type: '\(tokenType)'}}") == [])
    }

    @Test func `says what is wrong`() throws {
        let patterns = try judge(
            provider("repositoryPolicy: {allow: [o, 'o/r'], deny: ['a?/b', 'o/*', 'a/b/c', 'a//', ' ']}")
        )
        #expect(
            patterns.lines(of: .providerPolicy) == [
                """
                [DeadPattern] spec.repositoryPolicy.allow[0]: Invalid value: "o": it has neither a slash nor a *, so it can \
                match no owner/repo (remove or correct it)
                """,
                """
                [DeadPattern] spec.repositoryPolicy.allow[1]: Invalid value: "o/r": the denied pattern "o/*" matches all of \
                it, and deny wins (remove or correct it)
                """,
                """
                [DeadPattern] spec.repositoryPolicy.deny[0]: Invalid value: "a?/b": it has a character that no owner/repo has \
                (remove or correct it)
                """,
                """
                [DeadPattern] spec.repositoryPolicy.deny[2]: Invalid value: "a/b/c": it has more than one slash, so it can \
                match no owner/repo (remove or correct it)
                """,
                """
                [DeadPattern] spec.repositoryPolicy.deny[3]: Invalid value: "a//": it has more than one slash, so it can match \
                no owner/repo (remove or correct it)
                """,
                """
                [DeadPattern] spec.repositoryPolicy.deny[4]: Invalid value: " ": a blank pattern matches nothing (remove or \
                correct it)
                """,
            ]
        )
        #expect(
            try judge(provider("provider: gitlab, auth: {method: app}")).lines(of: .providerPolicy) == [
                """
                [UnsupportedVcsAuth] spec.auth.method: Unsupported value: "app" with a provider of type "gitlab": supported \
                values: "token", "ssh", "none" (use a supported one; without authentication runs cannot write)
                """
            ]
        )
        #expect(
            try judge(provider("provider: github, auth: {method: token, token: {type: PAT}}")).lines(
                of: .providerPolicy
            ) == [
                """
                [DeprecatedAuth] spec.auth.token.type: Invalid value: "PAT": the controller calls this token type deprecated \
                (use a token of type "fine_grained")
                """
            ]
        )
    }

    @Test func `judges reviews, and of an update only what is new`() throws {
        let policy = try compiledPolicy("  rules: {provider-policy: {action: Deny}}")
        func update(_ new: String, _ old: String, metadata: String = "") throws -> Verdict {
            try review(
                operation: "UPDATE",
                object: object("VersionControlProvider", "r", new, metadata: metadata),
                oldObject: object("VersionControlProvider", "r", old),
                resource: "versioncontrolproviders",
                policy: policy
            )
        }
        let created = try review(object: provider("repositoryPolicy: {deny: [o]}"), resource: "versioncontrolproviders")
        #expect(created.summary == ["DeadPattern spec.repositoryPolicy.deny[0] Warn"])
        let old = "repositoryPolicy: {deny: [o]}"
        #expect(try update(old, old, metadata: ", labels: {a: b}").summary == [])
        #expect(
            try update("repositoryPolicy: {deny: [a/b, o, p]}", old).summary == [
                "DeadPattern spec.repositoryPolicy.deny[1] Audit", "DeadPattern spec.repositoryPolicy.deny[2] Deny",
            ]
        )
        let deleted = ", deletionTimestamp: '2026-11-23T10:00:00Z'"
        #expect(try update("repositoryPolicy: {deny: [p]}", old, metadata: deleted).summary == [])
    }

    @Test func `obeys overrides and exemptions by namespace and name`() throws {
        let policy = """
              overrides: [{match: {names: [git]}, rules: {provider-policy: {action: Deny}}}]
              exemptions: [{name: why, reason: because, rules: [provider-policy], match: {namespaces: [agents]}}]
            """
        let verdict = try judge(provider("repositoryPolicy: {deny: [o]}"), policy: policy)
        #expect(verdict.summary == ["DeadPattern spec.repositoryPolicy.deny[0] Audit"])
        #expect(verdict.findings.first?.exemption == "why")
    }
}
