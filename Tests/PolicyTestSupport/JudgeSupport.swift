internal import AdmissionAPI
package import AgentRuns
internal import JSONPull
package import Policy
internal import YAMLPull

/// Judges an AgentRun written in YAML, as `check` would.
package func judge(
    _ yaml: String,
    policy: String? = nil,
    state: String? = nil,
    generation: Generation = .february2026
) throws -> Verdict {
    let compiled = try compiledPolicy(policy, generation: generation)
    let json = try json(yaml)
    let known = try state.map { try FixtureState($0, generation: generation) }
    let now = Examples.now
    let verdict = try unsafe json.withUnsafeBytes {
        try unsafe PolicyEngine(policy: compiled).judge(manifest: $0, state: known, now: now)
    }
    guard let verdict else { throw NothingToJudge() }
    return verdict
}

/// The policy with this `spec`, else the built-in one.
package func compiledPolicy(_ spec: String?, generation: Generation = .february2026) throws -> AdmissionPolicy {
    var policy = try spec.map { try AdmissionPolicy.load(Array(policyFile($0).utf8), file: "p.yaml") } ?? .builtIn
    policy.generation = generation
    return policy
}

/// A policy file around `spec`, whose lines are indented by two.
package func policyFile(_ spec: String) -> String {
    """
    apiVersion: admission.agents.proompteng.ai/v1alpha1
    kind: AgentRunPolicy
    metadata: {name: p}
    spec:
    \(spec)
    """
}

/// An AgentRun named `r` in namespace `agents` with this `spec`, in flow style; Agent, runtime and implementation are added
/// where it names none, so that those are never what is wrong with it.
package func run(_ spec: String, name: String = "r", metadata: String = "", more: String = "") -> String {
    var members = spec.isEmpty ? [] : [spec]
    if !spec.contains("agentRef") { members.append("agentRef: {name: a}") }
    if !spec.contains("implementation") { members.append("implementation: {inline: {text: t}}") }
    if !spec.contains("runtime") { members.append("runtime: {type: job}") }
    return object("AgentRun", name, members.joined(separator: ", "), metadata: metadata, more: more)
}

/// An object of `kind` in namespace `agents` with this `spec`, in flow style.
package func object(
    _ kind: String,
    _ name: String,
    _ spec: String = "",
    metadata: String = "",
    more: String = ""
) -> String {
    """
    {apiVersion: agents.proompteng.ai/v1alpha1, kind: \(kind), metadata: {name: \(name), namespace: agents\(metadata)}, \
    spec: {\(spec)}\(more)}
    """
}

/// A text without an object, or one that is not judged.
struct NothingToJudge: Error {}

/// Several documents.
package func documents(_ texts: String...) -> String { texts.joined(separator: "\n---\n") }

/// The one document of `yaml` as JSON.
package func json(_ yaml: String) throws -> [UInt8] {
    var documents: [YAMLDocument] = []
    try YAMLReader.documents(in: Array(yaml.utf8)) { documents.append(try $0.get()) }
    guard let document = documents.first else { throw NothingToJudge() }
    return document.json
}

extension Verdict {
    /// `Reason field action` of every finding, in order.
    package var summary: [String] { findings.map(\.summary) }

    /// The same of one rule's findings.
    package func summary(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.summary) }

    /// The reasons of one rule's findings, in order.
    package func reasons(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.reason.rawValue) }

    /// One rule's findings as a person reads them.
    package func lines(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.line) }
}

extension Finding {
    fileprivate var summary: String { "\(reason.rawValue) \(field) \(action.rawValue)" }
}

/// Judges an AdmissionReview.
package func review(
    operation: String = "CREATE",
    object: String? = nil,
    oldObject: String? = nil,
    resource: String = "agentruns",
    more: String = "",
    policy: AdmissionPolicy = .builtIn,
    state: FixtureState? = nil
) throws -> Verdict {
    let objects = try [("object", object), ("oldObject", oldObject)].compactMap { name, yaml in
        try yaml.map { #","\#(name)":\#(String(decoding: try json($0), as: UTF8.self))"# }
    }
    let body = Array(
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{"group":\
        "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
        "version":"v1alpha1","resource":"\(resource)"},"name":"r","namespace":"agents","operation":"\(operation)"\
        \(more)\(objects.joined())}}
        """.utf8
    )
    let now = Examples.now
    return try unsafe body.withUnsafeBytes { bytes in
        let decoded = try unsafe DecodedReview(bytes)
        return try unsafe PolicyEngine(policy: policy).judge(decoded, body: bytes, state: state, now: now)
    }
}

extension Verdict {
    /// Everything that is said of it.
    package var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        writer.newline()
        return String(decoding: writer.bytes + response.encoded(as: .v1), as: UTF8.self)
    }
}
