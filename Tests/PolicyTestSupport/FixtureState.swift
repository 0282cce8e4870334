package import AgentRuns
package import Foundation
package import JSONPull
package import Policy
internal import YAMLPull

/// Cluster state that looks everything up in plain lists: slow, obvious, and nobody else's code.
// Unchecked: filled by its initialiser, and changed by the test that made it before it is asked anything.
package final class FixtureState: ClusterLookup, @unchecked Sendable {
    package var stateCondition = StateCondition.available(ageMilliseconds: 0)
    /// A Job that goes on, of every run that holds something.
    package var job: ExactString?
    private var specs: [ImplementationSpec] = []
    private var agents: [Agent] = []
    private var providers: [AgentProvider] = []
    private var vcsProviders: [VersionControlProvider] = []
    private var memories: [Memory] = []
    private var bindings: [SecretBinding] = []
    private var runs: [AgentRun] = []
    private var secrets: [ObjectMeta] = []
    private let generation: Generation

    /// Reads documents of any kind.
    package init(_ yaml: String, generation: Generation = .february2026) throws {
        self.generation = generation
        var documents: [YAMLDocument] = []
        try YAMLReader.documents(in: Array(yaml.utf8)) { documents.append(try $0.get()) }
        for document in documents { try add(document.json) }
    }

    package convenience init(folder: URL, generation: Generation = .february2026) throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let texts = try files.filter { $0.pathExtension == "yaml" }.map { try String(contentsOf: $0, encoding: .utf8) }
        try self.init(texts.joined(separator: "\n---\n"), generation: generation)
    }

    private func add(_ json: [UInt8]) throws {
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
        case "Secret": secrets.append(header.metadata)
        default: break
        }
    }

    private func isNamed(_ meta: ObjectMeta, _ name: ExactString, _ namespace: ExactString) -> Bool {
        meta.name == name && isIn(meta, namespace)
    }

    private func isIn(_ meta: ObjectMeta, _ namespace: ExactString) -> Bool {
        (meta.namespace.isEmpty ? "default" : meta.namespace) == namespace
    }

    package func condition(in namespace: ExactString, bindings: Bool) -> StateCondition { stateCondition }

    package func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool {
        switch kind {
        case .implementationSpec: !specs.isEmpty
        case .agent: !agents.isEmpty
        case .agentProvider: !providers.isEmpty
        case .versionControlProvider: !vcsProviders.isEmpty
        case .memory: !memories.isEmpty
        case .secret: !secrets.isEmpty
        }
    }

    package func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool {
        secrets.contains { isNamed($0, name, namespace) }
    }

    package func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders? {
        let holding = runs.filter { run in
            !run.isTemplate(generation: generation) && !run.status.isDuplicate && run.metadata.name != name
                && run.idempotencyKey(in: namespace(of: run)) == key
        }
        let active = holding.filter { $0.standing(generation: generation).isActive }
        let first = (active.isEmpty ? holding : active).map { holder($0) }.min { $0.name < $1.name }
        return first.map { IdempotencyKeyHolders(first: $0, isInUse: !active.isEmpty, count: holding.count) }
    }

    package func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts {
        func count(_ isInScope: (AgentRun) -> Bool) -> RunCounts.Count {
            let inScope = runs.filter { !isNamed($0.metadata, name, namespace) && isInScope($0) }
            let running = inScope.filter { $0.loadPhase(generation: generation) == .running }
            let queued = inScope.filter {
                $0.loadPhase(generation: generation) == .queued && $0.metadata.name != name
            }
            return RunCounts.Count(running: running.count, queued: queued.count)
        }
        var counts = RunCounts()
        counts.agent = count { isIn($0.metadata, namespace) && agent != nil && $0.spec.agentName == agent }
        counts.repository = count {
            repository != nil && $0.heldRepository(options: RepositoryName.Options()) == repository
        }
        counts.namespace = count { isIn($0.metadata, namespace) }
        counts.cluster = count { _ in true }
        return counts
    }

    package func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        specs.first { isNamed($0.metadata, name, namespace) }?.implementation?.measured
    }

    package func agent(_ name: ExactString, in namespace: ExactString) -> Agent? {
        agents.first { isNamed($0.metadata, name, namespace) }
    }

    package func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        providers.first { isNamed($0.metadata, name, namespace) }
    }

    package func versionControlProvider(_ name: ExactString, in namespace: ExactString) -> VersionControlProvider? {
        vcsProviders.first { isNamed($0.metadata, name, namespace) }
    }

    package func memory(_ name: ExactString, in namespace: ExactString) -> Memory? {
        memories.first { isNamed($0.metadata, name, namespace) }
    }

    package func defaultMemory(in namespace: ExactString) -> Memory? {
        memories.filter { $0.isDefault && isIn($0.metadata, namespace) }.min { $0.metadata.name < $1.metadata.name }
    }

    package func secretBindings(in namespace: ExactString) -> [SecretBinding] {
        bindings.filter { isIn($0.metadata, namespace) }
    }

    package func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        let holding = runs.filter { run in
            run.standing(generation: generation).isActive && run.effectiveVcsMode == .readWrite
                && !isNamed(run.metadata, name, namespace) && (scope.map { isIn(run.metadata, $0) } ?? true)
                && run.heldBranches(options: RepositoryName.Options(), generation: generation).contains(branch)
        }
        let holders = holding.map { holder($0) }
        let first = holders.min { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        return first.map { BranchHolders(first: $0, count: holders.count) }
    }

    package func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders? {
        var found: [(holder: BranchHolder, head: ExactString)] = []
        for run in runs
        where run.standing(generation: generation).isActive && run.effectiveVcsMode == .readWrite
            && !isNamed(run.metadata, name, namespace) && (scope.map { isIn(run.metadata, $0) } ?? true)
        {
            for key in run.heldBranches(options: RepositoryName.Options(), generation: generation)
            where key.repository == branch.repository {
                let (one, other) = (key.head.string, branch.head.string)
                if one.hasPrefix("\(other)/") || other.hasPrefix("\(one)/") { found.append((holder(run), key.head)) }
            }
        }
        let first = found.min {
            ($0.holder.namespace, $0.holder.name, $0.head) < ($1.holder.namespace, $1.holder.name, $1.head)
        }
        return first.map { BranchPathHolders(first: $0.holder, head: $0.head, count: found.count) }
    }

    package func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders? {
        func jobName(_ name: ExactString) -> String {
            name.string.lowercased().replacing(#/[^a-z0-9-]+/#, with: "-")
        }
        let found = runs.filter { run in
            run.standing(generation: generation).isActive
                && ["job", "workflow"].contains(run.spec.runtime.type?.string)
                && isIn(run.metadata, namespace) && run.metadata.name != name
                && jobName(run.metadata.name) == jobName(name)
        }
        let first = found.map { holder($0) }.min { $0.name < $1.name }
        return first.map { BranchHolders(first: $0, count: found.count) }
    }

    private func namespace(of run: AgentRun) -> ExactString {
        run.metadata.namespace.isEmpty ? "default" : run.metadata.namespace
    }

    private func holder(_ run: AgentRun) -> BranchHolder {
        BranchHolder(
            namespace: namespace(of: run),
            name: run.metadata.name,
            phase: run.status.phase ?? "Pending",
            createdAt: Timestamp(run.metadata.creationTimestamp),
            job: job
        )
    }
}
