import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import Testing
import YAMLPull

/// Judges an AgentRun written in YAML, as `check` would.
func judge(
    _ yaml: String,
    policy: String? = nil,
    state: String? = nil,
    generation: Generation = .february2026
) throws -> Verdict {
    let compiled = try compiledPolicy(policy, generation: generation)
    let json = try json(yaml)
    let known = try state.map { try FixtureState($0, generation: generation) }
    let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
    let verdict = try unsafe json.withUnsafeBytes {
        try unsafe PolicyEngine(policy: compiled).judge(manifest: $0, state: known, now: now)
    }
    return try #require(verdict)
}

/// The policy with this `spec`, else the built-in one.
func compiledPolicy(_ spec: String?, generation: Generation = .february2026) throws -> AdmissionPolicy {
    var policy = try spec.map { try AdmissionPolicy.load(Array(policyFile($0).utf8), file: "p.yaml") } ?? .builtIn
    policy.generation = generation
    return policy
}

/// A policy file around `spec`, whose lines are indented by two.
func policyFile(_ spec: String) -> String {
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
func run(_ spec: String, name: String = "r", metadata: String = "", more: String = "") -> String {
    var members = spec.isEmpty ? [] : [spec]
    if !spec.contains("agentRef") { members.append("agentRef: {name: a}") }
    if !spec.contains("implementation") { members.append("implementation: {inline: {text: t}}") }
    if !spec.contains("runtime") { members.append("runtime: {type: job}") }
    return object("AgentRun", name, members.joined(separator: ", "), metadata: metadata, more: more)
}

/// An object of `kind` in namespace `agents` with this `spec`, in flow style.
func object(_ kind: String, _ name: String, _ spec: String = "", metadata: String = "", more: String = "") -> String {
    """
    {apiVersion: agents.proompteng.ai/v1alpha1, kind: \(kind), metadata: {name: \(name), namespace: agents\(metadata)}, \
    spec: {\(spec)}\(more)}
    """
}

/// Several documents.
func documents(_ texts: String...) -> String { texts.joined(separator: "\n---\n") }

/// The one document of `yaml` as JSON.
func json(_ yaml: String) throws -> [UInt8] {
    var documents: [YAMLDocument] = []
    try YAMLReader.documents(in: Array(yaml.utf8)) { documents.append(try $0.get()) }
    return try #require(documents.first).json
}

extension Verdict {
    /// `Reason field action` of every finding, in order.
    var summary: [String] { findings.map(\.summary) }

    /// The same of one rule's findings.
    func summary(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.summary) }

    /// The reasons of one rule's findings, in order.
    func reasons(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.reason.rawValue) }

    /// One rule's findings as a person reads them.
    func lines(of rule: RuleID) -> [String] { findings.filter { $0.rule == rule }.map(\.line) }
}

extension Finding {
    fileprivate var summary: String { "\(reason.rawValue) \(field) \(action.rawValue)" }
}

/// Judges an AdmissionReview.
func review(
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
    let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
    return try unsafe body.withUnsafeBytes { bytes in
        let decoded = try unsafe DecodedReview(bytes)
        return try unsafe PolicyEngine(policy: policy).judge(decoded, body: bytes, state: state, now: now)
    }
}
