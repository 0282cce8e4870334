internal import AgentRuns
internal import JSONPull

/// Where the controller itself posts a run to, and which workflows it starts elsewhere (`controller-semantics.md` section 13).
///
/// The endpoint is read as the controller's `fetch` reads it. Names are not resolved here, and a redirect is not followed.
struct CustomEndpoint: Rule {
    static let descriptor = RuleDescriptor(
        id: "custom-endpoint",
        title: "Where runs of the runtimes custom and temporal are sent to",
        action: .deny,
        reasons: [
            .invalidEndpoint, .endpointNotAllowed, .internalEndpoint, .plaintextEndpoint, .temporalTargetNotAllowed,
        ],
        options: [Keys.allow, Keys.internal, Keys.workflowTypes, Keys.taskQueues, Keys.namespaces]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let allow = RuleOption(
            "allow",
            "patterns `scheme://host[:port][/path]`: no scheme is https, no port the scheme's, no path any; `*` stays within a part",
            default: [ExactString]()
        )
        static let `internal` = RuleOption(
            "internal",
            "whether endpoints of private networks are fine; metadata services and the controller itself never are",
            default: false
        )
        static let workflowTypes = RuleOption(
            "workflowTypes",
            "globs over what runtime temporal may start",
            default: [ExactString]()
        )
        static let taskQueues = RuleOption("taskQueues", "globs over where it may", default: [ExactString]())
        static let namespaces = RuleOption("namespaces", "globs over Temporal's namespaces", default: [ExactString]())
    }

    private let allow: [EndpointPattern]
    private let allowsInside: Bool
    private let workflowTypes: GlobList
    private let taskQueues: GlobList
    private let namespaces: GlobList

    init(options entry: inout PolicyEntry) {
        let patterns = entry.strings(Keys.allow.key, problem: EndpointPattern.problem) ?? Keys.allow.defaultValue
        allow = patterns.compactMap { EndpointPattern($0) }
        allowsInside = entry.boolean(Keys.internal)
        workflowTypes = GlobList(entry.strings(Keys.workflowTypes))
        taskQueues = GlobList(entry.strings(Keys.taskQueues))
        namespaces = GlobList(entry.strings(Keys.namespaces))
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        let runtime = run.run.spec.runtime
        switch runtime.type {
        case "custom"?: if let endpoint = runtime.endpoint { check(endpoint, &findings) }
        case "temporal"?:
            check(runtime.workflowType, workflowTypes, "workflowType", "workflowTypes", &findings)
            check(runtime.taskQueue, taskQueues, "taskQueue", "taskQueues", &findings)
            check(runtime.temporalNamespace, namespaces, "namespace", "namespaces", &findings)
        default: break
        }
    }

    // MARK: Endpoint

    private static let field = FieldPath("spec.runtime.config.endpoint")

    private func check(_ endpoint: ExactString, _ findings: inout RuleFindings) {
        let address: WebAddress
        do {
            address = try WebAddress(endpoint)
        } catch {
            let message = "Invalid value: \(Self.message(error))"
            return findings.report(.invalidEndpoint, Self.field, message, Self.remedy(error), endpoint)
        }
        let host = address.host.text
        let told = ExactString("\(address.scheme)://\(host):\(address.port)\(address.path)")
        if !allow.isEmpty, !allow.contains(where: { $0.matches(address) }) {
            let message = "Forbidden: the policy does not allow to post runs to \(VisibleText.quoted(host))"
            let remedy = "use an allowed endpoint, or add it to allow of rule custom-endpoint"
            findings.report(.endpointNotAllowed, Self.field, message, remedy, told)
        }
        checkReach(address.host, &findings)
        if !address.isSecure {
            let message = "the run, its texts among it, is posted without encryption"
            findings.report(.plaintextEndpoint, Self.field, message, "use https", told)
        }
    }

    private func checkReach(_ host: WebHost, _ findings: inout RuleFindings) {
        let reach = HostReach(host)
        let (why, remedy): (String, String)
        switch reach {
        case .outside: return
        case .inside where allowsInside: return
        case .inside:
            why = "is of a private network"
            remedy = "use a public endpoint, or set internal of rule custom-endpoint to true"
        case .never:
            why = "is the controller's own machine, a metadata service, or no host at all"
            remedy = "use an endpoint of its own"
        }
        let message = "Forbidden: the controller itself posts there, and \(VisibleText.quoted(host.text)) \(why)"
        findings.report(.internalEndpoint, Self.field, message, remedy, host.text)
    }

    /// Tells nothing of the text, which may have a password in it.
    private static func message(_ fault: WebAddress.Fault) -> String {
        switch fault {
        case .noScheme: "no URL: it has no scheme"
        case .otherScheme: "only http and https are posted to"
        case .userInformation: "an @ stands before the host, and a request may not have that"
        case .noHost: "no URL: it has no host"
        case .badHost: "no URL: its host is neither a name nor an address"
        case .foreignHost: "its host is not of ASCII, and which one that is differs from reader to reader"
        case .badPort: "no URL: its port is no number up to 65535"
        }
    }

    private static func remedy(_ fault: WebAddress.Fault) -> String {
        switch fault {
        case .userInformation: "remove what stands before the host"
        case .foreignHost: "write the host with xn--"
        default: "write https://HOST/PATH"
        }
    }

    // MARK: Temporal

    private func check(
        _ value: ExactString?,
        _ allowed: GlobList,
        _ key: StaticString,
        _ option: StaticString,
        _ findings: inout RuleFindings
    ) {
        guard let value, !allowed.isEmpty, allowed.match(value) == nil else { return }
        findings.report(
            .temporalTargetNotAllowed,
            FieldPath("spec.runtime.config").member(ExactString(key.description)),
            "Forbidden: \(VisibleText.quoted(value)) is not allowed",
            "use an allowed one, or add it to \(option) of rule custom-endpoint",
            value
        )
    }
}

extension RuleID {
    package static let customEndpoint = CustomEndpoint.id
}

extension Reason {
    static let invalidEndpoint = Reason(
        "InvalidEndpoint",
        meaning: "no URL of http or https, one with an `@` before its host, or a host outside ASCII",
        example: "endpoint: ftp://example.com/",
        fix: "write https://HOST/PATH"
    )
    static let endpointNotAllowed = Reason(
        "EndpointNotAllowed",
        meaning: "the policy allows other endpoints only",
        example: "endpoint: https://elsewhere.example/ with allow: [runner.example]",
        fix: "use an allowed one"
    )
    static let internalEndpoint = Reason(
        "InternalEndpoint",
        meaning:
            "the controller's own machine, a metadata service or a private network, by name or address; no name is resolved and no redirect followed here",
        example: "endpoint: http://169.254.169.254/",
        fix: "use a public endpoint, or internal: true for a private one"
    )
    static let plaintextEndpoint = Reason(
        "PlaintextEndpoint",
        action: .warn,
        meaning: "run and system prompt are posted without encryption",
        example: "endpoint: http://runner.example/",
        fix: "use https"
    )
    static let temporalTargetNotAllowed = Reason(
        "TemporalTargetNotAllowed",
        meaning: "a workflow type, task queue or namespace that the policy does not allow",
        example: "taskQueue: payments with taskQueues: [agents-*]",
        fix: "use an allowed one"
    )
}
