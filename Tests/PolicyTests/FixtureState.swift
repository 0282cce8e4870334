import AgentRuns
import Foundation
import JSONPull
import Policy

/// Cluster state that looks everything up in plain lists: slow, obvious, and nobody else's code.
struct FixtureState: ClusterLookup {
    var condition = StateCondition.available(ageMilliseconds: 0)
    private var specs: [ImplementationSpec] = []
    private var agents: [Agent] = []
    private var providers: [AgentProvider] = []
    private var vcsProviders: [VersionControlProvider] = []
    private var memories: [Memory] = []
    private var bindings: [SecretBinding] = []
    private var runs: [AgentRun] = []
    private let generation: Generation

    /// Reads documents of any kind.
    init(_ yaml: String, generation: Generation = .february2026) throws {
        self.generation = generation
        var documents: [YAMLDocument] = []
        try YAMLReader.documents(in: Array(yaml.utf8)) { documents.append(try $0.get()) }
        for document in documents { try add(document.json) }
    }

    init(folder: URL, generation: Generation = .february2026) throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let texts = try files.filter { $0.pathExtension == "yaml" }.map { try String(contentsOf: $0, encoding: .utf8) }
        try self.init(texts.joined(separator: "\n---\n"), generation: generation)
    }

    private mutating func add(_ json: [UInt8]) throws {
        let header = try JSONReader.read(json) { reader throws(JSONError) in try ManifestHeader(&reader) }
        switch header.kind.string {
        case "ImplementationSpec":
            specs.append(try JSONReader.read(json) { reader throws(JSONError) in try ImplementationSpec(&reader) })
        case "Agent": agents.append(try JSONReader.read(json) { reader throws(JSONError) in try Agent(&reader) })
        case "AgentProvider":
            providers.append(try JSONReader.read(json) { reader throws(JSONError) in try AgentProvider(&reader) })
        case "VersionControlProvider":
            vcsProviders.append(
                try JSONReader.read(json) { reader throws(JSONError) in try VersionControlProvider(&reader) }
            )
        case "Memory": memories.append(try JSONReader.read(json) { reader throws(JSONError) in try Memory(&reader) })
        case "SecretBinding":
            bindings.append(try JSONReader.read(json) { reader throws(JSONError) in try SecretBinding(&reader) })
        case "AgentRun": runs.append(try JSONReader.read(json) { reader throws(JSONError) in try AgentRun(&reader) })
        default: break
        }
    }

    private func isNamed(_ meta: ObjectMeta, _ name: ExactString, _ namespace: ExactString) -> Bool {
        meta.name == name && isIn(meta, namespace)
    }

    private func isIn(_ meta: ObjectMeta, _ namespace: ExactString) -> Bool {
        (meta.namespace.isEmpty ? "default" : meta.namespace) == namespace
    }

    func isKnown(_ kind: ReferencedKind) -> Bool {
        switch kind {
        case .implementationSpec: !specs.isEmpty
        case .agent: !agents.isEmpty
        case .agentProvider: !providers.isEmpty
        case .versionControlProvider: !vcsProviders.isEmpty
        case .memory: !memories.isEmpty
        }
    }

    func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        specs.first { isNamed($0.metadata, name, namespace) }?.implementation?.measured
    }

    func agent(_ name: ExactString, in namespace: ExactString) -> Agent? {
        agents.first { isNamed($0.metadata, name, namespace) }
    }

    func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        providers.first { isNamed($0.metadata, name, namespace) }
    }

    func versionControlProvider(_ name: ExactString, in namespace: ExactString) -> VersionControlProvider? {
        vcsProviders.first { isNamed($0.metadata, name, namespace) }
    }

    func memory(_ name: ExactString, in namespace: ExactString) -> Memory? {
        memories.first { isNamed($0.metadata, name, namespace) }
    }

    func defaultMemory(in namespace: ExactString) -> Memory? {
        memories.filter { $0.isDefault && isIn($0.metadata, namespace) }.min { $0.metadata.name < $1.metadata.name }
    }

    func secretBindings(in namespace: ExactString) -> [SecretBinding] {
        bindings.filter { isIn($0.metadata, namespace) }
    }

    func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        let holding = runs.filter { run in
            run.isActive(generation: generation) && run.effectiveVcsMode == .readWrite
                && !isNamed(run.metadata, name, namespace) && (scope.map { isIn(run.metadata, $0) } ?? true)
                && run.heldBranches(options: RepositoryName.Options()).contains(branch)
        }
        let holders = holding.map { run in
            BranchHolder(
                namespace: run.metadata.namespace.isEmpty ? "default" : run.metadata.namespace,
                name: run.metadata.name,
                phase: run.status.phase ?? "Pending",
                createdAt: Timestamp(run.metadata.creationTimestamp)
            )
        }
        let first = holders.min { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        return first.map { BranchHolders(first: $0, count: holders.count) }
    }
}
