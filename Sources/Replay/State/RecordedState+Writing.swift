internal import AgentRuns
internal import JSONPull
internal import OrderedCollections
internal import Policy

extension RecordedState {
    /// Writes the answers as an array: `{"of": "Agent", "name": "codex", "answer": {…}}`, a null where there is no such object.
    func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for (question, answer) in answers {
            writer.beginObject()
            question.writeMembers(to: &writer)
            writer.key("answer")
            answer.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}

/// What a question is about, in the member `of`.
enum LookupSubject: String {
    case condition
    case known
    case implementationSpec = "ImplementationSpec"
    case agent = "Agent"
    case agentProvider = "AgentProvider"
    case versionControlProvider = "VersionControlProvider"
    case memory = "Memory"
    case defaultMemory
    case secretBindings = "SecretBindings"
    case secret = "Secret"
    case idempotencyKey
    case runCounts
    case branch
    case branchPath
    case jobName
}

extension LookupQuestion {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .condition(let bindings):
            writer.subject(.condition)
            writer.key("bindings")
            writer.boolean(bindings)
        case .isKnown(let kind):
            writer.subject(.known)
            writer.member("kind", kind.rawValue)
        case .implementation(let name): writer.subject(.implementationSpec, name)
        case .agent(let name): writer.subject(.agent, name)
        case .agentProvider(let name): writer.subject(.agentProvider, name)
        case .versionControlProvider(let name): writer.subject(.versionControlProvider, name)
        case .memory(let name): writer.subject(.memory, name)
        case .defaultMemory: writer.subject(.defaultMemory)
        case .secretBindings: writer.subject(.secretBindings)
        case .secret(let name): writer.subject(.secret, name)
        case .idempotencyKey(let key, let name):
            writer.subject(.idempotencyKey, name)
            writer.member("namespace", key.namespace.string)
            writer.member("agent", key.agent.string)
            writer.member("key", key.key.string)
        case .runCounts(let agent, let repository, let name):
            writer.subject(.runCounts, name)
            if let agent { writer.member("agent", agent.string) }
            if let repository { writer.member("repository", repository.string) }
        case .branch(let key, let name, let scope): writer.branch(.branch, key, name, scope)
        case .branchPath(let key, let name, let scope): writer.branch(.branchPath, key, name, scope)
        case .jobName(let name): writer.subject(.jobName, name)
        }
    }
}

extension LookupAnswer {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .condition(let condition): condition.write(to: &writer)
        case .flag(let flag): writer.boolean(flag)
        case .implementation(let object): writer.optional(object) { $0.write(to: &$1) }
        case .agent(let object): writer.optional(object) { $0.write(to: &$1) }
        case .agentProvider(let object): writer.optional(object) { $0.write(to: &$1) }
        case .versionControlProvider(let object): writer.optional(object) { $0.write(to: &$1) }
        case .memory(let object): writer.optional(object) { $0.write(to: &$1) }
        case .secretBindings(let bindings):
            writer.beginArray()
            for binding in bindings { binding.write(to: &writer) }
            writer.endArray()
        case .idempotencyKey(let holders):
            writer.optional(holders) { holders, writer in
                writer.holders(holders.first, count: holders.count, isInUse: holders.isInUse)
            }
        case .runCounts(let counts): counts.write(to: &writer)
        case .branch(let holders), .jobName(let holders):
            writer.optional(holders) { holders, writer in writer.holders(holders.first, count: holders.count) }
        case .branchPath(let holders):
            writer.optional(holders) { holders, writer in
                writer.holders(holders.first, head: holders.head, count: holders.count)
            }
        }
    }
}

extension StateCondition {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .available(let age): writer.member("ageMs", age)
        case .unavailable(let reason): writer.member("unavailable", reason)
        case .incomplete(let reason, let age):
            writer.member("ageMs", age)
            writer.member("incomplete", reason)
        }
        writer.endObject()
    }
}

extension RunCounts {
    /// `{"agent": [running, queued], …}`.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for (key, count) in [
            ("agent" as StaticString, agent), ("repository", repository), ("namespace", namespace),
            ("cluster", cluster),
        ] {
            writer.key(key)
            writer.beginArray()
            writer.integer(count.running)
            writer.integer(count.queued)
            writer.endArray()
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func subject(_ subject: LookupSubject, _ name: ExactString? = nil) {
        member("of", subject.rawValue)
        if let name { member("name", name.string) }
    }

    fileprivate mutating func branch(
        _ subject: LookupSubject,
        _ key: BranchKey,
        _ name: ExactString,
        _ scope: ExactString?
    ) {
        self.subject(subject, name)
        member("repository", key.repository.string)
        member("head", key.head.string)
        if let scope { member("scope", scope.string) }
    }

    fileprivate mutating func optional<Value>(_ value: Value?, _ write: (Value, inout JSONWriter) -> Void) {
        if let value { write(value, &self) } else { null() }
    }

    fileprivate mutating func holders(
        _ first: BranchHolder,
        head: ExactString? = nil,
        count: Int,
        isInUse: Bool = false
    ) {
        beginObject()
        if let head { member("head", head.string) }
        member("namespace", first.namespace.string)
        member("name", first.name.string)
        member("phase", first.phase.string)
        if let createdAt = first.createdAt { member("createdAt", createdAt.text) }
        if let job = first.job { member("job", job.string) }
        member("count", count)
        if isInUse {
            key("inUse")
            boolean(true)
        }
        endObject()
    }
}
