internal import AgentRuns
internal import JSONPull

/// An object of one of the kinds the cluster state keeps, as state rules want it.
enum ClusterObject: Sendable {
    case agentRun(AgentRun)
    /// Texts reduced to their measures.
    case implementationSpec(ImplementationSpec)
    case agent(Agent)
    case agentProvider(AgentProvider)
    case versionControlProvider(VersionControlProvider)
    case memory(Memory)
    case secretBinding(SecretBinding)
    case job(RunnerJob)
    /// The name alone: a Secret's content is nobody's business here.
    case secret(ObjectMeta)

    /// Reads the JSON of an object of that kind; the bytes are lent for the call.
    init(_ kind: ClusterKind, json: UnsafeRawBufferPointer) throws(JSONError) {
        switch kind {
        case .agentRun: self = .agentRun(try unsafe JSONReader.read(json, AgentRun.init))
        case .implementationSpec:
            var spec = try unsafe JSONReader.read(json, ImplementationSpec.init)
            spec.implementation = spec.implementation?.measured
            self = .implementationSpec(spec)
        case .agent: self = .agent(try unsafe JSONReader.read(json, Agent.init))
        case .agentProvider: self = .agentProvider(try unsafe JSONReader.read(json, AgentProvider.init))
        case .versionControlProvider:
            self = .versionControlProvider(try unsafe JSONReader.read(json, VersionControlProvider.init))
        case .memory: self = .memory(try unsafe JSONReader.read(json, Memory.init))
        case .secretBinding: self = .secretBinding(try unsafe JSONReader.read(json, SecretBinding.init))
        case .job: self = .job(try unsafe JSONReader.read(json, RunnerJob.init))
        case .secret: self = .secret(try unsafe JSONReader.read(json, ManifestHeader.init).metadata)
        }
    }

    var metadata: ObjectMeta {
        switch self {
        case .agentRun(let run): run.metadata
        case .implementationSpec(let spec): spec.metadata
        case .agent(let agent): agent.metadata
        case .agentProvider(let provider): provider.metadata
        case .versionControlProvider(let provider): provider.metadata
        case .memory(let memory): memory.metadata
        case .secretBinding(let binding): binding.metadata
        case .job(let job): job.metadata
        case .secret(let metadata): metadata
        }
    }
}
