internal import AdmissionAPI
package import AgentRuns
internal import Digest
internal import JSONPull

/// A policy, checked and compiled: an immutable value, swapped whole on reload.
package struct AdmissionPolicy: Sendable {
    /// `metadata.name`.
    package let name: String
    /// SHA-256 of the file's bytes in hexadecimal digits, by which replicas and decisions are compared: what `sha256sum` prints.
    ///
    /// Without a file that of the built-in defaults as a file, as `policy show` prints them.
    package internal(set) var digest = ""
    package var generation: Generation
    /// What a rule that throws makes of the review.
    package let onError: Action
    /// What is said when the cluster state is missing or older than ``maximumStateAgeSeconds``.
    package let onStale: Action
    /// What is said of an admitted run whose branch could not be claimed.
    package let onUnclaimed: Action
    /// Whom to ask about a denial, fit to print; empty where the policy says nothing.
    package let contact: String
    /// Age in seconds beyond which the cluster state counts as stale.
    package let maximumStateAgeSeconds: Int
    /// Whether a secret can need a SecretBinding.
    package let requiresSecretBindings: Bool
    /// The kinds of the cluster that a rule which is on for anybody asks, beside runs and SecretBindings.
    package let askedKinds: Set<ReferencedKind>
    /// How repositories are recognised, also in the cluster state.
    package let repositoryOptions: RepositoryName.Options
    /// Also among ``rules``; says whose branches an admitted run must not share.
    private let headBranchConflict: RuleTable<HeadBranchConflict>
    /// Also among ``rules``; says whether keys of admitted runs are asked for.
    private let idempotencyKeys: RuleTable<IdempotencyKeys>
    /// Also among ``rules``; says which of its lists admit a secret.
    private let secretAllowlist: RuleTable<SecretAllowlist>
    private let serviceAccounts: RuleTable<ServiceAccountAllowlist>
    /// In catalogue order, without those that are off altogether.
    let rules: [CompiledRule]
    let exemptions: [Exemption]
    let exemptionIndex: MatchIndex
    /// Every key a policy file may have, as the readers declare them.
    let options: [PolicyOption]

    /// ``builtIn`` without its digest, which is that of a file made of these.
    static let defaults: AdmissionPolicy = {
        var mistakes: [PolicyEntry.Mistake] = []
        return AdmissionPolicy(nil, &mistakes)
    }()

    /// What applies without a policy file.
    package static let builtIn: AdmissionPolicy = {
        var policy = defaults
        policy.digest = SHA256.hexDigest(of: builtInFile)
        return policy
    }()

    /// - Parameters:
    ///   - root: the file's object; nil for the built-in defaults.
    ///   - mistakes: gets what is wrong; the policy is only good when it stays empty.
    init(_ root: PolicyNode?, _ mistakes: inout [PolicyEntry.Mistake]) {
        var file = PolicyEntry(root, path: "")
        name = Self.header(&file, isBuiltIn: root == nil)
        var spec = file.entry("spec")
        file.finish()
        generation = spec.choice("generation", of: Generation.self) ?? .assumed
        onError = spec.choice("onError", of: Action.self) ?? .deny
        onStale = spec.choice("onStale", of: Action.self) ?? .warn
        onUnclaimed = spec.choice("onUnclaimed", of: Action.self) ?? .deny
        contact = spec.text("contact", upTo: PolicyBounds.toldText) ?? ""
        maximumStateAgeSeconds = spec.integer("stateMaxAgeSeconds", in: PolicyBounds.stateMaxAgeSeconds) ?? 30
        var ruleEntries = spec.entry("rules")
        let overrides = PolicyOverride.read(&spec)
        var exemptionEntries = spec.entries("exemptions")
        spec.finish()
        exemptions = exemptionEntries.indices.map { Exemption(&exemptionEntries[$0]) }
        exemptionIndex = MatchIndex(exemptions.map(\.match))
        mistakes += file.mistakes + spec.mistakes + exemptionEntries.flatMap(\.mistakes)

        let written = WrittenRules(entries: PolicyOverride.rules(of: &ruleEntries), overrides: overrides)
        mistakes += ruleEntries.mistakes + overrides.flatMap(\.mistakes)
        let all = AllRules.list.map { $0.compile(written, &mistakes) }
        // What is wrong with these is said already.
        var told: [PolicyEntry.Mistake] = []
        headBranchConflict = written.table(HeadBranchConflict.self, &told)
        idempotencyKeys = written.table(IdempotencyKeys.self, &told)
        secretAllowlist = written.table(SecretAllowlist.self, &told)
        serviceAccounts = written.table(ServiceAccountAllowlist.self, &told)
        requiresSecretBindings = secretAllowlist.contains { $0.requiresBinding }
        repositoryOptions = written.table(RepositoryAllowlist.self, &told).base.options
        rules = all.filter { !$0.isOff }
        askedKinds = rules.reduce(into: []) { $0.formUnion($1.id.descriptor.asks) }
        spec.describe("rules", .object(all.map { PolicyOption(rule: $0.id.descriptor, options: $0.options) }))
        spec.describe("overrides", .list(.object(PolicyOverride.options)))
        spec.describe("exemptions", .list(.object(Exemption.options)))
        file.describe("spec", .object(spec.options))
        options = file.options
    }

    /// Names of the exemptions as findings tell them, each once, in file order.
    package var exemptionNames: [String] {
        var seen: Set<String> = []
        return exemptions.map(\.toldName).filter { seen.insert($0).inserted }
    }

    /// Among which runs the branches of `subject` can be held by one only.
    func branchScope(for subject: RequestMatch.Request) -> BranchScope {
        let (rule, actions) = headBranchConflict.active(for: subject)
        guard actions.action(of: .headBranchConflict, generation: generation) != .off else { return .shared }
        return rule.scope == .cluster ? .cluster : .namespace
    }

    /// What comes of a conflict of `subject` with the holder of a branch.
    func branchConflictAction(for subject: RequestMatch.Request) -> Action {
        headBranchConflict.active(for: subject).actions.action(of: .headBranchConflict, generation: generation)
    }

    /// ``branchScope(for:)`` for a run of which nothing is known that an override could match.
    package var branchScopeOfMost: BranchScope {
        branchScope(for: RequestMatch.Request(namespace: "", name: "", userInfo: UserInfo()))
    }

    /// Whether anything is found when another run holds the idempotency key of `subject`.
    func isKeyExclusive(for subject: RequestMatch.Request) -> Bool {
        let (_, actions) = idempotencyKeys.active(for: subject)
        return actions.action(of: .idempotencyKeyInUse, generation: generation) != .off
    }

    /// The rule about secrets as it is for `subject`.
    func secretAllowlist(for subject: RequestMatch.Request) -> SecretAllowlist {
        secretAllowlist.active(for: subject).rule
    }

    /// The rule about service accounts as it is for `subject`.
    func serviceAccounts(for subject: RequestMatch.Request) -> ServiceAccountAllowlist {
        serviceAccounts.active(for: subject).rule
    }

    /// Checks `apiVersion`, `kind` and `metadata`; the policy's name.
    private static func header(_ file: inout PolicyEntry, isBuiltIn: Bool) -> String {
        let apiVersion = file.string("apiVersion")
        let kind = file.string("kind")
        if apiVersion != apiVersionOfFiles, !isBuiltIn {
            let found = apiVersion.map { VisibleText.quoted($0) } ?? "nothing"
            file.report(0, "apiVersion: Unsupported value: \(found): must be \"\(apiVersionOfFiles)\"")
        }
        if kind != kindOfFiles, !isBuiltIn {
            let found = kind.map { VisibleText.quoted($0) } ?? "nothing"
            file.report(0, "kind: Unsupported value: \(found): must be \"\(kindOfFiles)\"")
        }
        var metadata = file.entry("metadata")
        let name = metadata.string("name")
        // Kubernetes lets any object carry these, and a ConfigMap's tooling adds them.
        for key in ["namespace", "labels", "annotations"] as [StaticString] { _ = metadata.node(key) }
        metadata.finish()
        file.adopt(metadata)
        return name?.nonBlank?.string ?? "default"
    }

    /// `apiVersion` of a policy file.
    static let apiVersionOfFiles: ExactString = "admission.agents.proompteng.ai/v1alpha1"
    /// `kind` of a policy file.
    static let kindOfFiles: ExactString = "AgentRunPolicy"
}
