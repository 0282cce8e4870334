internal import AdmissionAPI
internal import AgentRuns
internal import ClusterState
internal import JSONPull
internal import Policy

extension AdmissionPolicy {
    /// All rules of a policy deny, with globs that match something.
    static let strictFile = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        metadata: {name: strict}
        spec:
          rules:
            prompt-override: {action: Deny}
            literal-tokens: {action: Warn}
            plan-step: {action: Deny}
            repository-allowlist: {action: Deny, allow: ["proompteng/*", "*/lab"], deny: ["*/secret-*"]}
            head-branch-name: {action: Deny, prefixes: ["codex/"]}
            secret-allowlist: {action: Deny, allow: ["codex-*"], blocked: ["root-*"]}
            image-policy: {action: Deny, allow: ["registry.example/*"]}

        """
}

/// A review judged as the server judges it, with what is told of it.
struct Judging {
    static let now = Timestamp(seconds: 1_795_000_000)

    let engine: PolicyEngine
    let store: ClusterStore

    init(_ policy: AdmissionPolicy, state: [UInt8]) {
        self.init(policy, Self.manifests(state, policy))
    }

    init(_ policy: AdmissionPolicy, _ manifests: LoadedManifests) {
        engine = PolicyEngine(policy: policy)
        store = ClusterStore(
            repositoryOptions: policy.repositoryOptions,
            generation: policy.generation,
            clock: { 0 }
        )
        store.replace(with: manifests)
    }

    static func manifests(_ text: [UInt8], _ policy: AdmissionPolicy) -> LoadedManifests {
        var manifests = LoadedManifests(
            projection: RunProjection(repositoryOptions: policy.repositoryOptions, generation: policy.generation)
        )
        manifests.add(text, of: .input)
        for problem in manifests.report.problems { requireVisible(problem.description) }
        return manifests
    }

    /// Judges a review; nil when it is none.
    func judge(_ body: [UInt8], asking state: (any ClusterLookup)? = nil) -> (verdict: Verdict, answer: [UInt8])? {
        unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state ?? store, now: Self.now)
                return (verdict, verdict.response.encoded(as: decoded.review.version))
            } catch {
                requireVisible(error.description)
                return nil
            }
        }
    }
}

extension ManifestFile {
    static var input: ManifestFile {
        ManifestFile(
            path: "input.yaml",
            stamp: FileStamp(identity: .init(device: 0, number: 0), size: 0, modified: 0, changed: 0)
        )
    }
}

/// Ends the process unless an answer is what an API server takes, and no larger than it may be.
func checkAnswer(_ answer: [UInt8], to verdict: Verdict) {
    let again = try? JSONReader.read(answer) { reader throws(JSONError) in try JSONValue(&reader).written }
    require(again.map { VisibleText.json($0 + [0x0A]) } == answer, "the answer is no JSON: \(answer.text)")
    for finding in verdict.findings {
        requireVisible(finding.line)
        require(finding.reason != .ruleFailed, "a rule failed: \(finding.line)")
    }
    for warning in verdict.response.warnings { requireVisible(warning) }
    for annotation in verdict.response.auditAnnotations { requireVisible(annotation.value) }
}
