import AdmissionAPI
import AgentRuns
import JSONPull
import Policy
import Testing

/// Judges an AgentRun written in YAML, as `check` would.
func judge(
    _ yaml: String,
    policy: String? = nil,
    state: String? = nil,
    generation: Generation = .february2026
) throws -> Verdict {
    var compiled = try policy.map { try AdmissionPolicy.load(Array(policyFile($0).utf8), file: "p.yaml") } ?? .builtIn
    compiled.generation = generation
    let json = try json(yaml)
    let known = try state.map { try FixtureState($0, generation: generation) }
    let now = try #require(Timestamp("2026-11-23T12:00:00Z"))
    let verdict = try unsafe json.withUnsafeBytes {
        try unsafe PolicyEngine(policy: compiled).judge(manifest: $0, state: known, now: now)
    }
    return try #require(verdict)
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

/// An AgentRun named `r` in namespace `agents` with this `spec`, in flow style.
func run(_ spec: String, name: String = "r", more: String = "") -> String {
    """
    {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentRun, metadata: {name: \(name), namespace: agents}, \
    spec: {\(spec)}\(more)}
    """
}

/// The one document of `yaml` as JSON.
func json(_ yaml: String) throws -> [UInt8] {
    var documents: [YAMLDocument] = []
    try YAMLReader.documents(in: Array(yaml.utf8)) { documents.append(try $0.get()) }
    return try #require(documents.first).json
}

extension Verdict {
    /// `Reason field action` of every finding, in order.
    var summary: [String] { findings.map { "\($0.reason.rawValue) \($0.field) \($0.action.rawValue)" } }
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
