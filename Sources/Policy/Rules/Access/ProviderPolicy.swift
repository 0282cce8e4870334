internal import AgentRuns
internal import JSONPull

/// Mistakes in a VersionControlProvider: patterns that do nothing, and authentication the controller cannot use
/// (`controller-semantics.md` sections 8.2 and 8.5).
struct ProviderPolicy: Rule {
    static let descriptor = RuleDescriptor(
        id: "provider-policy",
        title: "Patterns that match nothing and authentication that cannot work",
        action: .warn,
        kinds: [.versionControlProvider],
        reasons: [.deadPattern, .unsupportedVcsAuth, .deprecatedAuth]
    )

    init(options: inout PolicyEntry) {}

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {}

    func check(_ object: ObjectUnderReview, _ findings: inout RuleFindings) {
        guard case .versionControlProvider(let provider) = object else { return }
        checkPatterns(provider, &findings)
        checkAuthentication(provider, &findings)
    }

    // MARK: Patterns

    private func checkPatterns(_ provider: VersionControlProvider, _ findings: inout RuleFindings) {
        let allowsGroups = provider.spec.type == "gitlab"
        for pattern in provider.spec.writtenAllow {
            let field = FieldPath("spec.repositoryPolicy.allow").item(pattern.index)
            if let problem = Self.problem(with: pattern.name, allowsGroups: allowsGroups) {
                reportPattern(pattern.name, field, problem, &findings)
            } else if let denied = provider.spec.deny.match(pattern.name.trimmed) {
                let problem = "the denied pattern \(VisibleText.quoted(denied)) matches all of it, and deny wins"
                reportPattern(pattern.name, field, problem, &findings)
            }
        }
        for pattern in provider.spec.writtenDeny {
            guard let problem = Self.problem(with: pattern.name, allowsGroups: allowsGroups) else { continue }
            let field = FieldPath("spec.repositoryPolicy.deny").item(pattern.index)
            reportPattern(pattern.name, field, problem, &findings)
        }
    }

    /// Why a pattern can match no `owner/repo`; nil when it can match one.
    private static func problem(with pattern: ExactString, allowsGroups: Bool) -> String? {
        let text = pattern.trimmed
        if text.isEmpty { return "a blank pattern matches nothing" }
        let bytes = text.string.utf8
        guard bytes.allSatisfy(isPatternByte) else {
            return "it has a character that no owner/repo has"
        }
        let segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if segments.count == 1 {
            let hasStar = bytes.contains(UInt8(ascii: "*"))
            return hasStar ? nil : "it has neither a slash nor a *, so it can match no owner/repo"
        }
        if segments.count > 2, !allowsGroups { return "it has more than one slash, so it can match no owner/repo" }
        let isDead = segments.contains { $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
        return isDead ? "it has an empty segment, \".\" or \"..\", so it can match no owner/repo" : nil
    }

    private static func isPatternByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "*"): true
        default: false
        }
    }

    private func reportPattern(
        _ pattern: ExactString,
        _ field: FieldPath,
        _ problem: String,
        _ findings: inout RuleFindings
    ) {
        findings.report(
            .deadPattern,
            field,
            "Invalid value: \(VisibleText.quoted(pattern)): \(problem)",
            "remove or correct it",
            pattern
        )
    }

    // MARK: Authentication

    /// What one type of provider supports.
    private struct Support {
        var methods: [VersionControlProvider.Auth.Method] = [.token, .ssh, .none]
        var tokenTypes: [ExactString]
        /// Nil where every token has to say what it is, or nobody asks.
        var deprecated: ExactString?

        init(_ type: ExactString?) {
            switch type?.string {
            case "github":
                methods = [.token, .app, .ssh, .none]
                tokenTypes = ["fine_grained", "pat", "access_token"]
                deprecated = "pat"
            case "gitlab": tokenTypes = ["access_token", "pat"]
            case "bitbucket": tokenTypes = ["access_token"]
            case "gitea": tokenTypes = ["api_token", "access_token"]
            default: tokenTypes = ["pat", "fine_grained", "api_token", "access_token"]
            }
        }
    }

    private func checkAuthentication(_ provider: VersionControlProvider, _ findings: inout RuleFindings) {
        let support = Support(provider.spec.type)
        let method = provider.spec.auth.methodInForce
        var subject: String { "a provider of type \(VisibleText.quoted(provider.spec.type ?? "generic"))" }
        guard support.methods.contains(method) else {
            let supported = support.methods.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            let message = "Unsupported value: \"\(method.rawValue)\" with \(subject): supported values: \(supported)"
            let value = provider.spec.auth.writtenMethod
            return findings.report(.unsupportedVcsAuth, FieldPath("spec.auth.method"), message, Self.remedy, value)
        }
        guard method == .token, let written = provider.spec.auth.tokenType, let type = Self.tokenType(written) else {
            return
        }
        let field = FieldPath("spec.auth.token.type")
        if !support.tokenTypes.contains(type) {
            let supported = support.tokenTypes.map { "\"\($0)\"" }.joined(separator: ", ")
            let message = """
                Unsupported value: \(VisibleText.quoted(written)) with \(subject): supported values: \(supported)
                """
            findings.report(.unsupportedVcsAuth, field, message, Self.remedy, written)
        } else if type == support.deprecated {
            let message =
                "Invalid value: \(VisibleText.quoted(written)): the controller calls this token type deprecated"
            let remedy = "use a token of type \"\(support.tokenTypes[0])\""
            findings.report(.deprecatedAuth, field, message, remedy, written)
        }
    }

    private static let remedy = "use a supported one; without authentication runs cannot write"

    /// The token type the controller reads; nil when blank, for which it takes its default.
    private static func tokenType(_ written: ExactString) -> ExactString? {
        guard let text = written.nonBlank?.asciiLowercased else { return nil }
        let type = ExactString(String(decoding: text.string.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self))
        switch type {
        case "personal_access_token": return "pat"
        case "finegrained": return "fine_grained"
        case "api": return "api_token"
        case "access": return "access_token"
        default: return type
        }
    }
}

extension RuleID {
    package static let providerPolicy = ProviderPolicy.id
}

extension Reason {
    static let deadPattern = Reason(
        "DeadPattern",
        meaning: "the pattern can match no owner/repo",
        example: "repositoryPolicy.allow: [\"git@host:*\"]",
        fix: "write owner/repo with *"
    )
    static let unsupportedVcsAuth = Reason(
        "UnsupportedVcsAuth",
        meaning: "the provider type has no such authentication",
        example: "provider: gitlab with auth.method: app",
        fix: "a supported method"
    )
    static let deprecatedAuth = Reason(
        "DeprecatedAuth",
        meaning: "deprecated token type",
        example: "provider: github with token.type: pat",
        fix: "fine_grained"
    )
}
