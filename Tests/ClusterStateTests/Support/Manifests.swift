import AgentRuns
import ClusterState
import JSONPull
import Policy

/// An AgentRun as one line of JSON.
func runJSON(
    _ name: String,
    namespace: String? = "agents",
    repository: String = "o/r",
    head: String = "codex/x",
    uid: String? = nil,
    mode: String? = nil,
    template: String? = nil,
    agent: String? = nil,
    key: String? = nil,
    runtime: String? = nil,
    status: String? = nil
) -> String {
    var metadata = "\"name\":\"\(name)\""
    if let namespace { metadata += ",\"namespace\":\"\(namespace)\"" }
    if let uid { metadata += ",\"uid\":\"\(uid)\"" }
    if let template { metadata += ",\"annotations\":{\"agents.proompteng.ai/template\":\"\(template)\"}" }
    var spec = "\"parameters\":{\"repository\":\"\(repository)\",\"head\":\"\(head)\"}"
    if let mode { spec += ",\"vcsPolicy\":{\"mode\":\"\(mode)\"}" }
    if let agent { spec += ",\"agentRef\":{\"name\":\"\(agent)\"}" }
    if let key { spec += ",\"idempotencyKey\":\"\(key)\"" }
    if let runtime { spec += ",\"runtime\":{\"type\":\"\(runtime)\"}" }
    let end = status.map { ",\"status\":\($0)" } ?? ""
    return """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{\(metadata)},"spec":{\(spec)}\(end)}
        """
}

func listJSON(_ items: [String], kind: String = "List") -> String {
    "{\"apiVersion\":\"v1\",\"kind\":\"\(kind)\",\"items\":[\(items.joined(separator: ",\n"))]}"
}

func branch(_ head: String = "codex/x", repository: String = "o/r") -> BranchKey {
    BranchKey(repository: ExactString(repository), head: ExactString(head))
}

func claims(
    _ name: String,
    namespace: String = "agents",
    uid: String = "",
    _ branches: [BranchKey] = [branch()],
    idempotencyKey: IdempotencyKey? = nil,
    isKeyExclusive: Bool = false,
    shared: Set<BranchKey> = [],
    isUpdate: Bool = false
) -> BranchClaims {
    BranchClaims(
        namespace: ExactString(namespace),
        name: ExactString(name),
        uid: ExactString(uid),
        branches: branches,
        idempotencyKey: idempotencyKey,
        isKeyExclusive: isKeyExclusive,
        createdAt: nil,
        shared: shared,
        isUpdate: isUpdate
    )
}

extension ClusterStore {
    convenience init(
        generation: Generation = .february2026,
        reservations: ReservationLimits = ReservationLimits(),
        clock: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        self.init(
            repositoryOptions: RepositoryName.Options(),
            generation: generation,
            reservations: reservations,
            clock: clock
        )
    }

    /// Reads `path` and swaps it in.
    func load(_ fileSystem: MemoryFileSystem, _ paths: [String] = ["/m"]) throws {
        replace(with: try ManifestsSource(fileSystem: fileSystem).load(paths, projection: projection))
    }

    /// `namespace/name` of the first holder, and how many there are.
    func holder(_ branch: BranchKey = branch(), scope: ExactString? = nil) -> String? {
        let found = holders(of: branch, otherThan: "", in: "", scope: scope)
        return found.map { "\($0.first.namespace)/\($0.first.name) of \($0.count)" }
    }
}
